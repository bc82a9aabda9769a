"""The house has floors: what each module may import, and a few things that nobody may do.

docs/architecture.md explains the rules; here they run.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

FLOORS = {
    "lib": 0,
    "municipalities": 1,
    "accounts": 2,
    "projects": 3,
    "plans": 4,
    "citylab": 4,
    "facilitation": 4,
    "twin": 4,
    "participation": 4,
    "opendata": 5,
    "api": 6,
    "observatory": 7,
}
# What an app shows to those above it.
SHARED = {"models", "actions", "rules", "cards", "intake"}
SHARED |= {"stored", "texts", "search", "ranking", "standing", "family", "figures"}
# Helpers without state or queries, which other apps may use too.
PURE_HELPERS = (
    "lib.mail",
    "lib.limits",
    "opendata.datasets",
    "cards.pages.feeds",
    "municipalities.places",
    "municipalities.likeness",
    "municipalities.similar",
    "suitability.score",
    "reuse.transitions",
    "cards.document.csv_row",
    "cards.vocabulary.areas",
    "cards.document.columns",
    "reuse.criteria",
    "cards.search.totals",
    "cards.presentation.context",
    "reuse.score",
    "cards.vocabulary.lists",
    "lib.formats",
    "projects.workflow",
)
# The order inside an app. A module imports from its own step and those below it.
DATA, MODELS, ANSWERS, ACTIONS, INTAKE, PAGES, URLS = range(7)
STEPS = {
    "models": MODELS,
    **dict.fromkeys(["rules", "cards", "stored", "shown", "texts", "facts", "index_store"], ANSWERS),
    **dict.fromkeys(["index", "index_check", "past", "results"], ANSWERS),
    **dict.fromkeys(["search", "standing", "checks", "waiting", "figures", "family", "kit"], ANSWERS),
    **dict.fromkeys(["completeness", "differences", "presentation", "portfolio", "maps", "mail"], ANSWERS),
    **dict.fromkeys(["panel", "atlas", "datasets", "catalogue", "peers", "sheet", "pdf", "news"], ANSWERS),
    **dict.fromkeys(["table", "towns", "fitting", "comparing"], ANSWERS),
    **dict.fromkeys(
        ["actions", "adopting", "assessing", "bulk", "drafting", "exporting", "reminding"], ACTIONS
    ),
    **dict.fromkeys(
        ["places", "filters", "fields", "uploads", "forms", "intake", "importers", "readers"], INTAKE
    ),
    **dict.fromkeys(["views", "desk", "officer", "office", "commands", "admin", "feeds", "sitemaps"], PAGES),
    **dict.fromkeys(["assess_views", "kit_views", "files", "pages", "serializers", "templatetags"], PAGES),
    **dict.fromkeys(["health", "well_known", "middleware", "public_cache", "context"], PAGES),
    **dict.fromkeys(["adapter", "apps", "metrics"], PAGES),
    **dict.fromkeys(["urls", "sign_in", "wsgi"], URLS),
}
FORBIDDEN_NAMES = {"core", "common", "utils"}


def app_of(module: str) -> str:
    return module.split(".")[0]


def step_of(module: str) -> int:
    """The step of its first part with a name in STEPS: `cities.forms` are forms.

    A module without such a part is plain data, which imports nothing above data.
    """
    parts = module.split(".")[1:]
    if parts and parts[-1].endswith("_urls"):
        return URLS
    return next((STEPS[part] for part in parts if part in STEPS), DATA)


def imports_of(name: str, tree: ast.AST, modules: set[str]) -> list[tuple[int, str]]:
    """`(line, module)` of every import; `from app import part` is `app.part` where that is a module."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                package = name if name + ".__init__" in modules else name.rpartition(".")[0]
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*base, *filter(None, [source])])
            for alias in node.names:
                longer = f"{source}.{alias.name}"
                found.append((node.lineno, longer if longer in modules else source))
    return found


def import_offences(name: str, tree: ast.AST, modules: set[str]) -> list[str]:
    """Upward, sideways and private imports of one module."""
    offences = []
    for line, target in sorted(set(imports_of(name, tree, modules))):
        mine, theirs = app_of(name), app_of(target)
        where = f"{name}:{line} imports {target}"
        if theirs not in FLOORS:
            continue
        if mine == theirs:
            if step_of(target) > step_of(name) and target != name:
                offences.append(f"{where}, which stands above it")
        elif FLOORS[theirs] >= FLOORS[mine]:
            offences.append(f"{where}, which is not on a lower floor")
        elif theirs != "lib" and target not in PURE_HELPERS and not SHARED & set(target.split(".")[1:]):
            offences.append(f"{where}, which its app keeps to itself")
    return offences


def habit_offences(name: str, tree: ast.AST) -> list[str]:
    """Late imports, signal receivers, generic foreign keys, `Meta.ordering`."""
    offences = []
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom):
                    offences.append(f"{name}:{inner.lineno} imports inside a function")
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if source.endswith("signals") or source.startswith("django.dispatch"):
                offences.append(f"{name}:{node.lineno} listens to signals")
            if any(alias.name in ("GenericForeignKey", "GenericRelation") for alias in node.names):
                offences.append(f"{name}:{node.lineno} uses a generic foreign key")
        elif isinstance(node, ast.ClassDef) and node.name == "Meta":
            names = [
                t.id for s in node.body if isinstance(s, ast.Assign) for t in s.targets if hasattr(t, "id")
            ]
            if "ordering" in names:
                offences.append(f"{name}:{node.lineno} orders in Meta")
    return sorted(set(offences))


def circle_offences(graph: dict[str, set[str]]) -> list[str]:
    """Every circle of imports, told once."""
    offences, finished = [], set()

    def visit(module: str, path: list[str]) -> None:
        if module in path:
            offences.append("circle: " + " → ".join([*path[path.index(module) :], module]))
        elif module not in finished:
            for target in sorted(graph.get(module, ())):
                visit(target, [*path, module])
            finished.add(module)

    for module in sorted(graph):
        visit(module, [])
    return offences


def offences_of(sources: dict[str, str]) -> list[str]:
    """All that is wrong in `{module name: source text}`; a package is named by its `__init__`."""
    trees = {name: ast.parse(source) for name, source in sources.items()}
    modules = set(trees) | {name.removesuffix(".__init__") for name in trees}
    offences, graph = [], {}
    for full_name, tree in trees.items():
        name = full_name.removesuffix(".__init__")
        offences += import_offences(name, tree, modules) + habit_offences(name, tree)
        graph[name] = {target for _, target in imports_of(name, tree, modules) if target in modules} - {name}
        for word in FORBIDDEN_NAMES & set(name.split(".")):
            offences.append(f"{name} is called {word}: a helper lives with the app whose word it is")
    return offences + circle_offences(graph)


def house() -> dict[str, str]:
    sources = {}
    for app in FLOORS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                sources[".".join(path.relative_to(ROOT).with_suffix("").parts)] = path.read_text(
                    encoding="utf-8"
                )
    return sources


def test_house_keeps_its_floors():
    assert offences_of(house()) == []


def test_engine_imports_no_app_and_no_framework():
    """`cardindex` lies below the floors: bytes and codes, nothing of the portal."""
    engine = {
        path.stem: ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "cardindex").glob("*.py")
    }
    targets = {app_of(target) for tree in engine.values() for _line, target in imports_of("", tree, set())}
    assert targets & {"django", *FLOORS} == set()


def test_every_app_has_a_floor():
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")}
    assert apps - set(FLOORS) == set()


def test_no_top_level_package_is_a_drawer():
    names = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert names & FORBIDDEN_NAMES == set()


@pytest.mark.parametrize(
    ("module", "source", "told"),
    [
        ("cards.pages.card", "from opendata import models", "not on a lower floor"),
        ("plans.views", "from citylab.models import Lab", "not on a lower floor"),
        ("api.projects", "from observatory.settings import DEBUG", "not on a lower floor"),
        ("projects.rules", "from accounts.views import landing", "keeps to itself"),
        ("cards.pages.card", "import accounts.forms", "keeps to itself"),
        ("projects.models", "from projects.actions import publish", "stands above"),
        ("cards.models.edition", "from ..cards import build", "stands above"),
        ("cards.vocabulary.areas", "from projects.models import Project", "stands above"),
        ("projects.actions", "from projects.management.commands.load import x", "stands above"),
        ("cards.pages.card", "def page():\n    import json", "imports inside a function"),
        (
            "cards.pages.card",
            "async def page():\n    from accounts import rules",
            "imports inside a function",
        ),
        ("projects.models", "from django.db.models.signals import post_save", "listens to signals"),
        ("projects.models", "from django.dispatch import receiver", "listens to signals"),
        ("projects.models", "from django.contrib.contenttypes.fields import GenericForeignKey", "generic"),
        ("projects.models", "class Project:\n    class Meta:\n        ordering = ['x']", "orders in Meta"),
        ("projects.utils", "", "is called utils"),
    ],
)
def test_offence_is_told(module, source, told):
    others = {
        "accounts.__init__": "",
        "accounts.rules": "",
        "projects.__init__": "",
        "cards.document.build": "",
        "opendata.__init__": "",
        "opendata.models": "",
    }
    offences = offences_of({**others, module: source})
    assert len(offences) == 1
    assert told in offences[0]
    assert offences[0].startswith(module)


def test_circle_is_told_once():
    sources = {
        "projects.a": "from projects.b import x",
        "projects.b": "from projects import c",
        "projects.c": "import projects.a",
    }
    assert offences_of(sources) == ["circle: projects.a → projects.b → projects.c → projects.a"]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cards.pages.card", "from accounts import rules\nfrom accounts.models.user import User"),
        ("cards.pages.card", "from projects.models import Project\nfrom projects.actions import publish"),
        (
            "opendata.views",
            "from cards.vocabulary.areas import AREAS\nfrom cards.document.build import build_card",
        ),
        ("projects.models", "class Project:\n    class Meta:\n        constraints = []"),
        ("cards.models.edition", "from projects.models.project import Project"),
        (
            "observatory.views",
            "import json\nfrom django.db import models\nfrom cards.search.query import parse",
        ),
    ],
)
def test_good_import_is_silent(module, source):
    assert offences_of({"accounts.__init__": "", "accounts.rules": "", module: source}) == []


def test_documents_show_the_same_floors():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    shown = {}
    for number, names in re.findall(r"^([0-7]) ((?: ?\w+)+)", text, re.MULTILINE):
        shown.update({name: int(number) for name in names.split()})
    assert shown == FLOORS
