import django.db.models.deletion
import protocols.models
import uuid
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
            name='Protocol',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=80, unique=True)),
                ('title', models.CharField(max_length=160, verbose_name='titolo')),
                ('summary', models.TextField(max_length=500, verbose_name='sintesi')),
                ('description', models.TextField(blank=True, verbose_name='testo (Markdown)')),
                ('promoter', models.CharField(max_length=200, verbose_name='promosso da')),
                ('signed_year', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='anno')),
                ('admitted_kinds', models.JSONField(default=list, verbose_name='chi può aderire')),
                ('source_url', models.URLField(blank=True, max_length=500, verbose_name='fonte')),
                ('is_open', models.BooleanField(default=True, verbose_name='aperto alle adesioni')),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('territory', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.territory', verbose_name='provincia o regione a cui è rivolto')),
            ],
            options={
                'verbose_name': 'protocollo',
                'verbose_name_plural': 'protocolli',
            },
        ),
        migrations.CreateModel(
            name='Adhesion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('municipality', 'Comune'), ('union', 'Unione di Comuni'), ('public_body', 'Altro ente pubblico'), ('in_house', 'Società in house'), ('university', 'Università'), ('research', 'Centro di ricerca'), ('company', 'Impresa'), ('association', 'Associazione'), ('observatory', 'Osservatorio')], max_length=16, verbose_name='tipo di ente')),
                ('body_name', models.CharField(blank=True, max_length=200, verbose_name='denominazione dell’ente')),
                ('office', models.CharField(max_length=160, verbose_name='ufficio')),
                ('officer_name', models.CharField(max_length=120, verbose_name='nome e cognome del referente')),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail dell’ufficio')),
                ('protocol_number', models.CharField(blank=True, max_length=60, verbose_name='numero di protocollo')),
                ('protocol_date', models.DateField(blank=True, null=True, verbose_name='data di protocollo')),
                ('signed_document', models.FileField(blank=True, max_length=200, upload_to=protocols.models.adhesion_file_path, verbose_name='documento firmato')),
                ('note', models.TextField(blank=True, max_length=2000, verbose_name='note')),
                ('status', models.CharField(choices=[('unconfirmed', 'In attesa di conferma dell’indirizzo'), ('received', 'Da esaminare'), ('accepted', 'Accolta'), ('declined', 'Non accolta')], default='unconfirmed', max_length=12, verbose_name='stato')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, max_length=2000, verbose_name='motivo')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adhesions', to='municipalities.territory', verbose_name='Comune')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='adhesions', to='municipalities.organisation')),
                ('protocol', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adhesions', to='protocols.protocol')),
            ],
            options={
                'verbose_name': 'adesione',
                'verbose_name_plural': 'adesioni',
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'municipality'), _negated=True), ('municipality__isnull', False), _connector='OR'), name='adhesion_municipality_named'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True)), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False)), _connector='OR'), name='adhesion_decided_pair'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'accepted'), _negated=True), ('organisation__isnull', False), _connector='OR'), name='adhesion_accepted_has_body'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'declined'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='adhesion_declined_has_reason')],
            },
        ),
    ]
