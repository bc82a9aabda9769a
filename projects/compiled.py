"""Statements that are always the same but for their values: put into SQL once, then only executed.

To put a query of sixty columns into SQL takes Django ten times as long as a database needs to answer it.
"""

from collections.abc import Callable, Sequence
from functools import cache

from django.db import DEFAULT_DB_ALIAS, connection, connections, router
from django.db.models import Model, QuerySet
from psycopg import Cursor

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
        statement, params, converters, model = self._in_sql()
        alias = router.db_for_write(model) if self._held else router.db_for_read(model)
        rows = executed(statement, [key if part in KEYS else part for part in params], alias)
        return [_converted(row, converters, alias) for row in rows] if converters else rows

    def first(self, key: int | str) -> tuple | None:
        return next(iter(self.rows(key)), None)

    def _in_sql(self) -> tuple[str, tuple, dict, type[Model]]:
        if connection.vendor not in self._known:
            query = self._make().query
            compiler = query.get_compiler(connection=connection)
            statement, params = compiler.as_sql()
            if self._held and connection.features.has_select_for_update:
                table = connection.ops.quote_name(query.model._meta.db_table)
                statement += " " + connection.ops.for_update_sql(of=(table,), no_key=True)
            converters = compiler.get_converters([column for column, *_rest in compiler.select])
            self._known[connection.vendor] = statement, params, converters, query.model
        return self._known[connection.vendor]


def executed(statement: str, params: Sequence, alias: str = DEFAULT_DB_ALIAS) -> list[tuple]:
    """The rows that a statement gives, if it gives any, their values as the database has them.

    PostgreSQL plans a statement that a connection executes often but once (PREPARED_STATEMENTS in settings):
    for that values must not be spelled out in it, as Django's own cursor does.
    """
    asked = connections[alias]
    if asked.vendor == "postgresql" and not asked.queries_logged:
        asked.close_if_health_check_failed()
        asked.ensure_connection()
        with asked.wrap_database_errors, Cursor(asked.connection) as cursor:
            cursor.execute(statement, params)
            return cursor.fetchall() if cursor.description else []
    with asked.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def _converted(row: tuple, converters: dict, alias: str) -> tuple:
    values = list(row)
    for place, (convert, column) in converters.items():
        for step in convert:
            values[place] = step(values[place], column, connections[alias])
    return tuple(values)


def insert(row: Model) -> None:
    """Store a new row, with a key of its own or one that the database gives: what save() does, for models
    without parents."""
    if not connection.features.can_return_columns_from_insert:  # SQLite before 3.35
        Model.save(row, force_insert=True)
        return
    has_key = row.pk is not None
    fields = [field for field in row._meta.concrete_fields if has_key or not field.primary_key]
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    ((row.pk,),) = executed(_insertion(type(row), has_key, connection.vendor), values)
    row._state.adding, row._state.db = False, connection.alias


@cache
def _insertion(model: type[Model], has_key: bool, _vendor: str) -> str:
    quote, about = connection.ops.quote_name, model._meta
    columns = [quote(field.column) for field in about.concrete_fields if has_key or not field.primary_key]
    return (
        f"INSERT INTO {quote(about.db_table)} ({', '.join(columns)}) "
        f"VALUES ({', '.join(['%s'] * len(columns))}) RETURNING {quote(about.pk.column)}"
    )


def update(row: Model) -> None:
    """Store all columns of a row that is there already."""
    fields = [*(field for field in row._meta.concrete_fields if not field.primary_key), row._meta.pk]
    values = [field.get_db_prep_save(field.pre_save(row, add=False), connection) for field in fields]
    executed(_renewal(type(row), connection.vendor), values)


@cache
def _renewal(model: type[Model], _vendor: str) -> str:
    quote, about = connection.ops.quote_name, model._meta
    columns = [f"{quote(field.column)} = %s" for field in about.concrete_fields if not field.primary_key]
    return f"UPDATE {quote(about.db_table)} SET {', '.join(columns)} WHERE {quote(about.pk.column)} = %s"
