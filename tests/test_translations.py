"""The interface in English: a whole catalogue, and no Italian word left on the pages under /en/."""

import re
import uuid
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, override

from lib.forms.fields import EuroField, parse_euro
from projects import actions, reviewing
from projects.forms import STEPS
from protocols.models import Adhesion, Protocol
from tests import builders
from tests.html import flat

CATALOGUE = settings.BASE_DIR / "locale" / "en" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|</?code>")
ITALIAN_WORDS = (
    "Accedi|Adesion[ei]|Aggiungi|Anteprima|Aree|Bozza|Cerca|Chi|Città|Codice|Comun[ei]|Commento|Conferma"
    "|Costo|Dati|Documenti|E-mail|Ente|Errore|Esamina|Esci|facoltativ[oi]|Filtra|Filtri|Fonte|Inviata"
    "|Invia|Modifica|Motivo|Nessun[ao]?|Passo|Progett[oi]|progett[oi]|Protocoll[oi]|Provincia|Pubblica"
    "|Redazione|redazione|Regione|Riepilogo|Salva|Scegli|Sched[ae]|sched[ae]|Scrivi|Stato|Storia|Titolo"
    "|Tutt[ei]|Ufficio|anni|che|con|dal|dell|della|di|giorn[oi]|gli|nella|sono|una"
)
ITALIAN = re.compile(rf"\b(?:{ITALIAN_WORDS})\b")
# What is the same in every language: names of bodies and places, addresses, examples of what offices type.
SAME = re.compile(r"Val di Chy|Comune di \w+|\S+@\S+|https?://\S+|illuminazione, verde, sportelli")
# What bodies write: a title has one language, so that there it cannot be told as Italian.
CONTENT = re.compile(
    "Sportelli della città|Verde nella piazza|Protocollo di prova|Sostituzione dei .*|Un accordo .*"
)
SPOKEN = ("alt", "aria-label", "title", "placeholder", "data-copied")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


def entries():
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file) if message.id]


def sides(message) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The Italian forms and the English ones, one or two each."""
    return tuple(
        (words,) if isinstance(words, str) else tuple(words) for words in (message.id, message.string)
    )


def test_every_entry_is_translated():
    assert [message.id for message in entries() if not all(sides(message)[1])] == []


def test_no_entry_is_uncertain():
    assert [message.id for message in entries() if message.fuzzy] == []


def test_placeholders_are_those_of_the_italian():
    wrong = []
    for message in entries():
        italian, english = sides(message)
        # The singular may do without its number: «un avviso».
        wanted = {frozenset(PLACEHOLDER.findall(text)) for text in italian}
        wrong += [text for text in english if frozenset(PLACEHOLDER.findall(text)) not in wanted]
    assert wrong == []


def test_catalogue_is_compiled():
    """Without it every page under /en/ speaks Italian, and the tests below say nothing useful."""
    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.exists(), "compile the catalogues: .venv/bin/pybabel compile -d locale -D django"
    with override("en"):
        stale = [m.id for m in entries() if isinstance(m.id, str) and gettext(m.id) != m.string]
    assert stale == [], "stale catalogue: .venv/bin/pybabel compile -d locale -D django"


class Words(HTMLParser):
    """What a page says, to the eye and to screen readers, outside the parts told as Italian."""

    def __init__(self):
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []
        self.language = ""

    @property
    def is_silent(self) -> bool:
        return bool(self.open) and self.open[-1][1]

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag == "html":
            self.language = given["lang"]
        italian = given["lang"] != "en" if "lang" in given else self.is_silent
        silent = italian or tag in ("script", "style", "textarea")
        if not silent:
            self.found += [given[name] for name in SPOKEN if given.get(name)]
            if tag == "meta" and given.get("name") == "description":
                self.found.append(CONTENT.sub("", given.get("content", "")))
        if tag not in VOID:
            self.open.append((tag, silent))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not self.is_silent and data.strip():
            self.found.append(CONTENT.sub("", data) if self.open[-1][0] == "title" else data)


def said(response) -> Words:
    words = Words()
    words.feed(response.content.decode())
    return words


def italian_on(client, *paths: str) -> dict[str, list[str]]:
    """The Italian that each page shows, if any; every page must answer, in English."""
    found = {}
    for path in paths:
        response = client.get(path)
        assert response.status_code == 200, path
        words = said(response)
        assert words.language == "en", path
        found[path] = [text.strip() for text in words.found if ITALIAN.search(SAME.sub("", text))]
    return {path: texts for path, texts in found.items() if texts}


@pytest.fixture
def country(db):
    places = builders.piedmont()
    officer = builders.officer(places["ivrea"], "anna@example.org", role="manager")
    reviewer = builders.reviewer("ugo@example.org")
    told = {
        "solution": "Apparecchi a LED e una sala di controllo.",
        "running_cost_per_year": 120_000,
        "what_worked": "La gara unica con i vicini.",
        "contact_office": "Ufficio progetti",
    }
    card = builders.published(officer, reviewer, places["ivrea"], **told)
    sent = builders.draft(officer, places["ivrea"], title="Sportelli della città")
    actions.submit(sent, by=officer, idempotency_key=uuid.uuid4())
    reviewing.take(sent, by=reviewer)
    protocol = Protocol.objects.create(
        slug="prova",
        title="Protocollo di prova",
        summary="Un accordo fra gli enti.",
        promoter="Comune di Ivrea",
        admitted_kinds=["municipality", "company"],
        published_at=timezone.now(),
    )
    adhesion = Adhesion.objects.create(
        protocol=protocol,
        kind="municipality",
        municipality=places["samone"],
        office="Ufficio Innovazione",
        officer_name="Bea Bianchi",
        email="bea@example.org",
        status="received",
    )
    draft = builders.draft(officer, places["ivrea"], title="Verde nella piazza", need="")
    return {
        "adhesion": adhesion,
        "card": card,
        "draft": draft,
        "officer": officer,
        "reviewer": reviewer,
        "sent": sent,
    }


def test_public_pages_are_in_english(client, country):
    card = f"/en/progetti/{country['card'].slug}/"
    pages = italian_on(
        client,
        "/en/",
        "/en/progetti/",
        "/en/progetti/?q=nulla&area=ambiente&ordina=titolo",
        card,
        f"{card}versioni/",
        f"{card}versioni/1/",
        "/en/citta/",
        "/en/citta/ivrea/",
        "/en/citta/torino/",
        "/en/aree/",
        "/en/aree/energia/",
        "/en/cerca/?q=led",
        "/en/protocolli/",
        "/en/protocolli/prova/",
        "/en/protocolli/prova/aderisci/",
        "/en/protocolli/prova/aderisci/inviata/",
        "/en/accesso/",
        "/en/accesso/password/dimenticata/",
        "/en/accessibilita/",
        "/en/privacy/",
        "/en/note-legali/",
        "/en/assistenza/",
        "/en/domande-frequenti/",
        "/en/per-i-comuni/",
        "/en/mappa-del-sito/",
        "/en/dati/",
    )
    assert pages == {}


def test_pages_of_an_office_are_in_english(client, country):
    client.force_login(country["officer"])
    draft = f"/en/area-riservata/progetti/{country['draft'].code}/"
    steps = [f"{draft}{step.slug}/" for step in STEPS]
    pages = italian_on(
        client,
        "/en/area-riservata/",
        "/en/area-riservata/progetti/nuovo/",
        "/en/area-riservata/ente/",
        "/en/area-riservata/ente/chiavi/",
        draft,
        f"{draft}anteprima/",
        f"/en/area-riservata/progetti/{country['sent'].code}/",
        *steps,
    )
    assert pages == {}


def test_pages_of_the_desk_are_in_english(client, country):
    client.force_login(country["reviewer"])
    pages = italian_on(
        client,
        "/en/redazione/",
        "/en/redazione/?stato=published",
        f"/en/redazione/schede/{country['sent'].code}/",
        f"/en/redazione/schede/{country['card'].record.code}/",
        "/en/redazione/adesioni/",
        f"/en/redazione/adesioni/{country['adhesion'].pk}/",
    )
    assert pages == {}


def test_errors_of_a_form_are_in_english(client, country):
    response = client.post("/en/protocolli/prova/aderisci/", {"municipality": "Samone"})
    assert response.status_code == 422
    assert [text for text in said(response).found if ITALIAN.search(SAME.sub("", text))] == []


def test_missing_page_answers_in_english(client, db):
    response = client.get("/en/progetti/non-esiste/")
    assert response.status_code == 404
    assert said(response).language == "en"
    assert "This page does not exist" in response.content.decode()


def test_card_with_english_words_shows_them(client, db):
    places = builders.piedmont()
    officer, reviewer = builders.officer(places["ivrea"]), builders.reviewer()
    english = {"title_en": "LED street lighting", "summary_en": "Lamps replaced with LEDs."}
    slug = builders.published(officer, reviewer, places["ivrea"], **english).slug
    page = flat(client.get(f"/en/progetti/{slug}/").content)
    assert "<h1>LED street lighting</h1>" in page
    assert "Lamps replaced with LEDs." in page
    assert 'lang="it">LED street lighting' not in page
    assert "LED street lighting</a></h3>" in flat(client.get("/en/progetti/").content)
    italian = flat(client.get(f"/progetti/{slug}/").content)
    assert "<h1>Illuminazione pubblica a LED</h1>" in italian
    assert 'lang="it"' not in italian.partition("<body")[2]


def test_card_without_english_words_says_that_they_are_italian(client, country):
    page = flat(client.get(f"/en/progetti/{country['card'].slug}/").content)
    assert '<h1 lang="it">Illuminazione pubblica a LED</h1>' in page
    assert '<p lang="it">La gara unica con i vicini.</p>' in page


def test_numbers_and_days_are_those_of_the_language(client, country):
    slug = country["card"].slug
    english = flat(client.get(f"/en/progetti/{slug}/").content)
    italian = flat(client.get(f"/progetti/{slug}/").content)
    published = timezone.localtime(country["card"].published_at)
    with override("en"):
        day = date_format(published, "j F Y")
    assert "€14,000,000" in english
    assert "14.000.000\u00a0€" in italian
    assert f">{day}</time>" in english


def test_language_link_keeps_the_page_and_its_query(client, country):
    page = flat(client.get("/en/progetti/?area=energia&ordina=titolo").content)
    assert 'href="/progetti/?area=energia&amp;ordina=titolo" hreflang="it"' in page
    page = flat(client.get("/progetti/?area=energia&ordina=titolo").content)
    assert 'href="/en/progetti/?area=energia&amp;ordina=titolo" hreflang="en"' in page


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_head_names_the_page_in_both_languages(client, country, prefix):
    path = f"/progetti/{country['card'].slug}/"
    page = flat(client.get(f"{prefix}{path}").content)
    assert f'<link rel="canonical" href="{settings.SITE_URL}{prefix}{path}">' in page
    other = "/en" if not prefix else ""
    code = "en" if not prefix else "it"
    assert f'<link rel="alternate" hreflang="{code}" href="{settings.SITE_URL}{other}{path}">' in page


@pytest.mark.parametrize("amount", ["14000", "1250000.50", "12.5", "0"])
def test_amount_survives_an_english_form(amount):
    with override("en"):
        field = EuroField()
        assert field.clean(field.prepare_value(Decimal(amount))) == Decimal(amount)


def test_comma_before_three_digits_is_read_in_english_alone():
    with override("en"):
        assert parse_euro("€14,000") == 14_000
    with pytest.raises(ValueError):
        parse_euro("14,000")
