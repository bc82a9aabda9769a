import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RateCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('uses', models.PositiveIntegerField(default=0)),
                ('ends_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='ContentVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField(default=0)),
                ('token', models.CharField(blank=True, max_length=32)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='one_content_version')],
            },
        ),
        migrations.CreateModel(
            name='LinkCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.URLField(max_length=500, unique=True)),
                ('state', models.CharField(choices=[('alive', 'raggiungibile'), ('dead', 'non più raggiungibile'), ('unknown', 'non verificabile')], max_length=8)),
                ('status_code', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('detail', models.CharField(blank=True, max_length=120)),
                ('failures', models.PositiveSmallIntegerField(default=0)),
                ('checked_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'controllo di un collegamento',
                'verbose_name_plural': 'controlli dei collegamenti',
                'indexes': [models.Index(fields=['checked_at'], name='link_checked_at')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('verb', models.CharField(max_length=40)),
                ('kind', models.CharField(max_length=16)),
                ('code', models.CharField(max_length=120)),
                ('title', models.TextField()),
                ('body', models.CharField(max_length=120)),
                ('changes', models.JSONField(default=dict)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'evento',
                'verbose_name_plural': 'registro',
                'indexes': [models.Index(fields=['kind', 'code', 'at'], name='entry_subject'), models.Index(fields=['verb', 'at'], name='entry_verb')],
            },
        ),
    ]
