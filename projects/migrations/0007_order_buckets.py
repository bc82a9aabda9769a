from django.db import migrations


def order_values_by_code_point(apps, schema_editor):
    """A bucket is found by where it starts: the order must be that of Python and SQLite."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE projects_indexentry ALTER COLUMN value TYPE varchar(120) COLLATE "C"')


def forget_index(apps, schema_editor):
    """Buckets are cut another way; `manage.py rebuild_index` makes them, as after every change of version."""
    apps.get_model('projects', 'IndexEntry').objects.all().delete()
    apps.get_model('projects', 'IndexVersion').objects.update(number=0, seal='', rebuilt=0)
    apps.get_model('projects', 'IndexLog').objects.all().delete()


class Migration(migrations.Migration):

    dependencies = [
        ("projects", "0006_drafts"),
    ]

    operations = [
        migrations.RunPython(forget_index, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(order_values_by_code_point, migrations.RunPython.noop),
    ]
