import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cards', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Follower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('email', models.EmailField(max_length=254, verbose_name='e-mail')),
                ('language', models.CharField(choices=[('it', 'Italiano'), ('en', 'English')], max_length=5, verbose_name='lingua')),
                ('pace', models.CharField(choices=[('daily', 'Ogni giorno, se c’è qualcosa di nuovo'), ('weekly', 'Una volta la settimana, se c’è qualcosa di nuovo')], default='weekly', max_length=6, verbose_name='quanto spesso')),
                ('query', models.CharField(blank=True, max_length=1000, verbose_name='vista')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='richiesta il')),
                ('asked_at', models.DateTimeField(verbose_name='conferma chiesta il')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='confermata il')),
                ('newest_card', models.BigIntegerField(default=0, verbose_name='ultima scheda raccontata')),
                ('told_at', models.DateTimeField(blank=True, null=True, verbose_name='ultimo messaggio')),
                ('record', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='followers', to='cards.record', verbose_name='progetto')),
            ],
            options={
                'verbose_name': 'iscrizione agli aggiornamenti',
                'verbose_name_plural': 'iscrizioni agli aggiornamenti',
                'indexes': [models.Index(fields=['confirmed_at', 'told_at'], name='follower_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('record', None)), fields=('email', 'query'), name='follows_view_once'), models.UniqueConstraint(fields=('email', 'record'), name='follows_project_once'), models.CheckConstraint(condition=models.Q(('record', None), ('query', ''), _connector='OR'), name='follows_view_or_project')],
            },
        ),
    ]
