import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cards', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='PageRating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=200)),
                ('day', models.DateField()),
                ('score', models.PositiveSmallIntegerField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'giudizio su una pagina',
                'verbose_name_plural': 'giudizi sulle pagine',
                'indexes': [models.Index(fields=['day'], name='page_rating_day')],
                'constraints': [models.UniqueConstraint(fields=('path', 'day', 'score'), name='page_rating_once'), models.CheckConstraint(condition=models.Q(('score__gte', 1), ('score__lte', 5)), name='page_rating_score')],
            },
        ),
        migrations.CreateModel(
            name='ErrorReport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edition', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('page', models.CharField(blank=True, max_length=300, verbose_name='pagina')),
                ('topic', models.CharField(choices=[('facts', 'Un dato o un testo è sbagliato'), ('link', 'Un collegamento o un documento non si apre'), ('words', 'Una parte non si capisce'), ('access', 'Una parte non è accessibile'), ('other', 'Altro'), ('question', 'Una domanda all’ente')], max_length=8, verbose_name='che cosa non va')),
                ('text', models.TextField(max_length=2000, verbose_name='descrizione')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('token', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('status', models.CharField(choices=[('received', 'Da esaminare'), ('mended', 'Corretta'), ('rejected', 'Confermata com’era'), ('answered', 'Risposta data')], default='received', max_length=8, verbose_name='stato')),
                ('answer', models.TextField(blank=True, max_length=2000, verbose_name='risposta')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='error_reports', to='cards.record')),
            ],
            options={
                'verbose_name': 'segnalazione',
                'verbose_name_plural': 'segnalazioni',
                'indexes': [models.Index(fields=['status', 'created_at'], name='report_queue')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('answered_by__isnull', True), ('status', 'received')), models.Q(models.Q(('status', 'received'), _negated=True), models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='answered_report_has_answer')],
            },
        ),
    ]
