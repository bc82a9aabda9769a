from django.db import migrations, models


class Migration(migrations.Migration):
    """Cards published before have no line: files are made of their documents until `rebuild_cards` stores it."""

    dependencies = [("projects", "0013_packed_cards")]

    operations = [
        migrations.AddField("card", "csv_line", models.TextField(default="")),
    ]
