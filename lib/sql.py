"""Statements outside the ORM: each is here because a queryset cannot say it or costs many times the answer."""

from collections.abc import Sequence

from django.db import connections


def rows(statement: str, params: Sequence = (), *, using: str) -> list[tuple]:
    """All rows of `statement`, values as the database gives them. `using` is the alias of the database.

    Raises what Django's cursor raises.
    """
    with connections[using].cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()
