"""A publication notes what changed in one row; the sets are written anew for many at once."""

from django.db import migrations, models
from django.db.models import F


def begin_folded(apps, schema_editor):
    """What is in the sets already is not pending."""
    apps.get_model("projects", "IndexVersion").objects.update(folded=F("number"))


class Migration(migrations.Migration):
    dependencies = [("projects", "0014_csv_lines")]

    operations = [
        migrations.RemoveIndex(model_name="indexentry", name="index_entry_version"),
        migrations.AddField("indexlog", "changes", models.BinaryField(null=True)),
        migrations.AddField("indexversion", "folded", models.BigIntegerField(default=0)),
        migrations.AddField("indexversion", "pending", models.PositiveIntegerField(default=0)),
        migrations.RunPython(begin_folded, migrations.RunPython.noop),
    ]
