import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('municipalities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ColumnMap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(max_length=40, unique=True)),
                ('columns', models.JSONField()),
                ('delimiter', models.CharField(blank=True, max_length=1)),
                ('encoding', models.CharField(blank=True, max_length=20)),
                ('decimal_mark', models.CharField(default=',', max_length=1)),
            ],
        ),
        migrations.CreateModel(
            name='Run',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('profile', models.CharField(max_length=40, verbose_name='profilo')),
                ('file_name', models.CharField(max_length=255, verbose_name='file')),
                ('sha256', models.CharField(max_length=64)),
                ('file', models.FileField(blank=True, max_length=200, upload_to='imports/%Y/')),
                ('reference_date', models.DateField(blank=True, null=True, verbose_name='dati al')),
                ('options', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('state', models.CharField(choices=[('checked', 'Da confermare'), ('applied', 'Eseguita'), ('undone', 'Annullata')], default='checked', max_length=8, verbose_name='stato')),
                ('rows', models.PositiveIntegerField(default=0, verbose_name='righe')),
                ('created', models.PositiveIntegerField(default=0, verbose_name='nuove')),
                ('updated', models.PositiveIntegerField(default=0, verbose_name='cambiate')),
                ('unchanged', models.PositiveIntegerField(default=0, verbose_name='uguali')),
                ('waiting', models.PositiveIntegerField(default=0, verbose_name='da decidere')),
                ('refused', models.PositiveIntegerField(default=0, verbose_name='rifiutate')),
                ('gone', models.JSONField(blank=True, default=list)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.organisation', verbose_name='ente')),
            ],
            options={
                'verbose_name': 'importazione',
                'verbose_name_plural': 'importazioni',
            },
        ),
        migrations.CreateModel(
            name='Row',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(verbose_name='riga')),
                ('raw', models.JSONField()),
                ('key', models.CharField(blank=True, max_length=160)),
                ('outcome', models.CharField(choices=[('created', 'Nuova'), ('updated', 'Cambiata'), ('unchanged', 'Uguale'), ('waiting', 'Da decidere'), ('refused', 'Rifiutata')], max_length=9, verbose_name='esito')),
                ('reason', models.TextField(blank=True, verbose_name='motivo')),
                ('before', models.JSONField(blank=True, null=True)),
                ('changes', models.JSONField(blank=True, default=dict)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='imports.run')),
            ],
        ),
        migrations.CreateModel(
            name='ImportedProject',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.CharField(choices=[('padigitale2026', 'PA digitale 2026'), ('italiadomani', 'Italia Domani (PNRR)'), ('opencup', 'OpenCUP'), ('opencoesione', 'OpenCoesione'), ('generic', 'Altro file')], max_length=14, verbose_name='fonte')),
                ('dataset', models.CharField(blank=True, max_length=120)),
                ('key', models.CharField(max_length=160)),
                ('cup', models.CharField(blank=True, db_index=True, max_length=20, verbose_name='CUP')),
                ('title', models.CharField(max_length=300, verbose_name='titolo')),
                ('summary', models.TextField(blank=True, verbose_name='descrizione')),
                ('measure', models.CharField(blank=True, max_length=200, verbose_name='misura')),
                ('call', models.CharField(blank=True, max_length=300, verbose_name='avviso')),
                ('body', models.CharField(blank=True, max_length=250, verbose_name='ente')),
                ('amount', models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True, verbose_name='finanziamento')),
                ('total', models.DecimalField(blank=True, decimal_places=2, max_digits=15, null=True, verbose_name='costo totale')),
                ('state', models.CharField(blank=True, max_length=80, verbose_name='stato')),
                ('is_withdrawn', models.BooleanField(default=False, verbose_name='rinunciato')),
                ('decided_on', models.CharField(blank=True, max_length=10, verbose_name='finanziato il')),
                ('state_on', models.CharField(blank=True, max_length=10, verbose_name='stato al')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='collegamento')),
                ('known_on', models.DateField(verbose_name='noto al')),
                ('gone_on', models.DateField(blank=True, null=True, verbose_name='non più nel file dal')),
                ('municipalities', models.ManyToManyField(related_name='imported_projects', to='municipalities.territory')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='imports.run')),
            ],
            options={
                'verbose_name': 'progetto importato',
                'verbose_name_plural': 'progetti importati',
            },
        ),
        migrations.AddConstraint(
            model_name='run',
            constraint=models.CheckConstraint(condition=models.Q(('rows', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('created'), '+', models.F('updated')), '+', models.F('unchanged')), '+', models.F('waiting')), '+', models.F('refused')))), name='run_rows_add_up'),
        ),
        migrations.AddIndex(
            model_name='row',
            index=models.Index(fields=['run', 'outcome', 'number'], name='row_outcome'),
        ),
        migrations.AddConstraint(
            model_name='row',
            constraint=models.UniqueConstraint(fields=('run', 'number'), name='row_once'),
        ),
        migrations.AddIndex(
            model_name='importedproject',
            index=models.Index(fields=['source', 'dataset'], name='imported_dataset'),
        ),
        migrations.AddIndex(
            model_name='importedproject',
            index=models.Index(fields=['-decided_on', '-id'], name='imported_newest'),
        ),
        migrations.AddConstraint(
            model_name='importedproject',
            constraint=models.UniqueConstraint(fields=('source', 'key'), name='imported_once'),
        ),
    ]
