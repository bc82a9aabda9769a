from django.conf import settings
from django.db import migrations, models


def empty_search_texts(apps, schema_editor):
    """The old text has no lines; `manage.py rebuild_cards` writes it anew and fills the index."""
    apps.get_model('projects', 'Card').objects.update(search_text='\n\n')


def store_plain(apps, schema_editor):
    """PostgreSQL would try to compress sets that are packed already."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE projects_indexentry ALTER COLUMN data SET STORAGE EXTERNAL')


def order_titles_by_code_point(apps, schema_editor):
    """PostgreSQL would order by the language of the database; Python and SQLite order by code point."""
    if schema_editor.connection.vendor == 'postgresql':
        schema_editor.execute('ALTER TABLE projects_card ALTER COLUMN title_key TYPE varchar(120) COLLATE "C"')


class Migration(migrations.Migration):

    dependencies = [
        ('projects', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'value', 'slice', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=16)),
                ('value', models.CharField(max_length=120)),
                ('slice', models.IntegerField()),
                ('data', models.BinaryField()),
                ('version', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='IndexLog',
            fields=[
                ('version', models.BigIntegerField(primary_key=True, serialize=False)),
                ('seal', models.CharField(max_length=32)),
                ('made_at', models.DateTimeField()),
                ('added', models.PositiveIntegerField()),
                ('dropped', models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='IndexVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
                ('seal', models.CharField(blank=True, max_length=32)),
                ('rebuilt', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name='card',
            name='facet_values',
            field=models.TextField(default='[]'),
        ),
        migrations.AlterField(
            model_name='card',
            name='search_text',
            field=models.TextField(default='\n\n'),
        ),
        migrations.AddIndex(
            model_name='card',
            index=models.Index(condition=models.Q(('is_current', True)), fields=['municipality_code', 'total_cost'], name='card_municipality'),
        ),
        migrations.AddIndex(
            model_name='indexentry',
            index=models.Index(fields=['version'], name='index_entry_version'),
        ),
        migrations.AddConstraint(
            model_name='indexversion',
            constraint=models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_index_version'),
        ),
        migrations.DeleteModel(
            name='CardFacet',
        ),
        migrations.RunPython(order_titles_by_code_point, migrations.RunPython.noop),
        migrations.RunPython(empty_search_texts, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(store_plain, migrations.RunPython.noop),
    ]
