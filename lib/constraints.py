"""Constraints that several models share."""

from django.db.models import CheckConstraint, Q


def pair(name: str, *fields: str) -> CheckConstraint:
    """All of the fields are null, or none is: who did something is stored with when."""
    return CheckConstraint(
        condition=Q(**{f"{field}__isnull": True for field in fields})
        | Q(**{f"{field}__isnull": False for field in fields}),
        name=name,
    )
