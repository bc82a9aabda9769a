
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# PostgreSQL sorts these columns by code point whatever the collation of the database: the index compares
# them in Python.
CODE_POINT_COLUMNS = (("cards_edition", "title_key"), ("cards_indexentry", "value"))
# lz4 takes a third less time than PostgreSQL's own compression to store an edition, for about the same space.
COMPRESSED_COLUMNS = ("document", "item", "search_text", "facet_values")


def set_column_options(apps, schema_editor):
    if schema_editor.connection.vendor != "postgresql":
        return
    for table, column in CODE_POINT_COLUMNS:
        schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN {column} TYPE varchar(120) COLLATE "C"')
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT enumvals FROM pg_settings WHERE name = 'default_toast_compression'")
        row = cursor.fetchone()
    # A server may have been built without lz4.
    if row and "lz4" in row[0]:
        for column in COMPRESSED_COLUMNS:
            schema_editor.execute(f"ALTER TABLE cards_edition ALTER COLUMN {column} SET COMPRESSION lz4")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('municipalities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='IndexEntry',
            fields=[
                ('pk', models.CompositePrimaryKey('kind', 'value', 'block', blank=True, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=24)),
                ('value', models.CharField(max_length=120)),
                ('block', models.IntegerField()),
                ('data', models.BinaryField()),
                ('version', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='IndexLog',
            fields=[
                ('version', models.BigIntegerField(primary_key=True, serialize=False)),
                ('token', models.CharField(max_length=32)),
                ('created_at', models.DateTimeField()),
                ('added', models.PositiveIntegerField()),
                ('dropped', models.PositiveIntegerField()),
                ('changes', models.BinaryField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('text', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='CodeCounter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=8)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('prefix', 'year'), name='code_counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.PositiveSmallIntegerField(verbose_name='edizione')),
                ('is_current', models.BooleanField(default=True)),
                ('published_at', models.DateTimeField(verbose_name='pubblicata il')),
                ('change_note', models.CharField(blank=True, max_length=300, verbose_name='che cosa è cambiato')),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True, verbose_name='ritirata il')),
                ('withdrawal_reason', models.CharField(blank=True, max_length=500, verbose_name='motivo del ritiro')),
                ('code', models.CharField(max_length=16)),
                ('slug', models.CharField(max_length=140)),
                ('title', models.CharField(max_length=120)),
                ('title_key', models.CharField(max_length=120)),
                ('primary_area', models.CharField(max_length=12)),
                ('kind', models.CharField(max_length=10)),
                ('stage', models.CharField(max_length=12)),
                ('municipality_code', models.CharField(max_length=8)),
                ('own_municipality_code', models.CharField(blank=True, max_length=8)),
                ('part_of', models.CharField(blank=True, max_length=16)),
                ('province_code', models.CharField(blank=True, max_length=8)),
                ('region_code', models.CharField(blank=True, max_length=8)),
                ('year_from', models.PositiveSmallIntegerField(null=True)),
                ('year_to', models.PositiveSmallIntegerField(null=True)),
                ('total_cost', models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ('latitude', models.DecimalField(decimal_places=5, max_digits=8, null=True)),
                ('longitude', models.DecimalField(decimal_places=5, max_digits=8, null=True)),
                ('origin', models.CharField(max_length=10)),
                ('has_solution', models.BooleanField(default=False)),
                ('document', models.TextField()),
                ('item', models.TextField()),
                ('search_text', models.TextField(default='\n\n')),
                ('facet_values', models.TextField(default='[]')),
                ('live_values', models.TextField(default='[]')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'scheda',
                'verbose_name_plural': 'schede',
            },
        ),
        migrations.CreateModel(
            name='IndexVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
                ('token', models.CharField(blank=True, max_length=32)),
                ('rebuilt', models.BigIntegerField(default=0)),
                ('compacted', models.BigIntegerField(default=0)),
                ('uncompacted', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_index_version')],
            },
        ),
        migrations.CreateModel(
            name='Record',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=16, unique=True, verbose_name='codice')),
                ('slug', models.SlugField(blank=True, max_length=140, null=True, unique=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confermata il')),
                ('notify_email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail per le segnalazioni')),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='records', to='municipalities.organisation', verbose_name='ente che inserisce')),
            ],
            options={
                'verbose_name': 'identità di un progetto',
                'verbose_name_plural': 'identità dei progetti',
            },
        ),
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=160)),
                ('file', models.FileField(max_length=200, upload_to='')),
                ('media_type', models.CharField(blank=True, max_length=80)),
                ('editions', models.ManyToManyField(related_name='files', to='cards.edition')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='cards.record')),
            ],
        ),
        migrations.AddField(
            model_name='edition',
            name='record',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='cards.record'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('is_current', True)), fields=['-published_at', '-id'], name='edition_newest'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('is_current', True)), fields=['own_municipality_code', 'total_cost'], name='edition_own_municipality'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('is_current', True), models.Q(('part_of', ''), _negated=True)), fields=['part_of'], name='edition_part_of'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('is_current', False)), fields=['published_at'], name='edition_replaced'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(condition=models.Q(('withdrawn_by__isnull', False)), fields=['withdrawn_by'], name='edition_withdrawn_by'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(fields=['slug', '-edition'], name='edition_slug'),
        ),
        migrations.AddIndex(
            model_name='edition',
            index=models.Index(fields=['code', '-edition'], name='edition_code'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('record', 'edition'), name='edition_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('record',), name='one_current_edition'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawn_at', None), models.Q(('is_current', False), models.Q(('withdrawal_reason', ''), _negated=True)), _connector='OR'), name='withdrawn_edition_has_reason'),
        ),
        migrations.RunPython(set_column_options, migrations.RunPython.noop),
    ]
