"""The peers' tables, the same on SQLite and PostgreSQL, and the raw SQL of each query."""

import sqlite3
from contextlib import suppress
from decimal import Decimal
from urllib.parse import urlsplit

import psycopg

MANY = {"area": "peer_area", "year": "peer_year", "funding_source": "peer_funding"}
PROJECT = (
    "id {key}, code varchar(20) UNIQUE, title varchar(200), summary text, description text, "
    "stage varchar(20), kind varchar(20), primary_area varchar(20), municipality varchar(8), "
    "province varchar(8), region varchar(8), total_cost decimal(14, 2), published_at {moment}"
)
VALUE = "id {serial}, project_id bigint REFERENCES peer_project (id), value varchar(20)"
INDEXES = (
    ("peer_project", "published_at, id"),
    ("peer_project", "stage"),
    ("peer_project", "municipality"),
    *((table, columns) for table in MANY.values() for columns in ("project_id", "value, project_id")),
)
DIALECT = {
    "sqlite": {"key": "integer PRIMARY KEY", "serial": "integer PRIMARY KEY", "moment": "text"},
    "postgresql": {
        "key": "bigint PRIMARY KEY",
        "serial": "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "moment": "timestamptz",
    },
}
FACETS = (
    *(
        f"SELECT f.value, count(*) FROM ({{chosen}}) c JOIN {t} f ON f.project_id = c.id GROUP BY 1"
        for t in MANY.values()
    ),
    "SELECT stage, count(*) FROM ({chosen}) c GROUP BY 1",
    "SELECT municipality, count(*) FROM ({chosen}) c GROUP BY 1",
)
NEWEST = "SELECT id, code, title, summary, stage, municipality, total_cost, published_at FROM peer_project p "
ORDER = " ORDER BY published_at DESC, id DESC LIMIT 20"
FILTER = (
    "WHERE stage = 'completed' AND EXISTS "
    "(SELECT 1 FROM peer_area a WHERE a.project_id = p.id AND a.value = 'mobility')"
)


def vendor_of(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


def path_of(url: str) -> str:
    """The file of an SQLite URL: `sqlite:////folder/file` names an absolute one."""
    return "/" + urlsplit(url).path.lstrip("/")


def connect(url: str):
    """A plain connection to a DATABASE_URL."""
    if vendor_of(url) == "sqlite":
        sqlite3.register_adapter(Decimal, float)
        return sqlite3.connect(path_of(url))
    return psycopg.connect(url)


def is_sqlite(connection) -> bool:
    return isinstance(connection, sqlite3.Connection)


def count_rows(connection) -> int:
    """How many rows the peers have already."""
    with suppress(sqlite3.OperationalError, psycopg.errors.UndefinedTable):
        return connection.execute("SELECT count(*) FROM peer_project").fetchone()[0]
    connection.rollback()
    return 0


def create(connection) -> None:
    """Create empty tables, dropping those of before."""
    types = DIALECT["sqlite" if is_sqlite(connection) else "postgresql"]
    cursor = connection.cursor()
    for table in (*MANY.values(), "peer_project"):
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
    cursor.execute(f"CREATE TABLE peer_project ({PROJECT.format(**types)})")
    for table in MANY.values():
        cursor.execute(f"CREATE TABLE {table} ({VALUE.format(**types)})")
    connection.commit()


def insert(connection, table: str, rows: list[tuple]) -> None:
    """Insert many rows: COPY on PostgreSQL, executemany on SQLite."""
    names = "" if table == "peer_project" else " (project_id, value)"
    cursor = connection.cursor()
    if not is_sqlite(connection):
        with cursor.copy(f"COPY {table}{names} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    elif rows:
        placeholders = ", ".join("?" * len(rows[0]))
        plain = [tuple(v.isoformat(" ") if hasattr(v, "isoformat") else v for v in row) for row in rows]
        cursor.executemany(f"INSERT INTO {table}{names} VALUES ({placeholders})", plain)
    connection.commit()


def index_all(connection) -> None:
    """Create the usual indexes, and on SQLite the FTS5 table that Datasette detects by itself."""
    cursor = connection.cursor()
    for number, (table, columns) in enumerate(INDEXES):
        cursor.execute(f"CREATE INDEX peer_index_{number} ON {table} ({columns})")
    if is_sqlite(connection):
        cursor.execute("DROP TABLE IF EXISTS peer_project_fts")
        cursor.execute(
            "CREATE VIRTUAL TABLE peer_project_fts USING fts5 (title, summary, description, "
            "content='peer_project', content_rowid='id', tokenize='unicode61 remove_diacritics 2')"
        )
        cursor.execute("INSERT INTO peer_project_fts (peer_project_fts) VALUES ('rebuild')")
    cursor.execute("ANALYZE")


def raw(question: str, count: int, code: str) -> list[str]:
    """The statements of a query in plain SQL: `question` is one of the keys below."""
    chosen = f"SELECT p.id, p.stage, p.municipality FROM peer_project p {FILTER}"
    return {
        "list": [NEWEST + ORDER, "SELECT count(*) FROM peer_project"],
        "detail": [f"SELECT * FROM peer_project WHERE code = '{code}'"],
        "filter": [NEWEST + FILTER + ORDER, f"SELECT count(*) FROM peer_project p {FILTER}"],
        "deep page": [f"{NEWEST}{ORDER} OFFSET {count // 2}", "SELECT count(*) FROM peer_project"],
        "facets": [
            f"SELECT count(*) FROM peer_project p {FILTER}",
            *(statement.format(chosen=chosen) for statement in FACETS),
        ],
    }[question]
