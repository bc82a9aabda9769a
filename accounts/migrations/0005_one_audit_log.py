"""What was done to adhesions, accounts and organisations moves to the audit log of all apps."""

from django.db import migrations

from lib.constraints import pair

COPY = """
INSERT INTO lib_entry (at, verb, by_id, person_id, kind, code, title, body, changes)
SELECT event.at, event.verb, event.by_id, event.person_id,
    CASE WHEN event.adhesion_id IS NOT NULL THEN 'adhesion'
         WHEN organisation.id IS NOT NULL THEN 'organisation'
         WHEN event.verb = 'export' THEN 'export'
         ELSE 'account' END,
    CASE WHEN event.adhesion_id IS NOT NULL THEN CAST(event.adhesion_id AS varchar(120))
         ELSE COALESCE(organisation.slug, '') END,
    COALESCE(organisation.name, ''), COALESCE(organisation.slug, ''), event.detail
FROM accounts_event AS event
LEFT JOIN municipalities_organisation AS organisation ON organisation.id = event.organisation_id
ORDER BY event.id
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_invitations"),
        ("lib", "0001_initial"),
        ("municipalities", "0002_content_version"),
    ]

    operations = [
        migrations.RunSQL(COPY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="Event"),
        # The same SQL in other words.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("apitoken", "api_token_revoked_at_by"),
                migrations.AddConstraint("apitoken", pair("api_token_revoked_at_by", "revoked_at", "revoked_by")),
            ]
        ),
    ]
