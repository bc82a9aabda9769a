"""Statements that are always the same but for their values: put into SQL once, then only executed.

To put a query of sixty columns into SQL takes Django ten times as long as a database needs to answer it.
"""

from collections.abc import Callable
from functools import cache

from django.db import connection
from django.db.models import Model, QuerySet

# Stands for the key, a number or a text, while the query is put into SQL: no row has it.
KEY = -1
KEYS = (KEY, str(KEY))


class Compiled:
    """`make` gives a `values_list` in which KEY stands for the key; called once for each kind of database.

    `held`: the rows of its model stay locked until the end of the transaction.
    """

    def __init__(self, make: Callable[[], QuerySet], *, held: bool = False):
        self._make, self._held, self._known = make, held, {}

    def rows(self, key: int | str) -> list[tuple]:
        """What the query gives for this key, the values as models have them."""
        statement, params, converters = self._in_sql()
        with connection.cursor() as cursor:
            cursor.execute(statement, [key if part in KEYS else part for part in params])
            rows = cursor.fetchall()
        return [_converted(row, converters) for row in rows] if converters else rows

    def first(self, key: int | str) -> tuple | None:
        return next(iter(self.rows(key)), None)

    def _in_sql(self) -> tuple[str, tuple, dict]:
        if connection.vendor not in self._known:
            query = self._make().query
            compiler = query.get_compiler(connection=connection)
            statement, params = compiler.as_sql()
            if self._held and connection.features.has_select_for_update:
                table = connection.ops.quote_name(query.model._meta.db_table)
                statement += " " + connection.ops.for_update_sql(of=(table,), no_key=True)
            converters = compiler.get_converters([column for column, *_rest in compiler.select])
            self._known[connection.vendor] = statement, params, converters
        return self._known[connection.vendor]


def _converted(row: tuple, converters: dict) -> tuple:
    values = list(row)
    for place, (convert, column) in converters.items():
        for step in convert:
            values[place] = step(values[place], column, connection)
    return tuple(values)


def insert(row: Model) -> None:
    """Store a new row, whose key the database gives: what save() does, for models without parents."""
    fields = [field for field in row._meta.concrete_fields if not field.primary_key]
    with connection.cursor() as cursor:
        values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
        cursor.execute(_insertion(type(row), connection.vendor), values)
        (row.pk,) = cursor.fetchone()
    row._state.adding, row._state.db = False, connection.alias


@cache
def _insertion(model: type[Model], _vendor: str) -> str:
    quote = connection.ops.quote_name
    columns = [quote(field.column) for field in model._meta.concrete_fields if not field.primary_key]
    return (
        f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)}) "
        f"VALUES ({', '.join(['%s'] * len(columns))}) RETURNING {quote(model._meta.pk.column)}"
    )
