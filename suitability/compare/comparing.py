"""Several projects side by side: what each card says, row by row, and the order by the reader's weights."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cards.document.read import read_documents
from cards.models import Edition
from cards.presentation.context import card_context
from cards.vocabulary.areas import AREA_BY_KEY
from cards.vocabulary.lists import FundingSource
from municipalities.models import Territory
from municipalities.search import PLACE_CACHE
from municipalities.similar import grouped
from reuse.models import Standing
from suitability.compare.topsis import topsis
from suitability.fitting import Answer, fit_of, reader_profile
from suitability.score import STAGES

# Columns that a page can still hold: beyond, files of the list serve better.
MOST = 60
LESSONS = ("what_worked", "what_did_not", "success_conditions", "risks", "would_do_differently")


@dataclass(frozen=True)
class Compared:
    """One of the projects: its named document, the words of a page, population of its lead, R, F."""

    document: Mapping
    words: Mapping
    population: int | None
    standing: Standing | None
    answer: Answer | None

    @property
    def title(self) -> str:
        return self.document["title"]

    @property
    def cost_per_inhabitant(self) -> float | None:
        cost = self.words["total_cost"]
        return float(cost) / self.population if cost is not None and self.population else None


@dataclass(frozen=True)
class Row:
    """`values` are texts, empty where the card does not say; `is_written` when they are the body's words."""

    label: str
    values: Sequence[str]
    is_written: bool = False

    @property
    def differs(self) -> bool:
        return len(set(self.values)) > 1


@dataclass(frozen=True)
class Criterion:
    """What TOPSIS weighs: `value(project)` is None where the card does not say; less is better for a cost."""

    key: str
    parameter: str
    label: object
    value: Callable[[Compared], float | None]
    is_cost: bool = False


def compared(cards: Sequence[Edition], municipality: Territory | None) -> list[Compared]:
    """The projects of the cards, in their order. Constant queries."""
    sheets = PLACE_CACHE.profiles()
    standings = Standing.objects.visible().filter(record__in=[card.record_id for card in cards])
    by_project = {standing.record_id: standing for standing in standings}
    reader, found = municipality and reader_profile(municipality), []
    for card, document in zip(cards, read_documents(cards), strict=True):
        lead = document["lead_municipality"]
        sheet = sheets.get(lead["code"]) if lead else None
        answer = fit_of(document, municipality, reader) if municipality else None
        population = sheet and sheet.population
        found.append(
            Compared(document, card_context(document), population, by_project.get(card.record_id), answer)
        )
    return found


def rows(projects: Sequence[Compared]) -> list[Row]:
    """All rows that at least one of the projects fills in, in the order of a card."""
    found = [Row(str(label), [tell(p) or "" for p in projects], written) for label, tell, written in ROWS]
    return [row for row in found if any(row.values)]


def _text(key: str) -> Callable[[Compared], str]:
    return lambda project: project.document[key] or ""


def _list(key: str) -> Callable[[Compared], str]:
    return lambda project: ", ".join(map(str, project.words[key]))


def _money(key: str) -> Callable[[Compared], str]:
    def tell(project: Compared) -> str:
        amount = project.words[key]
        return "" if amount is None else _("%(amount)s €") % {"amount": grouped(round(amount))}

    return tell


def _place(project: Compared) -> str:
    lead, others = project.document["lead_municipality"], project.document["other_municipalities"]
    names = [place["name"] for place in (lead, *others) if place]
    return ", ".join(names)


def _per_inhabitant(project: Compared) -> str:
    cost = project.cost_per_inhabitant
    return "" if cost is None else _("%(amount)s €") % {"amount": number_format(round(cost, 2), 2)}


def _funds(project: Compared) -> str:
    sources = dict.fromkeys(line["source"] for line in project.document["funding_lines"])
    return ", ".join(str(FundingSource(source).label) for source in sources)


def _indicators(project: Compared) -> str:
    rows = [row for group in project.words["measures"] for row in group["rows"]]
    lines = [row for row in rows if row["value"] is not None]
    return "; ".join(
        f"{row['name']}: {number_format(row['value'].normalize(), use_l10n=True)} {row['unit'] or ''}".strip()
        for row in lines
    )


def _replicability(project: Compared) -> str:
    standing = project.standing
    if standing is None or standing.score is None:
        return _("In valutazione")
    score = number_format(standing.score, 1)
    return (
        _("%(score)s su 100 (valutazione dimostrativa)") % {"score": score}
        if standing.is_demonstration
        else _("%(score)s su 100") % {"score": score}
    )


def _fit(project: Compared) -> str:
    if project.answer is None or project.answer.percent is None:
        return ""
    return _("%(percent)s%%, %(known)s dimensioni note su 5") % {
        "percent": project.answer.percent,
        "known": project.answer.fit.known,
    }


def _documents(project: Compared) -> str:
    return ", ".join(str(label) for label in dict.fromkeys(file["label"] for file in project.words["files"]))


def _areas(project: Compared) -> str:
    keys = [project.document["primary_area"], *project.document["other_areas"]]
    return ", ".join(str(AREA_BY_KEY[key].name) for key in keys if key in AREA_BY_KEY)


ROWS = (
    (gettext_lazy("Si adatta al tuo Comune (F)"), _fit, False),
    (gettext_lazy("Replicabilità (R)"), _replicability, False),
    (gettext_lazy("Comuni"), _place, False),
    (
        gettext_lazy("Abitanti del Comune capofila"),
        lambda p: grouped(p.population) if p.population else "",
        False,
    ),
    (gettext_lazy("Area"), _areas, False),
    (gettext_lazy("Stato"), lambda p: p.words["state"]["text"] if p.words["state"] else "", False),
    (gettext_lazy("Tipo"), lambda p: str(p.words["kind_label"] or ""), False),
    (gettext_lazy("Scala"), lambda p: str(p.words["scale_label"] or ""), False),
    (gettext_lazy("Periodo"), lambda p: p.words["period"], False),
    (gettext_lazy("Ente titolare"), lambda p: (p.document["promoter"] or {}).get("name", ""), True),
    (gettext_lazy("Costo totale"), _money("total_cost"), False),
    (gettext_lazy("Costo per abitante"), _per_inhabitant, False),
    (gettext_lazy("Costo ogni anno"), _money("running_cost_per_year"), False),
    (gettext_lazy("Risparmio ogni anno"), _money("savings_per_year"), False),
    (gettext_lazy("Fonti di finanziamento"), _funds, False),
    (gettext_lazy("Problema"), _text("need"), True),
    (gettext_lazy("Soluzione"), _text("solution"), True),
    (gettext_lazy("Tecnologie"), lambda p: ", ".join(p.document["technologies"]), True),
    (gettext_lazy("Piattaforme"), _list("platform_labels"), False),
    (gettext_lazy("A chi si rivolge"), _list("target_labels"), False),
    (gettext_lazy("Risultati misurati"), _indicators, True),
    (gettext_lazy("Che cosa ha funzionato"), _text("what_worked"), True),
    (gettext_lazy("Che cosa non ha funzionato"), _text("what_did_not"), True),
    (gettext_lazy("Condizioni per riuscire"), _text("success_conditions"), True),
    (gettext_lazy("Rischi"), _text("risks"), True),
    (gettext_lazy("Documenti per il riuso"), _documents, False),
)


def _openness(project: Compared) -> float:
    told = ("repository_url", "open_apis", "standards", "data_licence")
    return float(sum(bool(project.document[key]) for key in told) + bool(project.document["platforms"]))


CRITERIA = (
    Criterion(
        "fit",
        "peso_adatto",
        gettext_lazy("Si adatta al tuo Comune (F)"),
        lambda p: p.answer and p.answer.fit.score,
    ),
    Criterion(
        "replicability",
        "peso_replicabilita",
        gettext_lazy("Replicabilità (R)"),
        lambda p: float(p.standing.score) if p.standing and p.standing.score is not None else None,
    ),
    Criterion(
        "cost", "peso_costo", gettext_lazy("Costo per abitante"), lambda p: p.cost_per_inhabitant, True
    ),
    Criterion(
        "stage", "peso_stato", gettext_lazy("Quanto è avanti"), lambda p: STAGES.get(p.document["stage"])
    ),
    Criterion(
        "results",
        "peso_risultati",
        gettext_lazy("Risultati misurati"),
        lambda p: float(sum(row["value"] is not None for row in p.document["indicators"])),
    ),
    Criterion(
        "documents",
        "peso_documenti",
        gettext_lazy("Documenti per il riuso"),
        lambda p: float(len(p.words["files"])),
    ),
    Criterion(
        "lessons",
        "peso_lezioni",
        gettext_lazy("Lezioni raccontate"),
        lambda p: float(sum(bool(p.document[key]) for key in LESSONS)),
    ),
    Criterion("openness", "peso_apertura", gettext_lazy("Software e dati aperti"), _openness),
)


@dataclass(frozen=True)
class Opinion:
    """TOPSIS over the criteria that all the projects tell: `closeness` 0–1 and `places` from 1, by project.

    `left_out` are the criteria with a weight that some project does not tell.
    """

    closeness: Sequence[float]
    used: Sequence[Criterion]
    left_out: Sequence[Criterion]

    @property
    def places(self) -> list[int]:
        shown = [round(value, 3) for value in self.closeness]
        return [1 + sum(other > value for other in shown) for value in shown]


def opinion(projects: Sequence[Compared], weights: Mapping[str, float]) -> Opinion | None:
    """The second opinion; None when no weighted criterion is told by all."""
    wanted = [criterion for criterion in CRITERIA if weights[criterion.key] > 0]
    table = {criterion.key: [criterion.value(project) for project in projects] for criterion in wanted}
    used = [criterion for criterion in wanted if all(value is not None for value in table[criterion.key])]
    if not used:
        return None
    matrix = list(zip(*(table[criterion.key] for criterion in used), strict=True))
    closeness = topsis(matrix, [weights[c.key] for c in used], [c.is_cost for c in used])
    return Opinion(closeness, used, [criterion for criterion in wanted if criterion not in used])


def verdict(projects: Sequence[Compared]) -> list[str]:
    """What stands out, in two sentences at most: the easiest to repeat, the cheapest per inhabitant.

    Only where at least two projects say it.
    """
    sentences = []
    scored = [p for p in projects if p.standing and p.standing.score is not None]
    if len(scored) > 1:
        best = max(scored, key=lambda p: p.standing.score)
        values = {"title": best.title, "score": number_format(best.standing.score, 1)}
        sentences.append(_("Il più facile da rifare è «%(title)s»: %(score)s su 100.") % values)
    costs = {p.document["code"]: p.cost_per_inhabitant for p in projects}
    priced = [p for p in projects if costs[p.document["code"]] is not None]
    if len(priced) > 1:
        least = min(priced, key=lambda p: costs[p.document["code"]])
        cost = number_format(round(costs[least.document["code"]], 2), 2)
        values = {"title": least.title, "cost": cost}
        sentences.append(_("Per abitante costa meno «%(title)s»: %(cost)s €.") % values)
    return sentences
