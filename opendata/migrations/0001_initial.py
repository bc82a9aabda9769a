import django.db.models.deletion
import opendata.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('format', models.CharField(choices=[('zip', 'Archivio completo: tutte le tabelle in ogni formato, con il dizionario dei campi'), ('csv', 'CSV, una scheda per riga'), ('jsonl', 'JSON, una scheda per riga'), ('xlsx', 'Foglio di calcolo XLSX'), ('geojson', 'GeoJSON, per le mappe')], max_length=8, verbose_name='formato')),
                ('state', models.CharField(choices=[('queued', 'In attesa'), ('running', 'In corso'), ('done', 'Pronta'), ('failed', 'Non riuscita')], default='queued', max_length=8, verbose_name='stato')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('cards', models.PositiveIntegerField(blank=True, null=True, verbose_name='schede')),
                ('file', models.FileField(blank=True, max_length=200, upload_to=opendata.models.export_path, verbose_name='file')),
                ('size', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='byte')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'esportazione',
                'verbose_name_plural': 'esportazioni',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(models.Q(('file', ''), _negated=True), models.Q(('sha256', ''), _negated=True), ('size__isnull', False)), _connector='OR'), name='done_export_has_file')],
            },
        ),
    ]
