"""The working copy of a project: what people at the desk edit. The public reads cards."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.vocabulary.areas import AREA_CHOICES
from cards.vocabulary.lists import Instrument, Kind, Origin, Scale, Stage
from lib.constraints import pair
from municipalities.models import Organisation, Territory
from projects.workflow import EDITABLE, Status

TITLE_MAX, SUMMARY_MAX, TEXT_MAX = 120, 500, 6000


def _text(verbose_name: str, **options):
    return models.TextField(verbose_name, blank=True, max_length=TEXT_MAX, **options)


def _money(verbose_name: str):
    return models.DecimalField(
        verbose_name,
        max_digits=14,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
    )


def _partial_date(verbose_name: str):
    return models.CharField(verbose_name, max_length=10, blank=True)


class ProjectQuerySet(models.QuerySet):
    def owned_by(self, organisation_ids):
        return self.filter(owner__in=organisation_ids, deleted_at=None)

    def in_bin_of(self, organisation_ids):
        """Drafts thrown away, which may come back until the bin is emptied."""
        return self.filter(owner__in=organisation_ids).exclude(deleted_at=None)

    def waiting_for_review(self):
        return self.filter(status__in=[Status.SUBMITTED, Status.IN_REVIEW])


class Project(models.Model):
    code = models.CharField(_("codice"), max_length=16, unique=True)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="projects", verbose_name=_("ente che inserisce")
    )
    status = models.CharField(_("stato della scheda"), max_length=18, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(_("versione della bozza"), default=1)
    nonce = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    origin = models.CharField(_("origine"), max_length=10, choices=Origin, default=Origin.ENTERED)
    origin_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    # What was typed in a step and cannot be read yet, as it was posted: {step: {name: [texts]}}.
    typed = models.JSONField(default=dict, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    # identity
    slug = models.SlugField(max_length=140, unique=True, null=True, blank=True)
    title = models.CharField(_("titolo"), max_length=TITLE_MAX, blank=True)
    acronym = models.CharField(_("acronimo"), max_length=30, blank=True)
    summary = models.TextField(_("sintesi"), max_length=SUMMARY_MAX, blank=True)
    description = _text(_("descrizione"))
    title_en = models.CharField(_("titolo in inglese"), max_length=TITLE_MAX, blank=True)
    summary_en = models.TextField(_("sintesi in inglese"), max_length=SUMMARY_MAX, blank=True)
    kind = models.CharField(_("tipo"), max_length=10, choices=Kind, blank=True)
    website = models.URLField(_("sito web"), blank=True, max_length=500)

    # place
    lead_municipality = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Comune capofila")
    )
    other_municipalities = models.ManyToManyField(
        Territory, blank=True, related_name="+", verbose_name=_("altri Comuni")
    )
    place_name = models.CharField(_("luogo"), max_length=160, blank=True)
    scale = models.CharField(_("scala"), max_length=16, choices=Scale, blank=True)
    latitude = models.DecimalField(
        _("latitudine"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(35), MaxValueValidator(48)],
    )
    longitude = models.DecimalField(
        _("longitudine"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(6), MaxValueValidator(19)],
    )

    # classification
    primary_area = models.CharField(_("area principale"), max_length=12, choices=AREA_CHOICES, blank=True)
    other_areas = models.JSONField(_("altre aree"), default=list, blank=True)
    target_groups = models.JSONField(_("destinatari"), default=list, blank=True)
    technologies = models.JSONField(_("tecnologie"), default=list, blank=True)
    sdgs = models.JSONField(_("obiettivi di sviluppo sostenibile"), default=list, blank=True)

    # need and aim
    need = _text(_("problema"))
    objectives = _text(_("obiettivi"))
    starting_situation = _text(_("situazione di partenza"))
    policy = models.CharField(_("piano o politica di riferimento"), max_length=300, blank=True)

    # time
    stage = models.CharField(_("stato di avanzamento"), max_length=12, choices=Stage, blank=True)
    stage_as_of = _partial_date(_("stato riferito al"))
    stage_reason = models.CharField(_("motivo di sospensione o abbandono"), max_length=500, blank=True)
    start_planned = _partial_date(_("inizio previsto"))
    start_actual = _partial_date(_("inizio effettivo"))
    end_planned = _partial_date(_("fine prevista"))
    end_actual = _partial_date(_("fine effettiva"))
    confirmed_at = models.DateTimeField(_("confermata il"), null=True, blank=True)

    # actors
    promoter = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promoted_projects",
        verbose_name=_("ente titolare"),
    )
    contact_office = models.CharField(_("ufficio di contatto"), max_length=160, blank=True)
    contact_email = models.EmailField(_("e-mail dell’ufficio"), blank=True)
    contact_is_public = models.BooleanField(_("mostra l’e-mail dell’ufficio nella scheda"), default=False)

    # money, in euro
    total_cost = _money(_("costo totale"))
    cost_unknown = models.BooleanField(_("costo non ancora disponibile"), default=False)
    cost_is_estimate = models.BooleanField(_("importo stimato"), default=False)
    cost_note = models.CharField(_("nota sui costi"), max_length=500, blank=True)
    running_cost_per_year = _money(_("costo annuo di gestione"))
    savings_per_year = _money(_("risparmio annuo"))
    financing_instrument = models.CharField(
        _("strumento finanziario"), max_length=12, choices=Instrument, blank=True
    )

    # technique
    solution = _text(_("soluzione"))
    components = _text(_("componenti"))
    standards = models.CharField(_("standard"), max_length=500, blank=True)
    open_apis = models.CharField(_("API aperte"), max_length=500, blank=True)
    data_produced = _text(_("dati prodotti"))
    data_licence = models.CharField(_("licenza dei dati"), max_length=120, blank=True)
    platforms = models.JSONField(_("piattaforme abilitanti"), default=list, blank=True)
    repository_url = models.URLField(_("codice sorgente"), blank=True, max_length=500)

    # results, lessons, participation
    beneficiaries = models.CharField(_("beneficiari"), max_length=300, blank=True)
    what_worked = _text(_("che cosa ha funzionato"))
    what_did_not = _text(_("che cosa non ha funzionato"))
    risks = _text(_("rischi"))
    success_conditions = _text(_("che cosa serve per replicarlo"))
    would_do_differently = _text(_("che cosa faremmo in modo diverso"))
    participation = _text(_("partecipazione dei cittadini"))

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("progetto")
        verbose_name_plural = _("progetti")
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cost=None) | Q(cost_unknown=False), name="cost_known_or_unknown"
            ),
            pair("point_is_a_pair", "latitude", "longitude"),
            pair("project_deleted_pair", "deleted_at", "deleted_by"),
        ]
        indexes = [models.Index(fields=["owner", "status"], name="project_owner_status")]

    def __str__(self):
        return self.title or self.code

    @property
    def is_editable(self) -> bool:
        return self.status in EDITABLE and self.deleted_at is None
