"""What is said about a card beside its facts: who wrote it and from what, and what it does not say."""

from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cards.vocabulary.lists import Origin
from lib.dates import parse_day


def is_from_source(document: Mapping) -> bool:
    """Whether others than the body wrote the card, from what the body or the press had published."""
    return document["origin"] != Origin.ENTERED


def author_line(document: Mapping, confirmed: str = "") -> str:
    """Who wrote a card and from what, and whether its body confirmed it; `confirmed` is the day of that."""
    body = (document["promoter"] or {}).get("name")
    titles = [source["title"] or source["url"] for source in document["sources"]]
    line = {
        Origin.SAMPLE: _("Scheda scritta dalla redazione da fonti pubbliche."),
        Origin.IMPORTED: _("Scheda ripresa da un archivio pubblico."),
        Origin.HARVESTED: _("Scheda ripresa da un altro osservatorio."),
    }.get(document["origin"])
    if line is None:
        line = _("Scheda scritta da %(body)s e controllata dalla redazione.") if body else ""
        line = line % {"body": body} if body else _("Scheda scritta dall’ente e controllata dalla redazione.")
    elif len(titles) == 1 and document["origin"] == Origin.SAMPLE:
        line = _("Scheda scritta dalla redazione da una fonte pubblica: %(source)s.") % {"source": titles[0]}
    elif titles and document["origin"] == Origin.SAMPLE:
        line = _("Scheda scritta dalla redazione da %(n)s fonti pubbliche, fra cui %(source)s.") % {
            "n": len(titles),
            "source": titles[0],
        }
    return f"{line} {_confirmation(document, body, confirmed)}".strip()


def _confirmation(document: Mapping, body: str | None, confirmed: str) -> str:
    if confirmed:
        return _("L’ente l’ha confermata il %(day)s.") % {"day": date_format(parse_day(confirmed), "j F Y")}
    if is_from_source(document) and body:
        return _("%(body)s non l’ha ancora confermata.") % {"body": body}
    return ""


def not_told(document: Mapping, state: Mapping | None) -> list[str]:
    """What a reader would look for and does not find, as ends of «Non sappiamo …»."""
    has_dates = any(document[f"{end}_{kind}"] for end in ("start", "end") for kind in ("planned", "actual"))
    measured = any(row["value"] is not None for row in document["indicators"])
    has_texts = document["solution"] or document["description"]
    lacks = (
        (state is None or state["note"], _("a che punto è oggi")),
        (
            not (document["need"] or document["objectives"] or document["starting_situation"]),
            _("quale problema affronta"),
        ),
        (not has_texts, _("che cosa si fa, e come")),
        (not has_dates, _("quando comincia e quando finisce")),
        (document["total_cost"] is None, _("quanto costa")),
        (not document["funding_lines"], _("chi paga")),
        (not measured, _("quali risultati ha dato")),
        (not document["contact_office"], _("quale ufficio se ne occupa")),
        (not document["documents"], _("gli atti e i documenti per rifarlo")),
    )
    return [text for is_lacking, text in lacks if is_lacking]
