import django.db.models.deletion
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
            name='CityProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('summary', models.TextField(blank=True, max_length=400, verbose_name='la città in breve')),
                ('strategy', models.TextField(blank=True, max_length=4000, verbose_name='strategia')),
                ('strategy_url', models.URLField(blank=True, max_length=500, verbose_name='documento della strategia')),
                ('governance', models.TextField(blank=True, max_length=3000, verbose_name='chi la governa')),
                ('office', models.CharField(blank=True, max_length=160, verbose_name='ufficio di riferimento')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='e-mail dell’ufficio')),
                ('featured', models.JSONField(blank=True, default=list, verbose_name='progetti in evidenza')),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('hidden_at', models.DateTimeField(blank=True, null=True)),
                ('hidden_reason', models.CharField(blank=True, max_length=300, verbose_name='motivo')),
                ('hidden_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('municipality', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='profile', to='municipalities.territory')),
                ('updated_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'testi della scheda città',
                'verbose_name_plural': 'testi delle schede città',
            },
        ),
        migrations.CreateModel(
            name='CityNeed',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=120, verbose_name='che cosa cercate')),
                ('text', models.TextField(blank=True, max_length=600, verbose_name='perché e per quando')),
                ('area', models.CharField(blank=True, choices=[('environment', 'Ambiente'), ('energy', 'Energia'), ('economy', 'Economia'), ('people', 'Persone'), ('mobility', 'Mobilità'), ('living', 'Qualità della vita'), ('government', 'Governo'), ('planning', 'Pianificazione')], max_length=12, verbose_name='area')),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='cities.cityprofile')),
            ],
            options={
                'verbose_name': 'che cosa cerca una città',
                'verbose_name_plural': 'che cosa cercano le città',
            },
        ),
        migrations.AddConstraint(
            model_name='cityprofile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hidden_at__isnull', True), ('hidden_by__isnull', True), ('hidden_reason', '')), models.Q(('hidden_at__isnull', False), ('hidden_by__isnull', False), models.Q(('hidden_reason', ''), _negated=True)), _connector='OR'), name='hidden_city_has_reason'),
        ),
    ]
