"""Pages of words: legal, help, map of the site. No query but the reader's session."""

from django.conf import settings
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from projects.areas import AREAS

app_name = "pages"


@require_safe
def accessibility(request):
    return render(request, "pages/accessibility.html")


@require_safe
def privacy(request):
    return render(request, "pages/privacy.html")


@require_safe
def legal(request):
    return render(request, "pages/legal.html")


@require_safe
def help_page(request):
    return render(request, "pages/help.html", {"contact": settings.DEFAULT_FROM_EMAIL})


@require_safe
def questions(request):
    return render(request, "pages/questions.html", {"questions": asked()})


def asked() -> list[tuple[str, str]]:
    return [
        (
            _("Che cos’è l’Osservatorio?"),
            _(
                "È il registro pubblico dei progetti di città intelligente dei Comuni italiani. Ogni scheda dice "
                "che problema c’era, che cosa si è fatto, quanto è costato e a che punto è."
            ),
        ),
        (
            _("Chi scrive le schede?"),
            _("Gli enti che hanno aderito a un protocollo. La redazione le controlla prima di pubblicarle."),
        ),
        (
            _("Le schede possono cambiare?"),
            _(
                "Sì. Ogni modifica è una nuova edizione: le precedenti restano consultabili e si possono confrontare."
            ),
        ),
        (
            _("Perché trovo scritto «Non comunicato»?"),
            _("Perché l’ente non ha dato quel dato. Preferiamo dirlo che scrivere zero o lasciare un vuoto."),
        ),
        (
            _("Che cosa vuol dire «Esempio da fonti pubbliche»?"),
            _(
                "Che la scheda è stata compilata a partire da documenti pubblici, citati nella scheda, e non da un ente."
            ),
        ),
        (
            _("Posso usare i dati?"),
            _("Sì, anche per scopi commerciali: le schede hanno licenza CC BY 4.0, basta citare la fonte."),
        ),
        (_("Devo registrarmi per leggere?"), _("No. L’accesso serve solo a chi pubblica.")),
    ]


@require_safe
def for_municipalities(request):
    return render(request, "pages/for_municipalities.html")


@require_safe
def site_map(request):
    return render(request, "pages/site_map.html", {"areas": AREAS})


urlpatterns = [
    path("accessibilita/", accessibility, name="accessibility"),
    path("privacy/", privacy, name="privacy"),
    path("note-legali/", legal, name="legal"),
    path("assistenza/", help_page, name="help"),
    path("domande-frequenti/", questions, name="questions"),
    path("per-i-comuni/", for_municipalities, name="for-municipalities"),
    path("mappa-del-sito/", site_map, name="site-map"),
]
