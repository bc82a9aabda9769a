from django.db import migrations, models

MOVE = "INSERT INTO projects_cardline (id, text) SELECT id, csv_line FROM projects_card WHERE csv_line <> ''"


def move_lines(apps, schema_editor):
    """In the order of the cards, as files read them."""
    if schema_editor.connection.vendor == "postgresql":
        # A million lines take longer than a page may.
        schema_editor.execute("SET LOCAL statement_timeout = 0")
    schema_editor.execute(f"{MOVE} ORDER BY id")


class Migration(migrations.Migration):
    """Lines lie side by side: among the cards each has to be looked for behind texts of several kilobytes."""

    dependencies = [("projects", "0016_lighter_cards")]

    operations = [
        migrations.CreateModel(
            name="CardLine",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(move_lines, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("card", "csv_line"),
    ]
