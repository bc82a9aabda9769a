"""The published editions of a record. Public pages, API and files read editions only."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.models.record import Record


class EditionQuerySet(models.QuerySet):
    def current(self):
        """The current edition of each record; none of a record whose last edition was withdrawn."""
        return self.filter(is_current=True)


class Edition(models.Model):
    """A document as it was published, with typed columns for what is filtered, sorted and summed.

    `document` (JSON, cards.document.shape) never changes; municipalities are stored in it as codes.
    The columns from `code` to `has_solution`, `item`, `search_text` and `facet_values` are derived from it
    and from the current territory; `manage.py rebuild_cards` derives them again. `own_municipality_code` is
    the municipality whose own project it is: its promoter or, where no promoter is known, the lead; money is
    summed by it. `part_of` is the code of a programme that the project is part of. `item` is the list item
    (JSON). `search_text` holds folded words in three lines (title, summary, the rest), ` | ` between fields;
    `facet_values` is a JSON list of `[facet, value]`. `live_values`, of the same form, are facets that change
    between editions (cards.issuing.set_live) and pass to the next one. The CSV row is in Line.
    """

    # The constraints below begin with it, so it needs no index of its own.
    record = models.ForeignKey(Record, models.PROTECT, db_index=False, related_name="editions")
    edition = models.PositiveSmallIntegerField(_("edizione"))
    is_current = models.BooleanField(default=True)
    published_at = models.DateTimeField(_("pubblicata il"))
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    change_note = models.CharField(_("che cosa è cambiato"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("ritirata il"), null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    withdrawal_reason = models.CharField(_("motivo del ritiro"), max_length=500, blank=True)

    code = models.CharField(max_length=16)
    slug = models.CharField(max_length=140)
    title = models.CharField(max_length=120)
    title_key = models.CharField(max_length=120)
    primary_area = models.CharField(max_length=12)
    kind = models.CharField(max_length=10)
    stage = models.CharField(max_length=12)
    municipality_code = models.CharField(max_length=8)
    own_municipality_code = models.CharField(max_length=8, blank=True)
    part_of = models.CharField(max_length=16, blank=True)
    province_code = models.CharField(max_length=8, blank=True)
    region_code = models.CharField(max_length=8, blank=True)
    year_from = models.PositiveSmallIntegerField(null=True)
    year_to = models.PositiveSmallIntegerField(null=True)
    total_cost = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    latitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    longitude = models.DecimalField(max_digits=8, decimal_places=5, null=True)
    origin = models.CharField(max_length=10)
    has_solution = models.BooleanField(default=False)

    document = models.TextField()
    item = models.TextField()
    search_text = models.TextField(default="\n\n")
    facet_values = models.TextField(default="[]")
    live_values = models.TextField(default="[]")

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheda")
        verbose_name_plural = _("schede")
        constraints = [
            models.UniqueConstraint(fields=["record", "edition"], name="edition_once"),
            models.UniqueConstraint(
                fields=["record"], condition=Q(is_current=True), name="one_current_edition"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | (Q(is_current=False) & ~Q(withdrawal_reason="")),
                name="withdrawn_edition_has_reason",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-published_at", "-id"], condition=Q(is_current=True), name="edition_newest"
            ),
            models.Index(
                fields=["own_municipality_code", "total_cost"],
                condition=Q(is_current=True),
                name="edition_own_municipality",
            ),
            models.Index(
                fields=["part_of"], condition=Q(is_current=True) & ~Q(part_of=""), name="edition_part_of"
            ),
            models.Index(fields=["published_at"], condition=Q(is_current=False), name="edition_replaced"),
            models.Index(
                fields=["withdrawn_by"], condition=Q(withdrawn_by__isnull=False), name="edition_withdrawn_by"
            ),
            models.Index(fields=["slug", "-edition"], name="edition_slug"),
            models.Index(fields=["code", "-edition"], name="edition_code"),
        ]

    def __str__(self):
        return f"{self.title} ({self.edition})"

    def save(self, *args, **kwargs):
        """Raises TypeError when the document of a stored edition was changed."""
        frozen = getattr(self, "_frozen", None)
        if frozen is not None and self.document != frozen:
            raise TypeError("the document of a published card never changes")
        super().save(*args, **kwargs)
        self._frozen = self.document

    def delete(self, *args, **kwargs):
        """Raises TypeError: editions are withdrawn, never deleted."""
        raise TypeError("a published card is withdrawn, not deleted")

    @classmethod
    def from_db(cls, db, field_names, values):
        card = super().from_db(db, field_names, values)
        card._frozen = card.__dict__.get("document")
        return card


class Line(models.Model):
    """The CSV row of an edition (cards.document.csv_row), in a narrow table of its own for exports.

    `id` is that of the edition: in SQLite it is the rowid and needs no index. An edition without a row, as
    after a change of the columns, is exported from its document.
    """

    id = models.BigAutoField(primary_key=True)
    text = models.TextField()

    def __str__(self):
        return self.text
