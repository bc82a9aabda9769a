"""Rules about the files themselves: nothing of one machine, nothing of others, everything pinned."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAXIMUM_BYTES = 4 * 1024 * 1024
# Written in pieces, so that this file does not break its own rule.
MACHINE_PATH = re.compile(r"(?<![\w.:/-])/(?:" + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me"]) + r")/")
REGISTRIES = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "npm" + "js.com", "deb" + "ian.org"]
THIRD_PARTY = {"node_modules", "vendor", "site-packages", "bower_components", "third_party", ".venv"}
REQUIREMENTS = ["requirements.txt", "requirements-dev.txt", "requirements-node.txt"]


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts():
    """`(path, text)` of every tracked file that is text."""
    for path in tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def lines_with(pattern: re.Pattern) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in texts()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_path_of_one_machine():
    assert lines_with(MACHINE_PATH) == []


def test_no_package_registry_named():
    assert lines_with(re.compile("|".join(map(re.escape, REGISTRIES)))) == []


def test_no_large_file():
    assert [str(path) for path in tracked() if path.stat().st_size > MAXIMUM_BYTES] == []


def test_no_third_party_code():
    held = [str(path.relative_to(ROOT)) for path in tracked()]
    assert [name for name in held if THIRD_PARTY & set(Path(name).parts) or "static/build/" in name] == []


@pytest.mark.parametrize("name", REQUIREMENTS)
def test_requirements_are_pinned_and_hashed(name):
    text = re.sub(r"#.*", "", (ROOT / name).read_text(encoding="utf-8")).replace("\\\n", " ")
    entries = [line.strip() for line in text.splitlines() if line.strip()]
    wrong = [
        entry[:60]
        for entry in entries
        if not re.match(r"[\w.\[\],-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", entry)
    ]
    assert entries
    assert wrong == []


def normal(requirement: str) -> str:
    return re.split(r"[\[<>=~!;\s]", requirement)[0].lower().replace("_", "-")


def test_every_declared_dependency_is_pinned():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    declared = {
        "requirements.txt": project["project"]["dependencies"],
        "requirements-dev.txt": project["project"]["dependencies"] + project["dependency-groups"]["dev"],
    }
    for name, wanted in declared.items():
        pinned = {
            normal(line) for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if "==" in line
        }
        assert {normal(word) for word in wanted} - pinned == set(), name


def test_every_dependency_has_its_reason():
    """A comment above each; in the development group one may speak for a pair."""
    project, development = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[dependency-groups]")
    bare = []
    for section, reach in ((project, 1), (development, 2)):
        lines = [line.strip() for line in section.splitlines()]
        for number, line in enumerate(lines):
            above = lines[max(0, number - reach) : number]
            if re.match(r'"[\w-]+(\[[\w,]+\])?[~=<>]', line) and not any(
                word.startswith("#") for word in above
            ):
                bare.append(line)
    assert bare == []


def test_package_lock_names_no_address():
    lock = ROOT / "package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []


TEMPLATE_OFFENCES = {
    "inline style": r"<[^>]*\sstyle\s*=",
    "inline script": r'<script(?![^>]*\ssrc=)(?![^>]*type="application/ld\+json")',
    "inline handler": r"<[^>]*\son[a-z]+\s*=\s*[\"']",
    "asset of another host": r'<(?:script|img|iframe|source|video|audio)\b[^>]*\ssrc(?:set)?="(?:https?:)?//'
    r'|<link\b(?=[^>]*\srel="[^"]*(?:stylesheet|icon|preload|preconnect|manifest))[^>]*\shref="(?:https?:)?//',
}


def template_offences(text: str) -> list[str]:
    text = re.sub(r"{#.*?#}|{% comment.*?endcomment %}", "", text, flags=re.DOTALL)
    return [name for name, pattern in TEMPLATE_OFFENCES.items() if re.search(pattern, text, re.IGNORECASE)]


def test_templates_obey_the_content_security_policy():
    pages = {name: template_offences(text) for name, text in texts() if name.endswith(".html")}
    assert {name: found for name, found in pages.items() if found} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('<p class="a" style="color:red">', ["inline style"]),
        ("<script>go()</script>", ["inline script"]),
        ('<script type="module">go()</script>', ["inline script"]),
        ("<a href='#' onclick='go()'>", ["inline handler"]),
        ('<img alt="" src="https://example.org/a.png">', ["asset of another host"]),
        ('<script src="//example.org/a.js"></script>', ["asset of another host"]),
        ('<link rel="stylesheet" href="http://example.org/a.css">', ["asset of another host"]),
        ('<script type="application/ld+json">{}</script>', []),
        ('<script src="{% static "build/app.js" %}" defer></script>', []),
        ('<link rel="alternate" href="https://example.org/feed">', []),
        ('<a href="https://example.org/">fuori</a>', []),
    ],
)
def test_template_offence_is_told(text, found):
    assert template_offences(text) == found


def test_templates_have_no_long_line():
    """The formatter leaves long template tags as they are: parameters and texts have to be cut by hand."""
    long = [
        f"{name}:{number}"
        for name, text in texts()
        if name.endswith(".html") and "templates/" in name
        for number, line in enumerate(text.splitlines(), 1)
        if len(line) > 120
    ]
    assert long == []


def test_licence_is_whole():
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    articles = re.findall(r"^(\d+)\.\s?[A-Z]", text, re.MULTILINE)
    assert articles == [str(number) for number in range(1, 16)]
    assert text.rstrip().endswith("require the production of a new EUPL version.")
    assert "LiLiQ-R+" in text


def test_every_setting_of_the_environment_is_explained():
    settings = (ROOT / "observatory" / "settings.py").read_text(encoding="utf-8")
    names = set(re.findall(r'(?:env\.\w+|required)\(\s*"([A-Z_]+)"', settings))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert {"SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL"} <= names
    assert {name for name in names if not re.search(rf"^#?{name}=", example, re.MULTILINE)} == set()
    assert {name for name in names if f"`{name}`" not in readme} == set()
