"""Pages of text: accessibility, privacy, legal notes, help, questions, method, site map."""

from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cards.vocabulary.areas import AREAS
from cards.vocabulary.lists import DocumentType
from reuse.criteria import ASPECTS, CRITERIA, PRESET_NAMES, PRESETS


@require_safe
def accessibility(request):
    return render(request, "observatory/accessibility.html")


@require_safe
def privacy(request):
    return render(request, "observatory/privacy.html", {"privacy": settings.PRIVACY})


@require_safe
def legal(request):
    return render(request, "observatory/legal.html")


@require_safe
def help_page(request):
    return render(request, "observatory/help.html", {"contact": settings.DEFAULT_FROM_EMAIL})


@require_safe
def questions(request):
    return render(request, "observatory/questions.html", {"questions": answers()})


def answers() -> list[tuple[str, str]]:
    """`[(question, answer)]` of the frequent questions."""
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
    """How replicability is computed, from the tables that the computation reads."""
    labels = {str(key): label for key, label in DocumentType.choices}
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
