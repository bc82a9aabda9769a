"""A query that is always the same but for one key: put into SQL once, then only asked.

To put a query of sixty columns into SQL takes Django ten times as long as a database needs to answer it.
"""

from collections.abc import Callable

from django.db import connection
from django.db.models import QuerySet

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
