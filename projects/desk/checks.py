"""Automatic checks of working copies: missing fields, sums, links, duplicates; for many at once."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from lib.cup import cup_warning
from lib.links.models import LinkCheck
from lib.pdf import undisplayable
from lib.text import fold
from projects.advisories import funding_warning
from projects.completeness import missing_required
from projects.models import Identifier, Project
from projects.workflow import Status

# From this similarity on, out of 100, two titles of one municipality may be of one project.
MIN_SIMILARITY = 88
# Titles that one page is compared with, the most recent ones.
MAX_TITLES = 5_000


@dataclass
class Checks:
    """`errors` and `twins`, likely duplicates, exclude a project from bulk publication, `notes` do not."""

    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    twins: list[dict] = field(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        return self.errors + self.notes

    @property
    def is_clean(self) -> bool:
        """Whether it may be published in bulk."""
        return not (self.errors or self.twins)


def check(projects: Sequence[Project]) -> dict[int, Checks]:
    """`{primary key: Checks}`; the number of queries does not depend on that of projects."""
    related = ("identifiers", "funding_lines", "documents", "sources")
    prefetch_related_objects(projects, *related)
    dead = _dead_links(projects)
    twins = _twins(projects)
    return {project.pk: _check(project, dead, twins[project.pk]) for project in projects}


def _check(project: Project, dead: set[str], twins: list[dict]) -> Checks:
    errors = [str(text) for _step, text in missing_required(project).values()]
    errors += [f"{code}: {warning}" for code in _cups(project) if (warning := cup_warning(code))]
    errors += filter(None, [funding_warning(project)])
    notes = []
    if not (project.title_en and project.summary_en):
        notes.append(_("Manca l’inglese: titolo o sintesi"))
    if signs := undisplayable(" ".join((project.title, project.summary, project.description, project.need))):
        notes.append(_("Nel PDF questi segni diventano □: {}").format(signs))
    notes += [_("Il collegamento non risponde: {}").format(url) for url in _links(project) if url in dead]
    return Checks(errors, notes, twins)


def _cups(project: Project) -> list[str]:
    return [row.value for row in project.identifiers.all() if row.scheme == "cup"]


def _links(project: Project) -> list[str]:
    urls = [project.website, project.repository_url]
    urls += [row.url for row in (*project.documents.all(), *project.sources.all())]
    return list(dict.fromkeys(filter(None, urls)))


def _dead_links(projects: Sequence[Project]) -> set[str]:
    urls = {url for project in projects for url in _links(project)}
    dead = LinkCheck.objects.filter(url__in=urls, state=LinkCheck.State.DEAD)
    return set(dead.values_list("url", flat=True))


def _twins(projects: Sequence[Project]) -> dict[int, list[dict]]:
    """Projects with the same CUP, or a similar title in one municipality: `{pk: [{code, title, why}]}`."""
    twins = defaultdict(dict)
    codes = {code for project in projects for code in _cups(project)}
    same = Identifier.objects.filter(scheme="cup", value__in=codes, project__deleted_at=None)
    same = list(
        same.exclude(project__status=Status.ARCHIVED).select_related("project__record").order_by("pk")
    )
    municipalities = {project.lead_municipality_id for project in projects} - {None}
    others = Project.objects.filter(lead_municipality__in=municipalities, deleted_at=None).exclude(title="")
    others = others.exclude(status=Status.ARCHIVED).order_by("-pk")
    titles = list(others.values_list("pk", "lead_municipality", "record__code", "title")[:MAX_TITLES])
    for project in projects:
        cups, folded_title = set(_cups(project)), fold(project.title)
        for row in same:
            if row.value in cups and row.project_id != project.pk:
                why = _("stesso CUP")
                twins[project.pk][row.project.code] = {"title": str(row.project), "why": why}
        for pk, municipality, code, title in titles:
            is_other = pk != project.pk and municipality == project.lead_municipality_id
            if (
                is_other
                and project.title
                and fuzz.token_sort_ratio(folded_title, fold(title)) >= MIN_SIMILARITY
            ):
                row = {"title": title, "why": _("titolo simile nello stesso Comune")}
                twins[project.pk].setdefault(code, row)
    return defaultdict(
        list, {pk: [{"code": code, **row} for code, row in rows.items()] for pk, rows in twins.items()}
    )
