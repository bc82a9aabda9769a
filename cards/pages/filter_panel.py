"""The filters of a page: groups with counts, active filters, addresses. All state is in the URL."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cardindex.analysis import tokens
from cards.search.labels import labels_of
from cards.search.query import Problem, ProjectQuery, find, page_params
from cards.search.results import Results
from cards.vocabulary.facets import FACETS, RANGES
from municipalities.search import PLACE_CACHE

# Facets shown open, in this order, and collapsed.
SHOWN = ("area", "stage", "stage_year", "replicability_band", "municipality")
FOLDED = (
    "province",
    "region",
    "year",
    "kind",
    "funding_source",
    "cost_band",
    "technology",
    "sdg",
)
PANEL = (*SHOWN, *FOLDED)
# Facets with too many values for a list: a text field completes the others.
TYPED = ("municipality", "technology")
FIRST, MOST, OFFERED = 10, 120, 40
# A query of at most so many words is proposed without each of them.
FEW = 4
QUOTES = re.compile('["“”«»]')
VIEWS = ("elenco", "mappa", "tabella")


def address(query: ProjectQuery, **more: str) -> str:
    """The query string of a page with its `?`, without empty parameters; empty for the whole list."""
    params = page_params(query)
    for name, value in more.items():
        if value:
            params[name] = value
    return f"?{params.urlencode()}" if params else ""


@dataclass(frozen=True)
class Counted:
    """A facet: `{value: cards}` of the values to list, and the number of values with a card."""

    counts: Mapping[str, int]
    total: int


def counted(query: ProjectQuery, cards: Results) -> dict[str, Counted]:
    """The counts of the facets of the panel; of an open list the chosen and most frequent values."""
    counts = {facet: cards.top(facet, _most(facet)) for facet in PANEL}
    return {
        facet: Counted(dict(pairs) | _unlisted(query, cards, facet, dict(pairs)), total)
        for facet, (pairs, total) in counts.items()
    }


def _unlisted(query: ProjectQuery, cards: Results, facet: str, counts: Mapping[str, int]) -> dict[str, int]:
    missing = [value for value in query.facets.get(facet, ()) if value not in counts]
    return {value: count for value, count in cards.shares(facet, missing).items() if count}


def _most(facet: str) -> int:
    """The most values of an open list that are counted."""
    return FIRST + OFFERED if facet in TYPED else MOST


def facet_groups(query: ProjectQuery, counts: Mapping[str, Counted]) -> list[dict]:
    """The filters of a page, in the order of `counts`.

    `[{key, name, title, options, more, offered, is_folded, is_open, is_typed}]`: `options` are visible,
    `more` on request, `offered` completes typing; an option is `{value, label, count, selected}`. Closed
    lists keep values without cards; open ones have the most frequent first.
    """
    return [
        _group(query, facet, _in_order(query, facet, group.counts), group) for facet, group in counts.items()
    ]


def _in_order(query: ProjectQuery, facet: str, counts: Mapping[str, int]) -> list[str]:
    """The values to list: all of a closed list; of an open one the chosen, then the most frequent."""
    if FACETS[facet].labels:
        return list(labels_of(facet, ()))
    chosen = query.facets.get(facet, ())
    if facet in ("year", "stage_year"):
        named = FACETS[facet].named
        return sorted({*counts, *chosen}, key=lambda value: (value not in named, value), reverse=True)[:MOST]
    return list(dict.fromkeys((*chosen, *islice(counts, _most(facet)))))


def _group(query: ProjectQuery, facet: str, values: list[str], counted: Counted) -> dict:
    chosen, counts, labels = query.facets.get(facet, ()), counted.counts, labels_of(facet, values)
    described = FACETS[facet]
    options = [
        {
            "value": described.slug_of(value),
            "label": labels.get(value, value),
            "count": counts.get(value, 0),
            "selected": value in chosen,
        }
        for value in values
    ]
    is_whole = described.labels and facet != "sdg"
    first = len(options) if is_whole else max(FIRST, len(chosen))
    rest = options[first:]
    return {
        "key": facet,
        "name": described.page_name,
        "title": described.title,
        "options": options[:first],
        "more": [] if facet in TYPED else rest,
        "offered": rest if facet in TYPED else [],
        "total": max(counted.total, len(options)),
        "is_folded": facet not in SHOWN,
        "is_open": bool(chosen),
        "is_typed": facet in TYPED,
    }


def chips(query: ProjectQuery, **more: str) -> list[dict]:
    """The active filters: `[{title, label, without (query), url (the page without it)}]`."""
    active = []
    for facet, values in query.facets.items():
        labels = labels_of(facet, values)
        for value in values:
            rest = {**query.facets, facet: tuple(v for v in values if v != value)}
            without = replace(query, facets={k: v for k, v in rest.items() if v})
            active.append(
                {"title": FACETS[facet].title, "label": labels.get(value, value), "without": without}
            )
    for key, value in query.ranges.items():
        without = replace(query, ranges={k: v for k, v in query.ranges.items() if k != key})
        active.append({"title": RANGES[key].title, "label": str(value), "without": without})
    if query.text:
        active.append(
            {"title": gettext_lazy("Parole"), "label": query.text, "without": replace(query, text="")}
        )
    return [{**chip, "url": address(chip["without"], **more)} for chip in active]


def titled(query: ProjectQuery, subject: str) -> str:
    """`Progetti pubblicati – Area: Mobilità; Comune: Torino`: the subject with the active filters."""
    filters = "; ".join(f"{chip['title']}: {chip['label']}" for chip in chips(query))
    return f"{subject} – {filters}" if filters else subject


def problem_links(query: ProjectQuery, problems: Iterable[Problem], **more: str) -> list[dict]:
    """`[{detail, choices: [{label, url}]}]`: a choice replaces the municipality that could not be read."""
    return [
        {
            "detail": problem.detail,
            "choices": [
                {"label": label, "url": address(_with_municipality(query, value), **more)}
                for value, label in problem.choices
            ],
        }
        for problem in problems
    ]


def _with_municipality(query: ProjectQuery, code: str) -> ProjectQuery:
    known = {*PLACE_CACHE.profiles(), code}
    chosen = {code, *(value for value in query.facets.get("municipality", ()) if value in known)}
    return replace(query, facets={**query.facets, "municipality": tuple(sorted(chosen))})


def widenings(query: ProjectQuery, active: list[dict], **more: str) -> list[dict]:
    """Filters whose removal gives most cards, when none match: `[{label, count, url}]`, three at most.

    The values of a facet are removed together: without one of two alternatives no card is added.
    """
    by_title = {}
    for chip in active:
        by_title.setdefault(str(chip["title"]), []).append(chip)
    proposals = []
    for same in by_title.values():
        without = same[0]["without"] if len(same) == 1 else query.without(_facet_of(query, same[0]))
        label = _(" o ").join(str(chip["label"]) for chip in same[:3]) + (" …" if len(same) > 3 else "")
        proposals.append(_widening(label, without, more))
    proposals += [_widening(word, rest, more) for word, rest in _fewer_words(query)]
    return sorted(
        (widening for widening in proposals if widening["count"]), key=lambda widening: -widening["count"]
    )[:3]


def like_words(query: ProjectQuery, cards: Results, **more: str) -> list[dict]:
    """`[{word, url}]`: words of the cards like those of the query that no card has, to search instead."""
    proposals = []
    for typed in query.text.split()[:FEW]:
        for folded in tokens(typed):
            for word in cards.alike(folded):
                text = query.text.replace(typed, word, 1)
                proposals.append({"word": word, "url": address(replace(query, text=text), **more)})
    return proposals


def _widening(label: str, without: ProjectQuery, more: Mapping[str, str]) -> dict:
    return {"label": label, "count": find(without).count(), "url": address(without, **more)}


def _fewer_words(query: ProjectQuery) -> list[tuple[str, ProjectQuery]]:
    """`(label of what is left out, the query without it)`: the quotes, or else one of a few words."""
    words = query.text.split()
    if (plain := QUOTES.sub(" ", query.text)) != query.text:
        return [(_("le virgolette"), replace(query, text=" ".join(plain.split())))]
    if not 1 < len(words) <= FEW:
        return []
    rests = [(word, words[:place] + words[place + 1 :]) for place, word in enumerate(words)]
    return [(word, replace(query, text=" ".join(rest))) for word, rest in rests]


def _facet_of(query: ProjectQuery, chip: dict) -> str:
    return next(facet for facet in query.facets if FACETS[facet].title == chip["title"])
