"""Replicability and adoptions of a card as blocks of its PDF (cards/presentation/outline.py)."""

from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lib.formats import measure, partial_date
from reuse.reads.family import Family, Node

Block = dict


def replicability_blocks(panel: Mapping, *, fit_address: str) -> list[Block]:
    """R, the ratings, their raters and motives, the kit. `panel` is panel_context(). No query."""
    judged = [panel["published"], *panel["others"]] if panel["published"] else []
    blocks = [_note(_demonstration())] if panel["is_demonstration"] else []
    blocks.append(
        _pairs(_score(panel), _kit(panel), _adopted(panel), (_("Nel tuo Comune (F)"), _fit(fit_address)))
    )
    if not judged:
        blocks.append(_note(_("Nessuno ha ancora valutato quanto è facile riusare questo progetto.")))
    else:
        blocks += [_ratings(judged), *_raters(judged), _heading(_("Motivi")), _motives(judged[0])]
    return [*blocks, *_gaps(panel), _kit_table(panel)]


def _demonstration() -> str:
    reason = _("Serve a mostrare come funziona il portale: non viene da un ente né dalla redazione.")
    return f"{_('Valutazione dimostrativa')}. {reason}"


def _score(panel: Mapping) -> tuple[str, str]:
    if panel["score"] is None:
        return _("Replicabilità (R)"), _("In valutazione")
    score = _("%(score)s su 100, %(band)s") % {"score": measure(panel["score"]), "band": panel["band_label"]}
    return _("Replicabilità (R)"), score


def _kit(panel: Mapping) -> tuple[str, str]:
    return _("Kit per il riuso"), _("Completo al %(n)s%%.") % {"n": panel["kit_percent"]}


def _adopted(panel: Mapping) -> tuple[str, str]:
    done, under_way = panel["adoptions"], panel["adoptions_under_way"]
    sentences = [
        ngettext("Un altro ente lo ha già adottato.", "%(n)s altri enti lo hanno già adottato.", done)
        % {"n": done}
        if done
        else _("Non risultano riusi in altri enti.")
    ]
    if under_way:
        ongoing = ngettext("Un riuso è in corso.", "%(n)s riusi sono in corso.", under_way)
        sentences.append(ongoing % {"n": under_way})
    return _("Riusi"), " ".join(sentences)


def _fit(address: str) -> str:
    return _("Dipende dal Comune: si calcola alla pagina %(address)s") % {"address": address}


def _ratings(judged: list[Mapping]) -> Block:
    """The ten ratings, one column a rater."""
    rows = [
        [str(row["criterion"].name), *(_value(one["rows"][at]) for one in judged)]
        for at, row in enumerate(judged[0]["rows"])
    ]
    head = [_("Criterio"), *(str(one["name"]) for one in judged)]
    return {
        "kind": "table",
        "head": head,
        "rows": rows,
        "caption": _("I dieci voti, da 1 a 5, secondo chi valuta"),
    }


def _value(row: Mapping) -> str:
    return str(row["rating"].value) if row["rating"] else _("Non valutato")


def _raters(judged: list[Mapping]) -> list[Block]:
    """One line a rater: organisation, day, number of rated criteria."""
    bullets = []
    for one in judged:
        text = _("%(name)s: %(body)s, %(day)s, %(n)s criteri su 10.") % {
            "name": one["name"],
            "body": one["assessment"].organisation.name,
            "day": date_format(one["rated_on"], "j F Y"),
            "n": one["score"].rated,
        }
        expired = f" {_('Ha più di 24 mesi: va rifatta.')}" if one["is_expired"] else ""
        bullets.append({"kind": "bullet", "text": text + expired})
    return bullets


def _motives(judged: Mapping) -> Block:
    rows = [row for row in judged["rows"] if row["rating"] and row["rating"].motive]
    return _pairs(*((str(row["criterion"].name), row["rating"].motive) for row in rows))


def _gaps(panel: Mapping) -> list[Block]:
    rows = [
        {"kind": "bullet", "text": f"{gap['criterion'].name}: {_side(gap['low'])}, {_side(gap['high'])}"}
        for gap in panel["gaps"]
    ]
    return [_heading(_("Dove chi valuta non è d’accordo")), *rows] if rows else []


def _side(side: tuple) -> str:
    return f"{side[0]} {side[1]}"


def _kit_table(panel: Mapping) -> Block:
    rows = [
        [
            str(row["name"]),
            ", ".join(str(file["label"]) for file in row["documents"] if not file["is_dead"]) or _("Niente"),
            "; ".join(_(" o ").join(map(str, part)) for part in row["missing"]) or _("Niente"),
        ]
        for row in panel["kit"]
    ]
    head, caption = [_("Aspetto"), _("Che cosa c’è"), _("Che cosa manca")], _("Kit per il riuso")
    return {"kind": "table", "head": head, "rows": rows, "caption": caption, "is_text": True}


def family_blocks(family: Family) -> list[Block]:
    """The origins of the project and its adoptions, with what was changed and learnt. No query."""
    blocks = [_note(_reuse_demonstration())] if family.is_demonstration else []
    for adoption, source in family.born_of:
        template = _("Nasce dal riuso di «%(title)s», da %(giver)s.")
        text = template % {"title": source.title, "giver": adoption.giver.name}
        blocks.append({"kind": "bullet", "text": text})
    blocks += [block for practice in family.origins for block in _practice(practice)]
    return blocks + [block for node in family.nodes for block in _node(node)]


def _reuse_demonstration() -> str:
    reason = _("Servono a mostrare come funziona il portale: nessun ente li ha dichiarati.")
    return f"{_('Riusi dimostrativi')}. {reason}"


def _practice(practice) -> list[Block]:
    text = _("Viene da %(name)s, %(city)s, %(country)s; adottata da %(body)s.") % {
        "name": practice.name,
        "city": practice.city,
        "country": practice.country,
        "body": practice.adopter.name,
    }
    on = f" {partial_date(practice.adopted_on)}." if practice.adopted_on else ""
    return [
        {"kind": "bullet", "text": text + on, "url": practice.url},
        *_labelled(practice.what_changed, _("Che cosa è cambiato:")),
    ]


def _node(node: Node) -> list[Block]:
    steps = ", ".join(f"{str(label).lower()} {date_format(on, 'j F Y')}" for _key, label, on in node.steps)
    sentence = _("%(body)s, da %(giver)s: %(steps)s.") % {
        "body": node.body.name,
        "giver": node.adoption.giver.name,
        "steps": steps,
    }
    blocks = [{"kind": "bullet", "text": sentence}]
    if node.result:
        blocks += _labelled(node.result.title, _("Il progetto che ne è nato:"))
    for text in node.texts:
        blocks += _labelled(text.what_changed, _("Che cosa è cambiato:"))
        blocks += _labelled(text.what_learnt, _("Che cosa si è imparato:"))
        blocks += _labelled(text.note, "")
    return blocks + [block for child in node.children for block in _node(child)]


def _labelled(text: str, label: str) -> list[Block]:
    return [{"kind": "text", "text": f"{label} {text}".strip()}] if text else []


def _note(text: str) -> Block:
    return {"kind": "note", "text": text}


def _heading(text: str) -> Block:
    return {"kind": "heading", "text": text}


def _pairs(*rows: tuple[str, str]) -> Block:
    return {"kind": "pairs", "rows": [[label, value] for label, value in rows]}
