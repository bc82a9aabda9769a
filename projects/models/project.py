"""The working copy of a project, which offices edit and the desk reviews. The public reads cards."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.document.shape import LABELS
from cards.models import Record
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
        """Projects of these organisations, without deleted drafts."""
        return self.filter(record__owner__in=organisation_ids, deleted_at=None)

    def in_bin_of(self, organisation_ids):
        """Deleted drafts, which can be restored until the bin is emptied."""
        return self.filter(record__owner__in=organisation_ids).exclude(deleted_at=None)

    def waiting_for_review(self):
        return self.filter(status__in=[Status.SUBMITTED, Status.IN_REVIEW])


class ProjectManager(models.Manager.from_queryset(ProjectQuerySet)):
    def get_queryset(self):
        """Joins the record, which has code, slug and owner."""
        return super().get_queryset().select_related("record")


class Project(models.Model):
    """The working copy of a record; its primary key is that of the record."""

    record = models.OneToOneField(Record, models.PROTECT, primary_key=True, related_name="+")
    status = models.CharField(_("stato della scheda"), max_length=18, choices=Status, default=Status.DRAFT)
    version = models.PositiveIntegerField(_("versione della bozza"), default=1)
    idempotency_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    origin = models.CharField(LABELS["origin"], max_length=10, choices=Origin, default=Origin.ENTERED)
    origin_key = models.CharField(max_length=120, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    # Raw input of steps with values that are not valid: {step: {name: [texts]}}.
    raw_input = models.JSONField(default=dict, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )

    # identity
    title = models.CharField(LABELS["title"], max_length=TITLE_MAX, blank=True)
    acronym = models.CharField(LABELS["acronym"], max_length=30, blank=True)
    summary = models.TextField(LABELS["summary"], max_length=SUMMARY_MAX, blank=True)
    description = _text(LABELS["description"])
    title_en = models.CharField(LABELS["title_en"], max_length=TITLE_MAX, blank=True)
    summary_en = models.TextField(LABELS["summary_en"], max_length=SUMMARY_MAX, blank=True)
    kind = models.CharField(LABELS["kind"], max_length=10, choices=Kind, blank=True)
    website = models.URLField(LABELS["website"], blank=True, max_length=500)
    # The public code of its programme; a code stays, also when the programme's card is withdrawn.
    part_of = models.CharField(LABELS["part_of"], max_length=16, blank=True)

    # place
    lead_municipality = models.ForeignKey(
        Territory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=LABELS["lead_municipality"],
    )
    other_municipalities = models.ManyToManyField(
        Territory, blank=True, related_name="+", verbose_name=LABELS["other_municipalities"]
    )
    place_name = models.CharField(LABELS["place_name"], max_length=160, blank=True)
    scale = models.CharField(LABELS["scale"], max_length=16, choices=Scale, blank=True)
    latitude = models.DecimalField(
        LABELS["latitude"],
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(35), MaxValueValidator(48)],
    )
    longitude = models.DecimalField(
        LABELS["longitude"],
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=[MinValueValidator(6), MaxValueValidator(19)],
    )

    # classification
    primary_area = models.CharField(LABELS["primary_area"], max_length=12, choices=AREA_CHOICES, blank=True)
    other_areas = models.JSONField(LABELS["other_areas"], default=list, blank=True)
    target_groups = models.JSONField(LABELS["target_groups"], default=list, blank=True)
    technologies = models.JSONField(LABELS["technologies"], default=list, blank=True)
    sdgs = models.JSONField(LABELS["sdgs"], default=list, blank=True)

    # need and aim
    need = _text(LABELS["need"])
    objectives = _text(LABELS["objectives"])
    starting_situation = _text(LABELS["starting_situation"])
    policy = models.CharField(LABELS["policy"], max_length=300, blank=True)

    # time
    stage = models.CharField(LABELS["stage"], max_length=12, choices=Stage, blank=True)
    stage_as_of = _partial_date(LABELS["stage_as_of"])
    stage_reason = models.CharField(LABELS["stage_reason"], max_length=500, blank=True)
    start_planned = _partial_date(LABELS["start_planned"])
    start_actual = _partial_date(LABELS["start_actual"])
    end_planned = _partial_date(LABELS["end_planned"])
    end_actual = _partial_date(LABELS["end_actual"])

    # actors
    promoter = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="promoted_projects",
        verbose_name=LABELS["promoter"],
    )
    contact_office = models.CharField(LABELS["contact_office"], max_length=160, blank=True)
    contact_email = models.EmailField(LABELS["contact_email"], blank=True)
    contact_is_public = models.BooleanField(_("mostra l’e-mail dell’ufficio nella scheda"), default=False)

    # money, in euro
    total_cost = _money(LABELS["total_cost"])
    cost_unknown = models.BooleanField(LABELS["cost_unknown"], default=False)
    cost_is_estimate = models.BooleanField(LABELS["cost_is_estimate"], default=False)
    cost_note = models.CharField(LABELS["cost_note"], max_length=500, blank=True)
    running_cost_per_year = _money(LABELS["running_cost_per_year"])
    savings_per_year = _money(LABELS["savings_per_year"])
    financing_instrument = models.CharField(
        LABELS["financing_instrument"], max_length=12, choices=Instrument, blank=True
    )

    # technique
    solution = _text(LABELS["solution"])
    components = _text(LABELS["components"])
    standards = models.CharField(LABELS["standards"], max_length=500, blank=True)
    open_apis = models.CharField(LABELS["open_apis"], max_length=500, blank=True)
    data_produced = _text(LABELS["data_produced"])
    data_licence = models.CharField(LABELS["data_licence"], max_length=120, blank=True)
    platforms = models.JSONField(LABELS["platforms"], default=list, blank=True)
    repository_url = models.URLField(LABELS["repository_url"], blank=True, max_length=500)

    # results, lessons, participation
    beneficiaries = models.CharField(LABELS["beneficiaries"], max_length=300, blank=True)
    what_worked = _text(LABELS["what_worked"])
    what_did_not = _text(LABELS["what_did_not"])
    risks = _text(LABELS["risks"])
    success_conditions = _text(LABELS["success_conditions"])
    would_do_differently = _text(LABELS["would_do_differently"])
    participation = _text(LABELS["participation"])

    objects = ProjectManager()

    class Meta:
        # Related objects are loaded with their record too.
        base_manager_name = "objects"
        verbose_name = _("progetto")
        verbose_name_plural = _("progetti")
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cost=None) | Q(cost_unknown=False), name="cost_known_or_unknown"
            ),
            pair("point_is_a_pair", "latitude", "longitude"),
            pair("project_deleted_pair", "deleted_at", "deleted_by"),
        ]
        indexes = [models.Index(fields=["status"], name="project_status")]

    def __str__(self):
        return self.title or self.code

    @property
    def code(self) -> str:
        return self.record.code

    @property
    def slug(self) -> str | None:
        return self.record.slug

    @property
    def owner(self) -> Organisation:
        """The owning organisation; one more query unless `record__owner` was joined."""
        return self.record.owner

    @property
    def owner_id(self) -> int:
        return self.record.owner_id

    @property
    def is_editable(self) -> bool:
        """Whether its state allows edits; who may edit is decided by projects.rules."""
        return self.status in EDITABLE and self.deleted_at is None
