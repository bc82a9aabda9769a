"""The history of projects moves to the audit log of all apps."""

from django.db import migrations

COPY = """
INSERT INTO lib_entry (at, verb, by_id, person_id, kind, code, title, body, changes)
SELECT event.at, event.verb, event.by_id, NULL, 'record', project.code, project.title, owner.slug, event.changes
FROM projects_projectevent AS event
JOIN projects_project AS project ON project.id = event.project_id
JOIN municipalities_organisation AS owner ON owner.id = project.owner_id
ORDER BY event.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lib", "0001_initial"),
        ("municipalities", "0002_content_version"),
        ("projects", "0017_card_lines"),
    ]

    operations = [
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="ProjectEvent"),
    ]
