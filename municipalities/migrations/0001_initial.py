import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Territory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('region', 'Regione'), ('province', 'Provincia o città metropolitana'), ('municipality', 'Comune')], max_length=12)),
                ('code', models.CharField(max_length=8, verbose_name='codice')),
                ('name', models.CharField(max_length=100, verbose_name='nome')),
                ('name_other', models.CharField(blank=True, max_length=100, verbose_name='nome in altra lingua')),
                ('search_name', models.CharField(db_index=True, editable=False, max_length=210)),
                ('slug', models.SlugField(max_length=120)),
                ('valid_from', models.DateField(blank=True, null=True, verbose_name='dal')),
                ('valid_to', models.DateField(blank=True, null=True, verbose_name='fino al (escluso)')),
                ('istat_code', models.CharField(blank=True, db_index=True, max_length=6, verbose_name='codice ISTAT più recente')),
                ('uts_code', models.CharField(blank=True, max_length=3, verbose_name='codice UTS')),
                ('kind', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Provincia'), (2, 'Provincia autonoma'), (3, 'Città metropolitana'), (4, 'Libero consorzio'), (5, 'Unità non amministrativa')], null=True, verbose_name='tipo di UTS')),
                ('population', models.PositiveIntegerField(blank=True, null=True, verbose_name='abitanti')),
                ('population_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='anno degli abitanti')),
                ('area_km2', models.DecimalField(blank=True, decimal_places=2, max_digits=9, null=True, verbose_name='superficie (km²)')),
                ('altitude_m', models.SmallIntegerField(blank=True, null=True, verbose_name='altitudine del centro (m)')),
                ('altitude_zone', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Montagna interna'), (2, 'Montagna litoranea'), (3, 'Collina interna'), (4, 'Collina litoranea'), (5, 'Pianura')], null=True)),
                ('urbanisation_degree', models.PositiveSmallIntegerField(blank=True, choices=[(1, 'Città o zona densamente popolata'), (2, 'Piccola città o sobborgo'), (3, 'Zona rurale')], null=True)),
                ('latitude', models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ('longitude', models.DecimalField(blank=True, decimal_places=5, max_digits=8, null=True)),
                ('ipa_code', models.CharField(blank=True, max_length=20, verbose_name='codice IPA')),
                ('website', models.URLField(blank=True, verbose_name='sito')),
                ('province', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='municipalities', to='municipalities.territory')),
                ('region', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='territories', to='municipalities.territory')),
            ],
            options={
                'verbose_name': 'territorio',
                'verbose_name_plural': 'territori',
            },
        ),
        migrations.CreateModel(
            name='TerritoryBoundary',
            fields=[
                ('territory', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='boundary', serialize=False, to='municipalities.territory')),
                ('geojson', models.TextField()),
                ('svg_path', models.TextField()),
                ('min_x', models.FloatField()),
                ('min_y', models.FloatField()),
                ('max_x', models.FloatField()),
                ('max_y', models.FloatField()),
            ],
            options={
                'verbose_name': 'confine',
                'verbose_name_plural': 'confini',
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('municipality', 'Comune'), ('union', 'Unione di Comuni'), ('public_body', 'Altro ente pubblico'), ('in_house', 'Società in house'), ('university', 'Università'), ('research', 'Centro di ricerca'), ('company', 'Impresa'), ('association', 'Associazione'), ('observatory', 'Osservatorio')], max_length=16, verbose_name='tipo')),
                ('name', models.CharField(max_length=200, verbose_name='denominazione')),
                ('slug', models.SlugField(max_length=120, unique=True)),
                ('ipa_code', models.CharField(blank=True, max_length=20, verbose_name='codice IPA')),
                ('tax_code', models.CharField(blank=True, max_length=16, verbose_name='codice fiscale')),
                ('website', models.URLField(blank=True, verbose_name='sito')),
                ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to='municipalities.territory', verbose_name='territorio')),
            ],
            options={
                'verbose_name': 'ente',
                'verbose_name_plural': 'enti',
            },
        ),
        migrations.CreateModel(
            name='TerritoryChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('merger', 'Fusione'), ('incorporation', 'Incorporazione'), ('split', 'Distacco'), ('renaming', 'Cambio di nome'), ('code_change', 'Cambio di codice'), ('province_change', 'Cambio di provincia')], max_length=16)),
                ('effective_date', models.DateField(verbose_name='decorrenza')),
                ('note', models.CharField(blank=True, max_length=300)),
                ('predecessor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes_out', to='municipalities.territory')),
                ('successor', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes_in', to='municipalities.territory')),
            ],
            options={
                'verbose_name': 'variazione',
                'verbose_name_plural': 'variazioni',
            },
        ),
        migrations.CreateModel(
            name='TerritoryCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('istat_code', models.CharField(db_index=True, max_length=6, verbose_name='codice ISTAT')),
                ('name', models.CharField(max_length=100, verbose_name='nome')),
                ('search_name', models.CharField(db_index=True, editable=False, max_length=100)),
                ('valid_from', models.DateField(blank=True, null=True)),
                ('valid_to', models.DateField(blank=True, null=True)),
                ('province', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.territory')),
                ('territory', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='municipalities.territory')),
            ],
            options={
                'verbose_name': 'codice datato',
                'verbose_name_plural': 'codici datati',
            },
        ),
        migrations.AddIndex(
            model_name='territory',
            index=models.Index(fields=['level', 'valid_to'], name='territory_level_current'),
        ),
        migrations.AddConstraint(
            model_name='territory',
            constraint=models.UniqueConstraint(fields=('level', 'code'), name='territory_code_unique'),
        ),
        migrations.AddConstraint(
            model_name='territory',
            constraint=models.UniqueConstraint(fields=('level', 'slug'), name='territory_slug_unique'),
        ),
        migrations.AddConstraint(
            model_name='territory',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_from__lt', models.F('valid_to')), _connector='OR'), name='territory_dates_ordered'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'municipality')), fields=('territory',), name='one_body_per_municipality'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'municipality'), _negated=True), ('territory__isnull', False), _connector='OR'), name='municipality_body_has_territory'),
        ),
        migrations.AddConstraint(
            model_name='territorychange',
            constraint=models.UniqueConstraint(fields=('kind', 'effective_date', 'predecessor', 'successor'), name='territory_change_unique'),
        ),
        migrations.AddConstraint(
            model_name='territorycode',
            constraint=models.UniqueConstraint(fields=('territory', 'istat_code', 'name', 'valid_from'), name='territory_code_interval'),
        ),
        migrations.AddConstraint(
            model_name='territorycode',
            constraint=models.CheckConstraint(condition=models.Q(('valid_from', None), ('valid_to', None), ('valid_from__lt', models.F('valid_to')), _connector='OR'), name='territory_code_dates_ordered'),
        ),
    ]
