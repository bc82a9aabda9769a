"""The columns of the index named by the words of information retrieval: block, token, compacted."""

import orjson
from django.db import migrations, models

KEYS = {"sets": "changes", "pieces": "splits", "folded": "compacted"}


def rename_keys(apps, schema_editor):
    """The log names its parts as the code does now."""
    log = apps.get_model("projects", "IndexLog").objects.exclude(changes=None)
    for row in log.iterator(chunk_size=100):
        stored = orjson.loads(bytes(row.changes))
        row.changes = orjson.dumps({KEYS[key]: part for key, part in stored.items()})
        row.save(update_fields=["changes"])


class Migration(migrations.Migration):
    dependencies = [("projects", "0017_card_lines")]

    operations = [
        migrations.RenameField("indexversion", "seal", "token"),
        migrations.RenameField("indexversion", "folded", "compacted"),
        migrations.RenameField("indexversion", "pending", "uncompacted"),
        migrations.RenameField("indexlog", "seal", "token"),
        migrations.RenameField("indexlog", "made_at", "created_at"),
        # A part of a composite key cannot be renamed by an operation of its own.
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL("ALTER TABLE projects_indexentry RENAME COLUMN slice TO block")],
            [
                migrations.RenameField("indexentry", "slice", "block"),
                migrations.AlterField(
                    "indexentry",
                    "pk",
                    models.CompositePrimaryKey(
                        "kind", "value", "block", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
            ],
        ),
        migrations.RunPython(rename_keys, migrations.RunPython.noop),
    ]
