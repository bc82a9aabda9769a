import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import lib.files.models
import reuse.models.assessment
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cards', '0001_initial'),
        ('municipalities', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RankingRelease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('places', models.JSONField(default=list)),
            ],
            options={
                'verbose_name': 'classifica pubblicata',
                'verbose_name_plural': 'classifiche pubblicate',
            },
        ),
        migrations.CreateModel(
            name='Adoption',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('step', models.CharField(choices=[('interest', 'Interesse'), ('contact', 'Contatto'), ('agreement', 'Accordo'), ('adaptation', 'Adattamento'), ('in_service', 'In servizio'), ('feedback', 'Riscontro'), ('declined', 'Non accolta'), ('withdrawn', 'Ritirata')], default='interest', max_length=12, verbose_name='passo')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='richiesta il')),
                ('waiting_since', models.DateTimeField(default=django.utils.timezone.now, verbose_name='in attesa dal')),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('is_demonstration', models.BooleanField(default=False, verbose_name='riuso dimostrativo')),
                ('adopter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='municipalities.organisation', verbose_name='ente riusante')),
                ('giver', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='given_adoptions', to='municipalities.organisation', verbose_name='ente cedente')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='reuse.adoption')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='adoptions', to='cards.record')),
                ('result', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='born_of', to='cards.record', verbose_name='progetto che ne è nato')),
            ],
            options={
                'verbose_name': 'riuso',
                'verbose_name_plural': 'riusi',
            },
        ),
        migrations.CreateModel(
            name='AdoptionStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('move', models.CharField(choices=[('ask', 'Chiedi il riuso'), ('reply', 'Rispondi'), ('agree', 'Registra l’accordo'), ('adapt', 'Comincia l’adattamento'), ('start', 'Metti in servizio'), ('tell', 'Racconta com’è andata'), ('write', 'Scrivi una nota'), ('decline', 'Non accogliere'), ('withdraw', 'Ritira la richiesta')], max_length=12)),
                ('step', models.CharField(choices=[('interest', 'Interesse'), ('contact', 'Contatto'), ('agreement', 'Accordo'), ('adaptation', 'Adattamento'), ('in_service', 'In servizio'), ('feedback', 'Riscontro'), ('declined', 'Non accolta'), ('withdrawn', 'Ritirata')], max_length=12, verbose_name='passo')),
                ('side', models.CharField(choices=[('giver', 'Ente cedente'), ('adopter', 'Ente riusante'), ('staff', 'Redazione')], max_length=8, verbose_name='parte')),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('on', models.DateField(verbose_name='data')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('note', models.TextField(blank=True, max_length=3000, verbose_name='nota')),
                ('note_is_public', models.BooleanField(default=False, verbose_name='nota pubblica')),
                ('what_changed', models.TextField(blank=True, max_length=3000, verbose_name='che cosa è stato cambiato')),
                ('what_learnt', models.TextField(blank=True, max_length=3000, verbose_name='che cosa si è imparato')),
                ('lessons_are_public', models.BooleanField(default=False, verbose_name='riscontro pubblico')),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('adoption', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='reuse.adoption')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hidden_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rater', models.CharField(choices=[('self', 'Autovalutazione dell’ente'), ('peer', 'Un’altra città'), ('observatory', 'Osservatorio')], max_length=12, verbose_name='chi valuta')),
                ('version', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='versione')),
                ('revision', models.PositiveIntegerField(default=1)),
                ('edition', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='edizione della scheda')),
                ('saved_at', models.DateTimeField(auto_now=True)),
                ('made_at', models.DateTimeField(blank=True, null=True, verbose_name='data')),
                ('is_demonstration', models.BooleanField(default=False, verbose_name='valutazione dimostrativa')),
                ('seconded_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='municipalities.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='cards.record')),
                ('seconded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'valutazione di replicabilità',
                'verbose_name_plural': 'valutazioni di replicabilità',
            },
        ),
        migrations.CreateModel(
            name='DemonstrationDocument',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.FileField(blank=True, max_length=200, upload_to=lib.files.models.stored_path, verbose_name='file')),
                ('url', models.URLField(blank=True, max_length=500, verbose_name='collegamento')),
                ('media_type', models.CharField(blank=True, max_length=80)),
                ('size', models.PositiveIntegerField(blank=True, null=True, verbose_name='byte')),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('type', models.CharField(choices=[('specification', 'Capitolato o specifica'), ('manual', 'Manuale'), ('catalogue', 'Catalogo'), ('faq', 'Domande frequenti'), ('guideline', 'Linee guida'), ('resolution', 'Delibera'), ('contract', 'Contratto'), ('call', 'Bando'), ('budget', 'Bilancio di progetto'), ('financial_plan', 'Piano finanziario'), ('financing_scheme', 'Schema di finanziamento'), ('feasibility', 'Analisi di fattibilità'), ('partnership', 'Accordo di partenariato'), ('stakeholder_plan', 'Piano dei portatori di interesse'), ('evaluation', 'Valutazione'), ('image', 'Immagine')], max_length=18, verbose_name='tipo')),
                ('title', models.CharField(max_length=160, verbose_name='titolo')),
                ('made_on', models.DateField(verbose_name='data')),
                ('words', models.CharField(max_length=64)),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='demonstration_documents', to='cards.record')),
            ],
            options={
                'verbose_name': 'documento dimostrativo',
                'verbose_name_plural': 'documenti dimostrativi',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EvidenceFile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rater', models.CharField(choices=[('self', 'Autovalutazione dell’ente'), ('peer', 'Un’altra città'), ('observatory', 'Osservatorio')], max_length=12)),
                ('name', models.CharField(max_length=160, verbose_name='nome del file')),
                ('file', models.FileField(max_length=200, upload_to=reuse.models.assessment.evidence_path, verbose_name='file')),
                ('media_type', models.CharField(max_length=80)),
                ('size', models.PositiveIntegerField(verbose_name='byte')),
                ('sha256', models.CharField(max_length=64)),
                ('added_at', models.DateTimeField(auto_now_add=True)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='municipalities.organisation')),
                ('record', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cards.record')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'file che prova un voto',
                'verbose_name_plural': 'file che provano i voti',
            },
        ),
        migrations.CreateModel(
            name='OutsidePractice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=160, verbose_name='pratica')),
                ('city', models.CharField(max_length=120, verbose_name='città o ente di origine')),
                ('country', models.CharField(max_length=80, verbose_name='Paese')),
                ('url', models.URLField(max_length=500, verbose_name='fonte')),
                ('adopted_on', models.CharField(blank=True, max_length=10, verbose_name='adottata nel')),
                ('what_changed', models.TextField(blank=True, max_length=3000, verbose_name='che cosa è stato cambiato')),
                ('idempotency_key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('is_demonstration', models.BooleanField(default=False, verbose_name='pratica dimostrativa')),
                ('adopter', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outside_practices', to='municipalities.organisation', verbose_name='ente riusante')),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outside_practices', to='cards.record', verbose_name='progetto che ne è nato')),
                ('removed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'pratica adottata da fuori',
                'verbose_name_plural': 'pratiche adottate da fuori',
            },
        ),
        migrations.CreateModel(
            name='Rating',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=24)),
                ('value', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)])),
                ('motive', models.CharField(blank=True, max_length=500, verbose_name='motivo')),
                ('evidence_url', models.URLField(blank=True, max_length=500, verbose_name='prova')),
                ('evidence_document', models.BigIntegerField(blank=True, null=True, verbose_name='documento')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ratings', to='reuse.assessment')),
                ('evidence_file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ratings', to='reuse.evidencefile', verbose_name='file')),
            ],
        ),
        migrations.CreateModel(
            name='Standing',
            fields=[
                ('record', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='standing', serialize=False, to='cards.record')),
                ('rater', models.CharField(blank=True, max_length=12)),
                ('rated_on', models.DateField(null=True)),
                ('marks', models.CharField(default='0000000000', max_length=10)),
                ('kit_completeness', models.DecimalField(decimal_places=4, max_digits=5)),
                ('adoptions', models.PositiveIntegerField(default=0)),
                ('adoptions_under_way', models.PositiveIntegerField(default=0)),
                ('score', models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ('band', models.CharField(choices=[('high', 'Alta replicabilità'), ('medium', 'Media replicabilità'), ('low', 'Bassa replicabilità'), ('in_evaluation', 'In valutazione')], default='in_evaluation', max_length=14)),
                ('is_demonstration', models.BooleanField(default=False)),
                ('assessment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='reuse.assessment')),
            ],
        ),
        migrations.AddIndex(
            model_name='adoption',
            index=models.Index(fields=['record', 'step'], name='adoption_project_step'),
        ),
        migrations.AddConstraint(
            model_name='adoption',
            constraint=models.UniqueConstraint(condition=models.Q(('step__in', ['declined', 'withdrawn']), _negated=True), fields=('record', 'adopter', 'is_demonstration'), name='one_living_adoption'),
        ),
        migrations.AddConstraint(
            model_name='adoption',
            constraint=models.CheckConstraint(condition=models.Q(('giver', models.F('adopter')), _negated=True), name='adoption_between_two'),
        ),
        migrations.AddConstraint(
            model_name='adoption',
            constraint=models.CheckConstraint(condition=models.Q(('result', None), models.Q(('result', models.F('record')), _negated=True), _connector='OR'), name='adoption_of_another'),
        ),
        migrations.AddIndex(
            model_name='adoptionstep',
            index=models.Index(fields=['adoption', 'at'], name='adoption_step_time'),
        ),
        migrations.AddConstraint(
            model_name='adoptionstep',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_by__isnull', True)), models.Q(('hidden_at__isnull', False), ('hidden_by__isnull', False)), _connector='OR'), name='adoption_step_hidden_pair'),
        ),
        migrations.AddIndex(
            model_name='assessment',
            index=models.Index(fields=['record', 'rater', '-made_at'], name='assessment_newest'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(fields=('record', 'rater', 'organisation', 'version'), name='assessment_version_once'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.UniqueConstraint(condition=models.Q(('made_at', None)), fields=('record', 'rater', 'organisation'), name='one_open_assessment'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('made_at__isnull', True), ('version__isnull', True)), models.Q(('made_at__isnull', False), ('version__isnull', False)), _connector='OR'), name='assessment_made_pair'),
        ),
        migrations.AddConstraint(
            model_name='assessment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('seconded_at__isnull', True), ('seconded_by__isnull', True)), models.Q(('seconded_at__isnull', False), ('seconded_by__isnull', False)), _connector='OR'), name='assessment_seconded_pair'),
        ),
        migrations.AddConstraint(
            model_name='demonstrationdocument',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('file', ''), models.Q(('url', ''), _negated=True)), models.Q(models.Q(('file', ''), _negated=True), ('url', '')), _connector='OR'), name='demonstrationdocument_file_or_link'),
        ),
        migrations.AddIndex(
            model_name='evidencefile',
            index=models.Index(fields=['record', 'rater', 'organisation'], name='evidence_of_seat'),
        ),
        migrations.AddConstraint(
            model_name='evidencefile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_by__isnull', True)), models.Q(('withdrawn_at__isnull', False), ('withdrawn_by__isnull', False)), _connector='OR'), name='evidence_withdrawn_pair'),
        ),
        migrations.AddConstraint(
            model_name='outsidepractice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), ('removed_by__isnull', True)), models.Q(('removed_at__isnull', False), ('removed_by__isnull', False)), _connector='OR'), name='outside_practice_removed_pair'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.UniqueConstraint(fields=('assessment', 'key'), name='rating_once'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('key__in', ('social_compatibility', 'technical_compatibility', 'ease_of_use_end_users', 'ease_of_use_staff', 'trialability', 'advantages_end_users', 'advantages_stakeholders', 'visibility_of_results', 'answer_to_issue', 'market_demand'))), name='rating_key_known'),
        ),
        migrations.AddConstraint(
            model_name='rating',
            constraint=models.CheckConstraint(condition=models.Q(('value', None), ('value__range', (1, 5)), _connector='OR'), name='rating_one_to_five'),
        ),
        migrations.AddIndex(
            model_name='standing',
            index=models.Index(fields=['-score'], name='standing_by_score'),
        ),
    ]
