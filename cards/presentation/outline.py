"""The outline of a card: its sections in order as blocks of plain text, for PDF and kit.

The page is a template; this is the same content for writers without HTML.
"""

from collections.abc import Mapping, Sequence

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lib.dates import italian_day
from lib.formats import euro, file_kind, measure, partial_date


def card_outline(context: Mapping, more: Sequence[tuple[str, list[dict]]] = ()) -> dict:
    """`{title, summary, meta, author, facts, sections: [(title, blocks)], source}` of a `card_context`.

    `more` are the sections of features, placed after «Riuso e lezioni». Blocks as in pdf.pdf_data.
    """
    card = context["card"]
    body = (card["promoter"] or {}).get("name") or _("Ente non noto")
    day = date_format(italian_day(card["published_at"]), "j F Y")
    state = context["state"] and context["state"]["text"]
    meta = [state, body, _("edizione del %(day)s") % {"day": day}]
    return {
        "title": _own(card, "title") or _("Senza titolo"),
        "summary": _own(card, "summary") or _("Sintesi non comunicata"),
        "meta": " · ".join(str(part) for part in meta if part),
        "facts": _facts(context),
        "author": context["author"],
        "sections": [(title, blocks) for title, blocks in _sections(context, more) if blocks],
        "source": _("Scheda %(code)s di %(body)s, edizione %(n)s. Contenuti con licenza CC BY 4.0.")
        % {"code": card["code"], "body": body, "n": card["edition"]},
    }


def _own(card: Mapping, field: str) -> str | None:
    return (get_language() == "en" and card[f"{field}_en"]) or card[field]


def _or_missing(text) -> str:
    return str(text) if text not in (None, "") else _("Non noto")


def _cost(context: Mapping) -> str:
    text = _or_missing(euro(context["total_cost"]))
    return f"{text} ({_('stima')})" if context["card"]["cost_is_estimate"] else text


def _facts(context: Mapping) -> list[list[str]]:
    card = context["card"]
    state = context["state"]
    words = [state["text"], state["note"]] if state else []
    return [
        [_("A che punto è"), _or_missing(". ".join(filter(None, words)))],
        [_("Quando"), _or_missing(context["period"])],
        [_("Quanto costa"), _cost(context)],
        [_("Dove"), _or_missing(place_line(card))],
        [_("Tipo"), _or_missing(context["kind_label"])],
    ]


def place_line(card: Mapping, *, all_of_them: bool = False) -> str:
    """The municipalities of a card in a line, the first alone where there are many; empty without one."""
    lead, others = card["lead_municipality"], card["other_municipalities"]
    if not lead:
        return ""
    names = [f"{p['name']} ({p['province']})" if p["province"] else p["name"] for p in (lead, *others)]
    if all_of_them or len(names) < 3:
        return ", ".join(names)
    return _("%(name)s e altri %(n)s Comuni") % {"name": names[0], "n": len(others)}


def _sections(context: Mapping, more: Sequence[tuple[str, list[dict]]]) -> list[tuple[str, list[dict]]]:
    return [
        (_("Che cosa non sappiamo"), _unknown(context)),
        (_("Il problema"), _problem(context["card"])),
        (_("La soluzione"), _solution(context)),
        (_("Risultati"), _results(context)),
        (_("Riuso e lezioni"), _lessons(context)),
        *more,
        (_("Tempi e risorse"), _resources(context)),
        (_("Soggetti"), _people(context)),
        (_("Documenti e contatti"), _documents(context)),
    ]


def _unknown(context: Mapping) -> list[dict]:
    """What the card does not say, as on the page."""
    if not context["not_told"]:
        return []
    who = _("La fonte non lo dice:") if context["is_from_source"] else _("L’ente non lo ha scritto:")
    return [
        {"kind": "text", "text": who},
        *({"kind": "bullet", "text": text} for text in context["not_told"]),
    ]


def _text(text: str | None, heading: str = "") -> list[dict]:
    if not text:
        return []
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    blocks = [{"kind": "text", "text": part} for part in parts]
    return [{"kind": "heading", "text": heading}, *blocks] if heading else blocks


def _note(text: str) -> list[dict]:
    return [{"kind": "note", "text": text}]


def _pairs(*rows: tuple[str, object]) -> list[dict]:
    filled = [[str(label), str(value)] for label, value in rows if value not in (None, "", [])]
    return [{"kind": "pairs", "rows": filled}] if filled else []


def _problem(card: Mapping) -> list[dict]:
    blocks = _text(card["need"])
    blocks += _text(card["starting_situation"], _("La situazione di partenza"))
    blocks += _text(card["objectives"], _("Gli obiettivi"))
    blocks += _text(card["policy"], _("Il piano di cui fa parte"))
    return blocks


def _solution(context: Mapping) -> list[dict]:
    card = context["card"]
    blocks = _text(card["solution"])
    if card["description"]:
        blocks.append({"kind": "markdown", "text": card["description"]})
    return blocks + _pairs(
        (_("Tecnologie"), ", ".join(card["technologies"])),
        (_("Componenti"), card["components"]),
        (_("Piattaforme nazionali"), ", ".join(map(str, context["platform_labels"]))),
        (_("Standard"), card["standards"]),
        (_("API aperte"), card["open_apis"]),
        (_("Dati prodotti"), card["data_produced"]),
        (_("Codice sorgente"), card["repository_url"]),
    )


def _results(context: Mapping) -> list[dict]:
    head = [_("Indicatore"), _("Prima"), _("Oggi"), _("Obiettivo")]
    blocks = [
        {
            "kind": "table",
            "head": head,
            "rows": list(map(_measures, group["rows"])),
            "caption": group["title"],
        }
        for group in context["measures"]
    ]
    return blocks + _text(context["card"]["beneficiaries"], _("Chi ne beneficia"))


def _measures(row: Mapping) -> list[str]:
    unit = f" ({row['unit']})" if row["unit"] and row["unit"] != "numero" else ""
    return [row["name"] + unit, *(_or_missing(measure(row[key])) for key in ("baseline", "value", "target"))]


def _lessons(context: Mapping) -> list[dict]:
    card = context["card"]
    blocks = _text(card["what_worked"], _("Che cosa ha funzionato"))
    blocks += _text(card["what_did_not"], _("Che cosa non ha funzionato"))
    blocks += _text(card["success_conditions"], _("Che cosa serve per rifarlo"))
    blocks += _text(card["risks"], _("Rischi"))
    blocks += _text(card["would_do_differently"], _("Che cosa farebbero in un altro modo"))
    return blocks + _bars(context["reuse_costs"], _("Quanto costa riusarlo"), _("Voce"))


def _bars(rows: list[Mapping], caption: str, head: str) -> list[dict]:
    bars = [[_row_label(row), _or_missing(euro(row["amount"])), row["bar"]] for row in rows]
    return (
        [{"kind": "bars", "caption": caption, "head": [head, _("Importo"), _("Parte")], "rows": bars}]
        if bars
        else []
    )


def _row_label(row: Mapping) -> str:
    label = ": ".join(filter(None, [str(row["label"]), row.get("programme")]))
    return f"{label} ({_('all’anno')})" if row.get("is_yearly") else label


def _resources(context: Mapping) -> list[dict]:
    card = context["card"]
    blocks = _pairs(*map(_step, context["steps"]))
    if context["timeline"]:
        blocks += [{"kind": "text", "text": sentence} for sentence in context["timeline"]["sentences"]]
    blocks += _pairs(
        (_("Costo annuo di gestione"), euro(context["running_cost_per_year"])),
        (_("Risparmio annuo"), euro(context["savings_per_year"])),
        (_("Come è finanziato"), context["instrument_label"]),
        (_("Nota sui costi"), card["cost_note"]),
    )
    blocks += _bars(context["funding"], _("Fonti di finanziamento"), _("Fonte"))
    if context["exceeding"] is not None:
        text = _("Le fonti scritte superano il costo di %(amount)s.") % {"amount": euro(context["exceeding"])}
        blocks += _note(text)
    return blocks + _pairs(*((row["scheme"].upper(), row["value"]) for row in card["identifiers"]))


def _step(row: Mapping) -> tuple[str, str]:
    is_done = row["is_done"] and row.get("is_written")
    title = f"{row['title']} ({_('fatto')})" if is_done else row["title"]
    return partial_date(row["date"]) or _("data non comunicata"), title


def _people(context: Mapping) -> list[dict]:
    card = context["card"]
    return _pairs(
        (_("Ente titolare"), _or_missing((card["promoter"] or {}).get("name"))),
        *((row["label"] or _("Partner"), row["name"]) for row in context["partners"]),
        (_("Comuni"), _or_missing(place_line(card, all_of_them=True))),
        (_("Luogo"), card["place_name"]),
        (_("Scala"), context["scale_label"]),
        (_("A chi si rivolge"), ", ".join(map(str, context["target_labels"]))),
        (_("Obiettivi di sviluppo sostenibile"), ", ".join(map(str, context["sdg_labels"]))),
        (_("Partecipazione"), card["participation"]),
    )


def _documents(context: Mapping) -> list[dict]:
    card = context["card"]
    files = [
        {"kind": "bullet", "text": f"{file['title']} ({file['label']}, {file_kind(file)})"}
        for file in context["files"]
    ]
    links = [
        {"kind": "bullet", "text": source["title"] or source["url"], "url": source["url"]}
        for source in card["sources"]
    ]
    return [
        *files,
        *_pairs(
            (_("Ufficio"), _or_missing(card["contact_office"])),
            (_("E-mail"), card["contact_email"]),
            (_("Sito del progetto"), card["website"]),
        ),
        *([{"kind": "heading", "text": _("Fonti")}, *links] if links else []),
    ]
