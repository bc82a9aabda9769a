"""Filters of the review queue."""

import django_filters
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cards.search.readiness import GAPS, cards_with_gap
from municipalities.models import Organisation
from projects.desk.review_queue import DESK
from projects.models import Project
from projects.workflow import Status

WAITS = [("ente", _("Aspettano l’ente")), ("mie", _("In carico a te")), ("tutte", _("Tutte"))]


class QueueFilter(django_filters.FilterSet):
    """By side that is waited for, state, body, text and missing field; without any, what waits for the desk.

    Invalid values are ignored.
    """

    q = django_filters.CharFilter(label=_("Titolo o codice"), method="by_text", max_length=120)
    attesa = django_filters.ChoiceFilter(
        label=_("Attesa"), choices=WAITS, empty_label=_("Aspettano la redazione"), method="by_wait"
    )
    stato = django_filters.ChoiceFilter(
        field_name="status", label=_("Stato"), choices=Status.choices, empty_label=_("Tutti gli stati")
    )
    ente = django_filters.ModelChoiceFilter(
        field_name="record__owner",
        label=_("Ente"),
        queryset=Organisation.objects.none(),
        empty_label=_("Tutti gli enti"),
    )
    manca = django_filters.ChoiceFilter(
        label=_("Schede pubbliche incomplete"),
        choices=[(gap.key, gap.label) for gap in GAPS],
        empty_label=_("Qualunque"),
        method="by_gap",
    )

    class Meta:
        model = Project
        fields = []

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user
        owners = Organisation.objects.filter(pk__in=Project.objects.values("record__owner")).order_by("name")
        self.filters["ente"].queryset = owners
        for bound in self.form.fields.values():
            bound.is_optional = False

    def filter_queryset(self, queryset):
        """Limited to what waits for the desk unless a filter says otherwise."""
        chosen = self.form.cleaned_data
        if not any(chosen.get(name) for name in ("stato", "attesa", "manca", "q")):
            queryset = queryset.filter(status__in=DESK)
        return super().filter_queryset(queryset)

    @property
    def qs(self):
        """The filtered projects; an invalid value is no filter."""
        self.form.is_valid()
        return self.filter_queryset(self.queryset.all())

    def by_text(self, queryset, _name, value):
        """Projects with this text in the title, or this code."""
        return queryset.filter(Q(title__icontains=value) | Q(record__code__iexact=value))

    def by_wait(self, queryset, _name, value):
        """Projects that wait for the office, those the user has taken, or all."""
        if value == "ente":
            return queryset.filter(status=Status.CHANGES_REQUESTED)
        if value == "mie":
            mine = {"submissions__taken_by": self.user, "submissions__decided_at": None}
            return queryset.filter(status=Status.IN_REVIEW, **mine)
        return queryset

    def by_gap(self, queryset, _name, value):
        """Projects whose public card lacks what cards.search.readiness.GAPS names."""
        return queryset.filter(pk__in=cards_with_gap(value).values("record"))
