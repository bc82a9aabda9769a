"""The floors of docs/architecture.md: which app imports which, and in what order the folders of an app do."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOORS = (
    ("lib", "cardindex"),
    ("municipalities",),
    ("accounts",),
    ("cards", "protocols"),
    ("projects",),
    ("reuse", "feedback", "following", "imports"),
    ("suitability", "cities"),
    ("opendata",),
    ("api",),
    ("observatory",),
    ("demo",),
)
FLOOR_OF = {app: number for number, apps in enumerate(FLOORS) for app in apps}
# Apps that see less than the floors below them.
CARDS_SEES = {"lib", "cardindex", "municipalities"}
WITHOUT_DRAFTS = {"reuse", "feedback", "following", "suitability", "cities", "opendata"}
# An office rates its own draft, and names its documents as evidence.
WITH_DRAFTS = {"reuse.replicability.desk", "reuse.replicability.forms"}
UNSEEN = {"observatory", "demo"}
# The folders of an app: each imports only what stands left of it. Of the others only circles are wrong.
ORDER = {
    "cards": "vocabulary extensions models presentation document reads records index search issuing "
    "pages admin management urls",
    "projects": "workflow codes mail models source completeness rules forms reviewing actions publishing "
    "drafts api_drafts desk office admin management urls",
    "reuse": "criteria transitions models score ranking rules mail reads files actions outline kit "
    "adoption replicability extension management urls",
}
USUAL_ORDER = "models actions forms views urls"
MAXIMUM_LINES = 400
DRAWERS = {"core", "common", "utils"}


def folder_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def import_offence(module: str, target: str) -> str | None:
    """The rule that this import breaks, or None."""
    mine, theirs = module.split(".")[0], target.split(".")[0]
    if mine == theirs:
        order = ORDER.get(mine, USUAL_ORDER).split()
        places = [folder_of(name).rpartition(".")[2] for name in (module, target)]
        if set(places) <= set(order) and order.index(places[1]) > order.index(places[0]):
            return f"{places[1]} stands right of {places[0]} in the order of {mine}"
    elif theirs in UNSEEN:
        return f"nobody imports {theirs}"
    elif FLOOR_OF[theirs] >= FLOOR_OF[mine]:
        return f"{theirs} is not on a lower floor than {mine}"
    elif mine == "cards" and theirs not in CARDS_SEES:
        return f"cards imports only {', '.join(sorted(CARDS_SEES))}"
    elif mine in WITHOUT_DRAFTS and theirs == "projects" and module not in WITH_DRAFTS:
        return f"{mine} reads cards, no drafts"
    return None


def imports_of(tree: ast.AST, modules: set[str]) -> set[tuple[int, str]]:
    """`(line, module)` of all imports of own code; `from app import part` is `app.part` if a module."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {(node.lineno, alias.name) for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found |= {(node.lineno, name if name in modules else node.module or "") for name in names}
    return {(line, name) for line, name in found if name.split(".")[0] in FLOOR_OF}


def habit_offence(node: ast.AST) -> str | None:
    """What this node does that no module of the house may do, or None."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        if any(isinstance(inner, ast.Import | ast.ImportFrom) for inner in ast.walk(node)):
            return "imports inside a function"
    elif isinstance(node, ast.ImportFrom):
        source = node.module or ""
        if node.level:
            return "relative import"
        if source.endswith("signals") or source.startswith("django.dispatch"):
            return "receives signals"
        if {"GenericForeignKey", "GenericRelation"} & {alias.name for alias in node.names}:
            return "uses a generic foreign key"
    elif isinstance(node, ast.ClassDef) and node.name == "Meta":
        targets = [target for line in node.body if isinstance(line, ast.Assign) for target in line.targets]
        if "ordering" in {getattr(target, "id", "") for target in targets}:
            return "orders in Meta"
    return None


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Every circle of imports, once."""
    offences, finished = [], set()

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            offences.append("circle: " + " → ".join([*path[path.index(name) :], name]))
        elif name not in finished:
            for target in sorted(graph.get(name, ())):
                visit(target, [*path, name])
            finished.add(name)

    for name in sorted(graph):
        visit(name, [])
    return offences


def offences_of(sources: dict[str, str]) -> list[str]:
    """All that is wrong in `{module name: source text}`, as module, line and rule."""
    offences, modules, folders = [], {}, {}
    for module, source in sources.items():
        tree = ast.parse(source)
        imports = imports_of(tree, set(sources))
        broken = [(line, target, import_offence(module, target)) for line, target in imports]
        offences += [f"{module}:{line} imports {target}: {rule}" for line, target, rule in broken if rule]
        habits = [(node, habit_offence(node)) for node in ast.walk(tree)]
        offences += [f"{module}:{node.lineno} {rule}" for node, rule in habits if rule]
        modules[module] = {target for _line, target in imports} - {module}
        folders.setdefault(folder_of(module), set()).update(folder_of(name) for name in modules[module])
    folders = {name: targets - {name} for name, targets in folders.items()}
    return sorted(offences) + circles(modules) + circles(folders)


def house() -> dict[str, Path]:
    """`{module name: file}` of all apps but for migrations; a package has the name of its folder."""
    files = [
        path for app in FLOOR_OF for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
    ]
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    return {name.removesuffix(".__init__"): path for name, path in zip(names, files, strict=True)}


def test_apps_keep_floors_and_orders():
    sources = {name: path.read_text(encoding="utf-8") for name, path in house().items()}
    assert "\n".join(offences_of(sources)) == ""


def test_every_app_has_one_floor_and_a_name_that_says_what_it_holds():
    assert {path.parent.name for path in ROOT.glob("*/apps.py")} <= set(FLOOR_OF)
    assert sum(map(len, FLOORS)) == len(FLOOR_OF)
    assert {part for name in house() for part in name.split(".")} & DRAWERS == set()


def test_search_engine_imports_no_framework():
    engine = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "cardindex").glob("*.py")]
    imports = [node for tree in engine for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert [node.module for node in imports if (node.module or "").startswith("django")] == []


def test_files_are_short():
    files = {str(path.relative_to(ROOT)): path for path in house().values()}
    lengths = {name: path.read_text(encoding="utf-8").count("\n") for name, path in files.items()}
    assert {name: lines for name, lines in lengths.items() if lines > MAXIMUM_LINES} == {}
