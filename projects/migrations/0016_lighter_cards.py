"""A card is written with fewer indexes: a publication adds to each, and takes another place in most.

Two unique constraints begin with the project already; nothing is sorted by title in SQL, the portal's own
index does that; hardly any card is withdrawn, and only those are ever looked for by who did it. PostgreSQL
packs texts with lz4 where it can, which takes a third less to store; cards that are there stay as they are.
"""

from django.conf import settings
from django.db import migrations, models

COLUMNS = ("project_id", "withdrawn_by_id")
TEXTS = ("document", "item", "search_text", "facet_values", "csv_line")


def drop_indexes(apps, schema_editor):
    """By hand: AlterField would copy the whole table on SQLite. Names are not in the migrations: looked up."""
    table = apps.get_model("projects", "Card")._meta.db_table
    with schema_editor.connection.cursor() as cursor:
        found = schema_editor.connection.introspection.get_constraints(cursor, table)
    for name, told in found.items():
        is_plain = told["index"] and not (told["unique"] or told["primary_key"])
        if is_plain and told["columns"] in [[column] for column in COLUMNS]:
            schema_editor.execute(f"DROP INDEX {schema_editor.quote_name(name)}")


def make_indexes(apps, schema_editor):
    card = apps.get_model("projects", "Card")
    for column in COLUMNS:
        field = card._meta.get_field(column.removesuffix("_id"))
        schema_editor.execute(schema_editor._create_index_sql(card, fields=[field]))


def pack_with_lz4(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    with schema_editor.connection.cursor() as cursor:
        # A server may have been built without it.
        cursor.execute("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
        known = cursor.fetchone()
    if known and "lz4" in known[0]:
        _pack(schema_editor, "lz4")


def pack_as_ever(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql" and schema_editor.connection.pg_version >= 140_000:
        _pack(schema_editor, "default")


def _pack(schema_editor, way: str) -> None:
    columns = ", ".join(f"ALTER COLUMN {name} SET COMPRESSION {way}" for name in TEXTS)
    schema_editor.execute(f"ALTER TABLE projects_card {columns}")


class Migration(migrations.Migration):
    dependencies = [
        ("projects", "0015_changes_on_record"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(model_name="card", name="card_by_title"),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(drop_indexes, make_indexes)],
            state_operations=[
                migrations.AlterField(
                    "card",
                    "project",
                    models.ForeignKey(
                        on_delete=models.PROTECT,
                        to="projects.project",
                        db_index=False,
                        related_name="cards",
                    ),
                ),
                migrations.AlterField(
                    "card",
                    "withdrawn_by",
                    models.ForeignKey(
                        on_delete=models.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        null=True,
                        blank=True,
                        db_index=False,
                        related_name="+",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            "card",
            models.Index(
                fields=["withdrawn_by"],
                condition=models.Q(withdrawn_by__isnull=False),
                name="card_withdrawn_by",
            ),
        ),
        migrations.RunPython(pack_with_lz4, pack_as_ever),
    ]
