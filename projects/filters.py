"""Filters of the review queue."""

import django_filters
from django.utils.translation import gettext_lazy as _

from municipalities.models import Organisation
from projects.models import Project
from projects.workflow import Status


class QueueFilter(django_filters.FilterSet):
    """By state and by body; with no state, what waits for the desk. Wrong values filter nothing."""

    stato = django_filters.ChoiceFilter(
        field_name="status",
        label=_("Stato"),
        choices=Status.choices,
        empty_label=_("In attesa o in revisione"),
    )
    ente = django_filters.ModelChoiceFilter(
        field_name="owner",
        label=_("Ente"),
        queryset=Organisation.objects.none(),
        empty_label=_("Tutti gli enti"),
    )

    class Meta:
        model = Project
        fields = []

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        owners = Organisation.objects.filter(projects__isnull=False).distinct().order_by("name")
        self.filters["ente"].queryset = owners
        for bound in self.form.fields.values():
            bound.is_optional = False

    def filter_queryset(self, queryset):
        if not self.form.cleaned_data.get("stato"):
            queryset = queryset.waiting_for_review()
        return super().filter_queryset(queryset)
