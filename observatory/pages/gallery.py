"""The gallery of components: every chart and a field of every kind."""

from django import forms
from django.conf import settings
from django.http import Http404
from django.shortcuts import render
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cards.presentation.stages import stage_words
from cards.vocabulary.areas import AREA_CHOICES, AREAS


@require_safe
def components(request):
    """The gallery of components, for developers: 404 unless DEBUG or DEMO."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    known = [{"stage": "running", "stage_as_of": day} for day in (None, "2016", str(localdate()))]
    known.append({"stage": "completed", "stage_as_of": "2016"})
    states = [stage_words({"origin": "sample", **card}) for card in known]
    context = {"areas": AREAS, "states": states, "form": GalleryForm(request.GET or None), **gallery_charts()}
    return render(request, "observatory/components.html", context)


def gallery_charts() -> dict:
    """Rows for the charts of the gallery, as cards and cities give them to the same templates."""
    return {
        "bars": [
            {"label": _("In corso"), "count": 12, "share": 100},
            {"label": _("Attivo"), "count": 3, "share": 25},
        ],
        "money": [
            {"label": _("Stato"), "programme": "", "amount": 20_000, "bar": 100, "share": 80},
            {"label": _("Comune"), "programme": "", "amount": None, "bar": None, "share": None},
        ],
        "times": {
            "rows": [
                {"key": "planned", "first": "2023-09", "last": "2025", "x": 0, "width": 60, "is_open": False},
                {"key": "actual", "first": "2024-02", "last": "", "x": 15, "width": 85, "is_open": True},
            ]
        },
        "steps": [
            {"date": "2024-02", "title": _("Inizio"), "is_done": True},
            {"date": "2026", "title": _("Conclusione prevista"), "is_done": False},
        ],
    }


class GalleryForm(forms.Form):
    """A field of every kind; `?name=` shows them with their errors."""

    name = forms.CharField(label=_("Titolo"), help_text=_("Al massimo 120 caratteri"))
    notes = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"data-counter": 200})
    )
    primary_area = forms.ChoiceField(label=_("Area"), choices=AREA_CHOICES, widget=forms.RadioSelect)
    others = forms.MultipleChoiceField(
        label=_("Altre aree"), choices=AREA_CHOICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label=_("Dichiaro che è vero"))
