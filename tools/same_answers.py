"""Compare the public answers of two checkouts on the same sample data, to change code but not what it says.

    .venv/bin/python tools/same_answers.py record FOLDER [--checkout PATH] [--every N] [--one-in N]
                                                   [--shift SECONDS]
    .venv/bin/python tools/same_answers.py compare BEFORE AFTER [--expected FILE] [--views]

`record` makes a new SQLite database in FOLDER with the checkout's own commands, publishes the sample,
withdraws two cards and exports two days. Then it asks by GET, in Italian and under /en/: what the sitemaps
name (of the cities without projects one in N, 40 by default), all pages and files of every card (PDF and
kit of one card in six), queries of the API in every format (by Django and again by the WSGI application,
which may answer in another way), feeds, catalogues, open data, errors. `--one-in 10` asks a tenth of all
this, the same in every recording, for a quick look. It imports nothing of the project: it knows addresses,
command names and `observatory.settings`, which must be the same in both checkouts.

The clock is `django.utils.timezone.now`, replaced: while data are made each reading is one second later
than the one before, so the order of publication is certain; while questions are asked it stands still. So
days are the same in all recordings. `--shift` begins later: two recordings of one checkout with different
shifts show that RULES covers every time in the answers.

`compare` takes HTML as a parsed tree, ZIP, XLSX and PDF by their parts, Parquet by its rows, anything else
byte for byte, after RULES. It fails when an answer differs, or takes more queries, and the file of
`--expected` does not list it: on each line of that file a pattern of addresses, what differs (`status`,
`body`, `queries`, `missing`, `new`, `header:Name` or `*`) and the reason, with two spaces between them.
"""

import argparse
import difflib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from html.parser import HTMLParser
from itertools import count
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PUBLISHED, WITHDRAWN, ASKED = (datetime(2026, 11, day, 7, tzinfo=UTC) for day in (27, 28, 30))
PROCESSES = 2
HOST = "127.0.0.1"
ONE_IN = 6
# Of DEMO accounts, which `load_sample` makes.
STAFF = {"login": "redazione@example.org", "password": "osservatorio-di-prova"}
DOWNLOADS = ("csv", "jsonl", "geojson", "parquet", "xlsx")

PAGES = (
    "/progetti/?pagina=2",
    "/progetti/?pagina=99",
    "/progetti/?q=luce",
    "/progetti/?q=illuminazione+pubblica&ordina=titolo",
    "/progetti/?q=iluminazione",
    "/progetti/?q=zzzz",
    "/progetti/?area=mobilita&stato=attivo",
    "/progetti/?area=energia&area=mobilita&ordina=costo_decrescente",
    "/progetti/?comune=torino&anno_da=2020",
    "/progetti/?costo_min=100000&ordina=replicabilita",
    "/progetti/?inesistente=1&ordina=boh",
    "/cerca/?q=torino",
    "/cerca/?q=",
    "/cerca/?q=zzzz",
    "/cerca/suggerimenti?q=tor",
    "/mappa/",
    "/mappa/?area=energia",
    "/mappa/punti.geojson",
    "/mappa/punti.geojson?area=energia",
    "/mappa/confini/regioni.geojson",
    "/mappa/confini/01.geojson",
    "/mappa/confini/TO.geojson",
    "/feed/progetti.atom",
    "/feed/progetti.atom?area=energia",
    "/citta/torino/feed.atom",
    "/citta/inesistente/feed.atom",
    "/citta/?q=san&provincia=TO",
    "/citta/?solo=con-progetti",
    "/citta/?pagina=3",
    "/citta/torino/adatti/",
    "/adatti/",
    "/adatti/?comune=torino",
    "/adatti/?comune=cuneo&ordina=titolo",
    "/adatti/?comune=torino&formato=csv",
    "/adatti/?comune=torino&formato=xlsx",
    "/confronta/",
    "/confronta/citta/?a=torino&b=milano",
    "/confronta/citta/?a=torino&b=inesistente",
    "/replicabilita/",
    "/replicabilita/?area=energia",
    "/replicabilita/?formato=csv",
    "/replicabilita/?formato=xlsx",
    "/replicabilita/?formato=json",
    "/metodo/",
    "/componenti/",
    "/segui/",
    "/segui/scrivi/",
    "/accessibilita/segnala/",
    "/valutazione/",
    "/dati/",
    "/dati/api/",
    "/accesso/",
    "/area-riservata/",
    "/redazione/",
    "/accesso/password/dimenticata/",
    "/progetti/inesistente/",
    "/progetti",
    "/inesistente/",
    "/segnalazioni/00000000-0000-0000-0000-000000000000/",
    "/segui/00000000-0000-0000-0000-000000000000/",
    "/aree/inesistente/",
    "/citta/inesistente/",
    "/protocolli/inesistente/",
)
FILES = (
    "/sitemap.xml",
    "/robots.txt",
    "/.well-known/security.txt",
    "/salute/live",
    "/salute/ready",
    "/metrics",
    "/documenti/999999/",
    "/documenti/dimostrativi/999999/",
    "/documenti/prove/999999/",
    "/dati/catalogo.ttl",
    "/dati/catalogo.rdf",
    "/dati/catalogo.jsonld",
    "/dati/nazionale/inesistente.csv",
    "/admin/login/",
)
QUERIES = (
    "",
    "?limit=3",
    "?limit=3&offset=3",
    "?limit=500",
    "?offset=999",
    "?limit=0",
    "?limit=x&nope=1",
    "?nope=1",
    "?limit=1&limit=2",
    "?area=mobility",
    "?area=energy&area=mobility&stage=completed",
    "?area=nope",
    "?q=luce",
    "?q=illuminazione+pubblica&sort=title",
    "?q=%22illuminazione%20pubblica%22",
    "?q=iluminazione",
    "?q=caff%C3%A8+e+pane&limit=1",
    "?q=zzzz",
    "?sort=-cost&limit=5",
    "?sort=cost",
    "?sort=published_at&limit=5",
    "?sort=replicability",
    "?sort=nope",
    "?municipality=L219&province=TO&region=01",
    "?municipality=001272",
    "?kind=project",
    "?funding_source=pnrr",
    "?technology=iot",
    "?sdg=11&sdg=13",
    "?origin=sample",
    "?adopted=true",
    "?replicability_band=high",
    "?year=2025&cost_min=1000&replicability_min=0",
    "?year_from=2020&year_to=2022",
    "?cost_max=50000",
    "?bbox=7,44,8,46",
    "?bbox=7,44",
    "?updated_since=2020-01-01",
    "?as_of=2026-11-26",
    "?as_of=2026-11-27",
    "?as_of=ieri",
    "?cursor=*&limit=10",
    "?cursor=nope",
    "?fields=code,title&limit=5",
    "?fields=nope",
    "?labels=it&limit=2",
    *(f"?format={name}" for name in DOWNLOADS),
    *(f"?format={name}&labels=it&area=energy" for name in DOWNLOADS),
    "?format=csv&labels=en&fields=code,title,latitude",
    "?format=csv&q=luce&sort=title",
    "?format=nope",
)
API = (
    "",
    *(f"/projects{query}" for query in QUERIES),
    "/projects/facets",
    "/projects/facets?area=energy",
    "/projects/facets?q=luce&facet=stage&facet=year&facet_limit=3",
    "/projects/facets?facet=nope",
    "/projects/nope",
    "/municipalities",
    "/municipalities?province=TO&limit=500",
    "/municipalities?q=san&region=01",
    "/municipalities?on=1990-01-01&q=torino",
    "/municipalities/L219",
    "/municipalities/001272",
    "/municipalities/nope",
    "/areas",
    "/organisations",
    "/organisations?q=torino",
    "/protocols",
    "/stats",
    "/datasets",
    "/submissions",
    "/status",
    "/openapi.json",
    "/docs",
    "/nope",
)
OF_A_CARD = (
    "",
    "scheda.json",
    "riusa/",
    "segnala/",
    "versioni/",
    "versioni/1/",
    "versioni/99/",
    "adatto/",
    "adatto/?comune=torino",
    "adatto/?comune=cantalupa",
    "stima/",
    "stima/?abitanti=20000&enti=3&anni=5",
    "stima/?abitanti=20000&formato=csv",
)
HEAVY_OF_A_CARD = ("scheda.pdf", "kit.zip", "stima/?abitanti=20000&formato=xlsx")
API_OF_A_CARD = ("", "/similar", "/versions", "/versions/1", "/fit?municipality=L219", "/replicability")
API_OF_A_CARD += ("/adoptions", "/replicability?preset=nope", "?as_of=2026-11-27", "/versions/99")


# What two recordings of the same code may differ in


class Rule(NamedTuple):
    """What is left out of a comparison: where, the text, what stands for it, and why."""

    where: str
    pattern: str
    put: str
    why: str


TEXT, HEADER = "text", "header"
RULES = (
    Rule(
        TEXT,
        r"(\d{4}-\d\d-\d\d[T ])\d\d:\d\d(:\d\d(\.\d+)?)?",
        r"\1TIME",
        "code that reads the clock once more moves the seconds of what follows; the day stays",
    ),
    Rule(TEXT, r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", "random: idempotency keys of forms"),
    Rule(TEXT, r"\b(sha256:)?[0-9a-f]{64}\b", "DIGEST", "of a file that holds times"),
    Rule(
        TEXT,
        r'(name="csrfmiddlewaretoken" value=")[A-Za-z0-9]{64}',
        r"\1TOKEN",
        "random",
    ),
    Rule("header:Set-Cookie", r"(csrftoken=)[A-Za-z0-9]+", r"\1TOKEN", "random"),
    Rule("header:Set-Cookie", r"expires=[^;]+", "expires=TIME", "follows the clock of the computer"),
    Rule("header:ETag", r'"[^"]+"', '"DIGEST"', "of data with times, or of the code"),
    Rule("header:Last-Modified", r"\d\d:\d\d:\d\d", "TIME", "as the first rule"),
    Rule("header:Expires", r".+", "TIME", "follows the clock of the computer"),
    Rule("pdf", r"(D:\d{8})\d{6}", r"\1TIME", "as the first rule"),
    Rule("pdf", r"/ID\s*\[\(.*", "/ID", "digest of a file that holds times"),
    Rule("pdf", r"(<xmpMM:(Instance|Document)ID>)[^<]*", r"\1DIGEST", "of a file that holds times"),
    Rule("xlsx", r"(<v>46\d{3})\.\d+(?=</v>)", r"\1.TIME", "a moment as days since 1900"),
    Rule("header:X-RateLimit-Reset", r"\d+", "SECONDS", "follows the clock of the computer"),
    Rule("header:Content-Length", r"\d+", "LENGTH", "the body itself is compared"),
)


def normalised(text: str, where: str) -> str:
    """`text` after the rules of TEXT and of `where`: TEXT, `pdf`, `xlsx` or `header:Name`."""
    for rule in RULES:
        if rule.where in (TEXT, where):
            text = re.sub(rule.pattern, rule.put, text)
    return text


# Recording


def record(folder: Path, checkout: Path, every: int, one_in: int, shift: int) -> int:
    """Load and ask in processes of the checkout's own; everything they find is in `folder`."""
    folder, checkout = folder.resolve(), checkout.resolve()
    if folder.exists() and any(folder.iterdir()):
        sys.exit(f"{folder} is not empty: name a new folder.")
    (folder / "bodies").mkdir(parents=True)
    own = checkout / ".venv" / "bin" / "python"
    python = own if own.exists() else Path(sys.executable)
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "PYTHONPATH": str(checkout),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "observatory.settings",
        "DEMO": "1",
        "SECRET_KEY": "the-same-for-all-recordings-" + "0" * 40,
        "DATABASE_URL": f"sqlite:///{folder / 'sample.sqlite3'}",
        "SITE_URL": f"http://{HOST}:8000",
        "EMAIL_URL": "dummymail://",
        "MEDIA_ROOT": str(folder / "media"),
        "EXPORT_ROOT": str(folder / "export"),
        # No answer is taken from an earlier one.
        "ANSWER_CACHE_MB": "0",
        # No connection is opened anew in the middle.
        "CONN_MAX_AGE": "86400",
    }

    def start(*words):
        command = [str(python), "-P", str(Path(__file__).resolve()), *map(str, words)]
        return subprocess.Popen(command, cwd=checkout, env=env, stdout=(folder / f"{words[0]}.log").open("a"))

    asking = [("ask", folder, part, one_in) for part in range(PROCESSES)]
    for tasks in ([("load", folder, every, shift)], asking):
        running = [start(*task) for task in tasks]
        if any([process.wait() for process in running]):
            sys.exit("The recording failed: the lines above say where.")
    parts = [folder / f"answers-{part}.jsonl" for part in range(PROCESSES)]
    lines = sorted(line for part in parts for line in part.read_text("utf-8").splitlines(keepends=True))
    (folder / "answers.jsonl").write_text("".join(lines), "utf-8")
    for part in parts:
        part.unlink()
    print(f"{len(lines)} answers in {folder}")
    return 0


class Clock:
    """In the place of `timezone.now`: `step` seconds later at every reading."""

    def __init__(self):
        self.moment, self.step = PUBLISHED, timedelta(seconds=1)

    def __call__(self) -> datetime:
        self.moment += self.step
        return self.moment


CLOCK = Clock()


def set_up() -> None:
    """Django with our clock, and static files under their plain names: no digest of theirs in pages."""
    import logging

    from django.conf import settings
    from django.utils import timezone

    timezone.now = CLOCK
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": plain}
    import django

    django.setup()
    logging.disable(logging.ERROR)


def load(folder: Path, every: int, shift: int) -> None:
    """Make the data, and the list of what will be asked."""
    set_up()
    from django.core.management import call_command

    CLOCK.moment = PUBLISHED + timedelta(seconds=shift)
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_reference")
    call_command("load_sample", demo_accounts=True)
    assert CLOCK.moment < PUBLISHED + timedelta(hours=15), "the clock was read too often for one day"
    CLOCK.moment = WITHDRAWN + timedelta(seconds=shift)
    cards = all_cards()
    for number in (5, -5):
        withdraw(cards[number]["code"])
    call_command("export_national", out=folder / "export-before", on=str(PUBLISHED.date()))
    call_command("export_national", out=folder / "export")
    for path in (folder / "export").iterdir():
        os.utime(path, (ASKED.timestamp(), ASKED.timestamp()))
    CLOCK.moment, CLOCK.step = ASKED, timedelta()
    plan = list(dict.fromkeys([*addresses(cards, every), *exported(folder)]))
    (folder / "plan.json").write_text(json.dumps(plan, indent=0, ensure_ascii=False), "utf-8")


def exported(folder: Path) -> list[tuple[str, str]]:
    return [(f"/dati/nazionale/{path.name}", "") for path in sorted((folder / "export").iterdir())]


def get(address: str) -> bytes:
    """The body of an address that must answer 200."""
    from django.test import Client

    response = Client(SERVER_NAME=HOST).get(address)
    assert response.status_code == 200, f"{address} answered {response.status_code}"
    return response.content


def all_cards() -> list[dict]:
    return json.loads(get("/api/v1/projects?limit=500&sort=title"))["results"]


def withdraw(code: str) -> None:
    """As a reviewer does by the form of the desk."""
    from django.test import Client

    client = Client(SERVER_NAME=HOST)
    assert client.post("/accesso/", STAFF).status_code == 302, "nobody could sign in"
    page = client.get(f"/redazione/schede/{code}/").content.decode()
    action = f"/redazione/schede/{code}/ritira/"
    form = page[page.index(f'action="{action}"') :].partition("</form>")[0]
    hidden = [tag for tag in re.findall(r"<input[^>]*>", form) if 'type="hidden"' in tag]
    data = {attribute(tag, "name"): attribute(tag, "value") for tag in hidden}
    data |= {attribute(tag, "name"): "Ritirata per prova." for tag in re.findall(r"<textarea[^>]*>", form)}
    assert client.post(action, data).status_code == 302, f"{code} was not withdrawn"


def attribute(tag: str, name: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def addresses(cards: list[dict], every: int):
    """All that is asked, as `(address, Accept-Language)`: pages in both languages, files and API once."""
    pages, cities = [*PAGES], []
    locations = [local(loc) for loc in locations_of("/sitemap.xml")]
    for section in locations:
        yield section, ""
        for address in map(local, locations_of(section)):
            is_city = re.fullmatch(r"/citta/[^/]+/", address)
            (cities if is_city else pages).append(address)
    shown = set()
    for number, card in enumerate(cards):
        base = f"/progetti/{quote(card['slug'])}/"
        pages += [base + rest for rest in OF_A_CARD]
        heavy = HEAVY_OF_A_CARD if number % ONE_IN == 0 else ()
        pages += [base + rest for rest in heavy]
        for rest in API_OF_A_CARD:
            yield f"/api/v1/projects/{card['code']}{rest}", ""
        pages += [f"/progetti/{card['code']}/", f"/progetti/{card['code']}/scheda.json"] if heavy else []
        shown |= set(links_in(base))
    shown |= {f"/citta/{city}/" for city in re.findall(r'href="/citta/([^/"?]+)/"', get("/citta/").decode())}
    pages += sorted(address for address in shown if not address.startswith("/documenti/"))
    pages += [city for number, city in enumerate(cities) if number % every == 0]
    codes = [card["code"] for card in cards]
    pages += [
        f"/confronta/?{'&'.join(f'p={code}' for code in codes[start : start + 3])}{rest}"
        for start in (0, 20, 40)
        for rest in ("", "&solo=differenze", "&comune=torino", "&formato=csv", "&formato=xlsx")
    ]
    for page in pages:
        yield page, ""
        yield f"/en{page}", ""
    for file in [*FILES, *sorted(address for address in shown if address.startswith("/documenti/"))]:
        yield file, ""
    for path in API:
        yield f"/api/v1{path}", ""
        yield f"/api/v1{path}", "en"


def locations_of(address: str) -> list[str]:
    return [tag.text for tag in ElementTree.fromstring(get(address)).iter() if tag.tag.endswith("}loc")]


def local(url: str) -> str:
    return urlsplit(url).path


def links_in(base: str) -> list[str]:
    """The addresses of a card's page that belong to this card: its own, its files, its cities."""
    from django.test import Client

    response = Client(SERVER_NAME=HOST).get(base)
    page = response.content.decode()
    wanted = (base, "/documenti/", "/citta/")
    found = (link.partition("#")[0].replace("&amp;", "&") for link in re.findall(r'href="([^"]+)"', page))
    # Heavy files are asked of few cards (HEAVY_OF_A_CARD).
    return [x for x in found if x.startswith(wanted) and not x.endswith((".pdf", ".zip"))]


def ask(folder: Path, part: int, one_in: int) -> None:
    """Ask this part of the plan, and write what came: first by Django's own handler, then by WSGI."""
    CLOCK.moment, CLOCK.step = ASKED, timedelta()
    set_up()
    from django.core.servers.basehttp import get_internal_wsgi_application
    from django.db import connection
    from django.db.backends.signals import connection_created
    from django.test import Client
    from django.test.client import RequestFactory

    asked = Asked()
    connection_created.connect(asked.watch, weak=False)
    connection.ensure_connection()
    application = get_internal_wsgi_application()
    callers = count()
    plan = json.loads((folder / "plan.json").read_text("utf-8"))
    with (folder / f"answers-{part}.jsonl").open("w", encoding="utf-8") as out:

        def write(address, way, answer, **more):
            status, headers, body = answer
            name = hashlib.sha256(body).hexdigest()
            path = folder / "bodies" / name
            if not path.exists():
                path.write_bytes(body)
            row = {"address": address + way, "status": status, "headers": headers, "body": name, **more}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")

        for address, language in plan:
            place = zlib.crc32(address.encode())
            if place % PROCESSES != part or place // PROCESSES % one_in:
                continue
            words = {"HTTP_ACCEPT_LANGUAGE": language} if language else {}
            way = f" ({language})" if language else ""

            def caller(words=words):
                # Nobody asks so often as to be refused.
                number = next(callers)
                own = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
                return words | {"SERVER_NAME": HOST, "REMOTE_ADDR": own}

            answers, queries = [], []
            for _time in range(2):
                with asked:
                    client = Client(raise_request_exception=False, **caller())
                    answers.append(answer_of(client.get(address)))
                queries.append(asked.number)
            write(address, way, answers[0], queries=queries, view=view_of(address))
            if answers[0][2] != answers[1][2]:
                write(address, f"{way} again", answers[1], queries=[])
            if address.startswith("/api/"):
                for _time in range(2):
                    environ = RequestFactory(**caller()).get(address).environ
                    with asked:
                        answer = by_wsgi(application, environ)
                write(address, f"{way} by WSGI", answer, queries=[asked.number])
        for path in sorted((folder / "export-before").iterdir()) if part == 0 else ():
            write(f"export_national --on {PUBLISHED.date()}: {path.name}", "", (200, [], path.read_bytes()))


class Asked:
    """Counts the statements that reach SQLite, also those that go round Django's cursors."""

    number = 0

    def watch(self, connection, **_signal) -> None:
        connection.connection.set_trace_callback(self.count)

    def count(self, statement: str) -> None:
        # Statements inside triggers and virtual tables are told as comments.
        self.number += not statement.startswith("--")

    def __enter__(self):
        self.number = 0

    def __exit__(self, *_error):
        pass


def answer_of(response) -> tuple[int, list, bytes]:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    headers = [[name, value] for name, value in sorted(response.items())]
    cookies = [["Set-Cookie", morsel.OutputString()] for morsel in response.cookies.values()]
    response.close()
    return response.status_code, headers + cookies, body


def by_wsgi(application, environ: dict) -> tuple[int, list, bytes]:
    told = []

    def start_response(status, headers, error=None):
        told[:] = [int(status.split()[0]), sorted([name, value] for name, value in headers)]

    parts = application(environ, start_response)
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return *told, body


def view_of(address: str) -> str:
    """The name of the view that answers, without its module, which may move."""
    from django.urls import Resolver404, resolve
    from django.utils import translation

    path = urlsplit(address).path
    with translation.override("en" if path.startswith("/en/") else "it"):
        try:
            view = resolve(path).func
        except Resolver404:
            return ""
    view = getattr(view, "view_class", getattr(view, "cls", view))
    return getattr(view, "__qualname__", type(view).__qualname__)


# Comparing

INLINE = frozenset(
    ("a", "abbr", "b", "bdi", "cite", "code", "data", "dfn", "em", "i", "kbd", "label", "mark", "q", "s"),
).union(("small", "span", "strong", "sub", "sup", "time", "u", "var"))
AS_WRITTEN = frozenset(("pre", "textarea", "script", "style"))
WHITE = re.compile(r"[ \t\r\n\f]+")


class Tree(HTMLParser):
    """The nodes of a page in their order, without what white space does not change.

    Between two words of one line there is one space or none, wherever in the tags between them it is
    written; beside the tags of blocks there is none. Comments and the order of attributes say nothing.
    """

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.nodes, self._tags, self._open = [], [], []
        self._has_space, self._is_first = False, True
        self.feed(page)
        self.close()
        self.nodes += self._tags

    def handle_decl(self, declaration):
        self.nodes.append(f"<!{declaration.lower()}>")

    def handle_starttag(self, tag, attributes):
        written = (f' {name}="{WHITE.sub(" ", value or "").strip()}"' for name, value in sorted(attributes))
        self._add(tag, f"<{tag}{''.join(written)}>")
        if tag in AS_WRITTEN:
            self._open.append(tag)

    def handle_endtag(self, tag):
        if self._open and self._open[-1] == tag:
            self._open.pop()
        self._add(tag, f"</{tag}>")

    def _add(self, tag, node):
        if tag in INLINE:
            self._tags.append(node)
        else:
            self.nodes += [*self._tags, node]
            self._tags, self._has_space, self._is_first = [], False, True

    def handle_data(self, text):
        if self._open:
            self.nodes.append(text)
            return
        words = WHITE.sub(" ", text)
        if words.strip(" "):
            if (self._has_space or words[0] == " ") and not self._is_first:
                self.nodes.append(" ")
            self.nodes += [*self._tags, words.strip(" ")]
            self._tags, self._has_space, self._is_first = [], words[-1] == " ", False
        elif words:
            self._has_space = True


def parts_of(body: bytes, kind: str) -> list[str]:
    """The body as lines to compare, after RULES; `kind` is its Content-Type or the name of a file."""
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return [
                f"{name}: {line}"
                for name in archive.namelist()
                for line in parts_of(archive.read(name), f"{kind} {name}")
            ]
    if body.startswith(b"%PDF"):
        return [normalised(line, "pdf") for line in lines_of_pdf(body)]
    if body.startswith(b"PAR1"):
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(io.BytesIO(body))
        rows = [json.dumps(row, default=str, ensure_ascii=False) for row in table.to_pylist()]
        return [str(table.schema), *(normalised(row, TEXT) for row in rows)]
    try:
        text = normalised(body.decode(), "xlsx" if "spreadsheetml" in kind or ".xlsx" in kind else TEXT)
    except UnicodeDecodeError:
        return [hashlib.sha256(body).hexdigest()]
    is_page = "text/html" in kind or kind.endswith(".html")
    return Tree(text).nodes if is_page else re.split(r"(?<=[,\n>])", text)


def lines_of_pdf(body: bytes) -> list[str]:
    """Objects and streams, these decompressed; without the table of offsets, which follows from them."""
    lines = []
    for number, part in enumerate(re.split(rb"(?<=stream)\r?\n(.*?)\r?\nendstream", body, flags=re.S)):
        if number % 2:
            with suppress(zlib.error):
                part = zlib.decompress(part)
        part = part.partition(b"\nxref\n")[0]
        lines += part.decode("latin-1").splitlines()
    return lines


def expected_in(path: Path | None) -> list[list[str]]:
    """The lines of the file: pattern of addresses, what differs, reason. Exits when one lacks a part."""
    found = []
    for line in path.read_text("utf-8").splitlines() if path else ():
        if line.strip() and not line.startswith("#"):
            parts = re.split(r"\s{2,}", line.strip(), maxsplit=2)
            if len(parts) < 3:
                sys.exit(f"{path}: address, what and reason are wanted, two spaces apart: {line}")
            found.append(parts)
    return found


def differences(before: dict, after: dict, read, ignored: Sequence[str] = ()) -> list[tuple[str, str]]:
    """`(what, short diff)` of two answers to one address. `read(answer)` gives the body of either.

    Nodes and lines of a body that hold one of the texts `ignored` are left out.
    """
    found = []
    if before["status"] != after["status"]:
        found.append(("status", f"{before['status']} → {after['status']}"))
    for name in sorted({name for name, _value in before["headers"] + after["headers"]}):
        old, new = (headers_of(answer, name) for answer in (before, after))
        if old != new:
            found.append((f"header:{name}", f"{old} → {new}"))
    if before["body"] != after["body"]:
        kind = " ".join(value for name, value in before["headers"] if name == "Content-Type")
        old, new = (parts_of(read(answer), kind or answer["address"]) for answer in (before, after))
        old, new = ([part for part in side if not any(t in part for t in ignored)] for side in (old, new))
        if old != new:
            found.append(("body", short_diff(old, new)))
    counts = zip(before.get("queries", ()), after.get("queries", ()), strict=False)
    if any(new > old for old, new in counts):
        found.append(("queries", f"{before['queries']} → {after['queries']}"))
    return found


def headers_of(answer: dict, name: str) -> list[str]:
    return [normalised(value, f"header:{name}") for key, value in answer["headers"] if key == name]


def short_diff(old: list[str], new: list[str], most: int = 8) -> str:
    """The first lines that differ. Of long answers only the part around the first difference is looked at."""
    same = next(
        (n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new))
    )
    near = [side[same : same + 200] for side in (old, new)]
    lines = [line for line in difflib.unified_diff(*near, lineterm="", n=0) if line[:3] not in ("---", "+++")]
    told = [line[:200].rstrip() for line in lines if not line.startswith("@@")]
    return "\n    ".join(["", *told[:most], *(["…"] if len(told) > most else [])])


def compare(before: Path, after: Path, expected: Path | None = None, views: bool = False) -> int:
    """Print each difference and the sum of all; 1 when one is not expected."""
    old, new = answers_in(before), answers_in(after)
    listed, counts, fewer = expected_in(expected), {"equal": 0, "listed": 0, "different": 0}, []
    used = set()
    for address in sorted(old.keys() | new.keys()):
        if address not in new:
            found = [("missing", "only before")]
        elif address not in old:
            found = [("new", "only after")]
        else:
            read = {id(old[address]): before, id(new[address]): after}
            ignored = [r[1][5:] for r in listed if r[1].startswith("body:") and fnmatchcase(address, r[0])]
            found = differences(
                old[address],
                new[address],
                lambda a, read=read: (read[id(a)] / "bodies" / a["body"]).read_bytes(),
                ignored,
            )
            pair = [answer[address].get("queries", []) for answer in (old, new)]
            if pair[0] != pair[1] and all(o >= n for o, n in zip(*pair, strict=False)):
                fewer.append(f"{address}  {pair[0]} → {pair[1]}")
            if views and old[address].get("view") != new[address].get("view"):
                print(f"view  {address}  {old[address].get('view')} → {new[address].get('view')}")
        kinds = set()
        for what, diff in found:
            rule = next((r for r in listed if fnmatchcase(address, r[0]) and fnmatchcase(what, r[1])), None)
            used.add(tuple(rule or ()))
            kinds.add("listed" if rule else "different")
            print(f"{'listed' if rule else 'DIFFERS'}  {address}  {what}  {rule[2] if rule else diff}")
        counts["different" if "different" in kinds else "listed" if kinds else "equal"] += 1
    for line in fewer:
        print(f"fewer queries  {line}")
    for rule in listed:
        if tuple(rule) not in used and not rule[1].startswith("body:"):
            print(f"listed for nothing  {'  '.join(rule)}")
    total = sum(counts.values())
    print(f"{total} answers, " + ", ".join(f"{number} {name}" for name, number in counts.items()))
    return 1 if counts["different"] else 0


def answers_in(folder: Path) -> dict[str, dict]:
    lines = (folder / "answers.jsonl").read_text("utf-8").splitlines()
    return {answer["address"]: answer for answer in map(json.loads, lines)}


def main() -> int:
    if sys.argv[1:2] == ["load"]:
        load(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return 0
    if sys.argv[1:2] == ["ask"]:
        ask(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
        return 0
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    recording = commands.add_parser("record")
    recording.add_argument("folder", type=Path)
    recording.add_argument("--checkout", type=Path, default=ROOT)
    recording.add_argument("--every", type=int, default=40)
    recording.add_argument("--one-in", type=int, default=1)
    recording.add_argument("--shift", type=int, default=0)
    comparing = commands.add_parser("compare")
    comparing.add_argument("before", type=Path)
    comparing.add_argument("after", type=Path)
    comparing.add_argument("--expected", type=Path)
    comparing.add_argument("--views", action="store_true")
    asked = vars(parser.parse_args())
    return {"record": record, "compare": compare}[asked.pop("command")](**asked)


if __name__ == "__main__":
    sys.exit(main())
