"""Pages of words: legal, help, map of the site; and the statistics, the only ones that ask the database."""

from datetime import timedelta

from django import forms
from django.conf import settings
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth
from django.http import Http404
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cards.models import Edition
from cards.search.query import ProjectQuery, find
from cards.vocabulary.areas import AREA_CHOICES, AREAS
from cards.vocabulary.lists import DocumentType
from feedback.models import ErrorReport, PageRating
from reuse.criteria import ASPECTS, CRITERIA, PRESET_NAMES, PRESETS

app_name = "pages"


@require_safe
def accessibility(request):
    return render(request, "observatory/accessibility.html")


@require_safe
def privacy(request):
    return render(request, "observatory/privacy.html")


@require_safe
def legal(request):
    return render(request, "observatory/legal.html")


@require_safe
def help_page(request):
    return render(request, "observatory/help.html", {"contact": settings.DEFAULT_FROM_EMAIL})


@require_safe
def questions(request):
    return render(request, "observatory/questions.html", {"questions": asked()})


def asked() -> list[tuple[str, str]]:
    return [
        (
            _("Che cos’è l’Osservatorio?"),
            _(
                "È il registro pubblico dei progetti di città intelligente dei Comuni italiani. "
                "Ogni scheda dice che problema c’era, che cosa si è fatto, quanto è costato e a che punto è."
            ),
        ),
        (
            _("Chi scrive le schede?"),
            _("Gli enti che hanno aderito a un protocollo. La redazione le controlla prima di pubblicarle."),
        ),
        (
            _("Le schede possono cambiare?"),
            _(
                "Sì. Ogni modifica è una nuova edizione: le precedenti restano consultabili "
                "e si possono confrontare."
            ),
        ),
        (
            _("Perché trovo scritto «Non comunicato»?"),
            _("Perché l’ente non ha dato quel dato. Preferiamo dirlo che scrivere zero o lasciare un vuoto."),
        ),
        (
            _("Che cosa vuol dire «Esempio da fonti pubbliche»?"),
            _(
                "Che la scheda è stata compilata a partire da documenti pubblici, citati nella scheda, "
                "e non da un ente."
            ),
        ),
        (
            _("Posso usare i dati?"),
            _("Sì, anche per scopi commerciali: le schede hanno licenza CC BY 4.0, basta citare la fonte."),
        ),
        (_("Devo registrarmi per leggere?"), _("No. L’accesso serve solo a chi pubblica.")),
    ]


@require_safe
def method(request):
    """How replicability is worked out, from the very tables that do it."""
    labels = dict(DocumentType.choices)
    context = {
        "criteria": [(c, [100 * weights[c.key] for weights in PRESETS.values()]) for c in CRITERIA],
        "presets": list(PRESET_NAMES.items()),
        "kit": [
            (a.name, [str(_(" o ")).join(str(labels[t]) for t in part) for part in a.parts]) for a in ASPECTS
        ],
    }
    return render(request, "observatory/method.html", context)


@require_safe
def for_municipalities(request):
    return render(request, "observatory/for_municipalities.html")


@require_safe
def site_map(request):
    return render(request, "observatory/site_map.html", {"areas": AREAS})


@require_safe
def statistics(request):
    """What is published and what readers say: counts alone, from our own tables."""
    year_ago = timezone.localdate() - timedelta(days=365)
    rated = PageRating.objects.filter(day__gte=year_ago)
    votes = rated.aggregate(n=Sum("count"), total=Sum(F("score") * F("count")))
    months = (
        Edition.objects.annotate(month=TruncMonth("published_at")).values("month").annotate(n=Count("pk"))
    )
    reports = ErrorReport.objects.aggregate(n=Count("pk"), open=Count("pk", filter=Q(status="received")))
    context = {
        "figures": registry_figures(),
        "editions": Edition.objects.count(),
        "months": months.order_by("-month")[:12],
        "ratings": {"n": votes["n"] or 0, "mean": votes["total"] / votes["n"] if votes["n"] else None},
        "reports": reports["n"],
        "answered": reports["n"] - reports["open"],
    }
    return render(request, "observatory/statistics.html", context)


def registry_figures() -> dict[str, int]:
    counts = find(ProjectQuery())
    return {"projects": counts.count(), "cities": len(counts.facets(("municipality",))["municipality"])}


@require_safe
def components(request):
    """The gallery of our components, for those who build pages; not for the public."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    context = {"areas": AREAS, "form": GalleryForm(request.GET or None), **gallery_charts()}
    return render(request, "observatory/components.html", context)


def gallery_charts() -> dict:
    """Rows for the charts of the gallery, in the shapes that cards and cities give them."""
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


urlpatterns = [
    path("accessibilita/", accessibility, name="accessibility"),
    path("privacy/", privacy, name="privacy"),
    path("note-legali/", legal, name="legal"),
    path("assistenza/", help_page, name="help"),
    path("domande-frequenti/", questions, name="questions"),
    path("metodo/", method, name="method"),
    path("per-i-comuni/", for_municipalities, name="for-municipalities"),
    path("componenti/", components, name="components"),
    path("statistiche/", statistics, name="statistics"),
    path("mappa-del-sito/", site_map, name="site-map"),
]
