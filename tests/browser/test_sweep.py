"""Every kind of page, both languages, three widths: accessible, quiet, within the screen, well headed."""

import uuid
from itertools import pairwise

import pytest
from django.utils import timezone

from cards.models import Edition
from cities import actions as city_actions
from feedback import actions as feedback_actions
from feedback.models import ErrorReport
from projects.models import FundingLine, Indicator, Milestone
from protocols.models import Protocol
from reuse.actions import assessing
from reuse.criteria import KEYS
from tests import builders
from tests.browser.conftest import DESKTOP, MOBILE
from tests.browser.steps import sign_in

NARROW = {"width": 320, "height": 800}
PUBLIC = """/ /progetti/ /progetti/?vista=tabella&area=energia /progetti/?vista=mappa /progetti/?q=zzzzqqqq
/progetti/?area=niente&costo_da=molto /progetti/{slug}/ /progetti/{slug}/versioni/
/progetti/{slug}/versioni/1/
/progetti/{slug}/versioni/1/confronta/2/ /progetti/{slug}/adatto/ /progetti/{slug}/adatto/?comune=ivrea
/progetti/{slug}/stima/ /progetti/{slug}/stima/?comune=ivrea /progetti/{slug}/segnala/ /adatti/
/adatti/?comune=zzzz /citta/ivrea/adatti/ /confronta/ /confronta/?p={slug}&p={other}
/confronta/?p={slug}&p={other}&solo=differenze /citta/ /citta/?q=zzzz /citta/torino/ /citta/ivrea/
/confronta/citta/ /confronta/citta/?a=torino&b=ivrea
/confronta/citta/?a=torino&b=niente /aree/ /aree/energia/ /aree/economia/ /replicabilita/
/mappa/ /cerca/ /cerca/?q=lampioni /statistiche/ /metodo/ /assistenza/ /domande-frequenti/ /per-i-comuni/
/privacy/ /note-legali/ /accessibilita/ /accessibilita/segnala/ /mappa-del-sito/ /protocolli/
/protocolli/torino/ /segnalazioni/{report}/ /dati/ /progetti/{slug}/riusa/"""
MISSING = {"/niente/": 404, "/progetti/niente/": 404, "/citta/niente/": 404, "/progetti/{gone}/": 410}
# These hold a form that changes something: they may set the cookie of CSRF.
DOORS = """/segui/?progetto={slug} /segui/scrivi/
/protocolli/torino/aderisci/ /accesso/ /accesso/registrazione/ /accesso/password/dimenticata/
/accesso/password/dimenticata/inviata/ /accesso/sospeso/ /accesso/password/scelta/"""
OFFICE = """/area-riservata/ /area-riservata/progetti/nuovo/ /area-riservata/cestino/
/area-riservata/ente/ /area-riservata/citta/torino/ /area-riservata/progetti/{code}/
/area-riservata/progetti/{code}/anteprima/ /area-riservata/progetti/{code}/duplica/
/area-riservata/progetti/{code}/elimina/ /area-riservata/progetti/{code}/progetto/
/area-riservata/progetti/{code}/territorio/ /area-riservata/progetti/{code}/risorse/
/area-riservata/progetti/{code}/risultati/ /area-riservata/progetti/{code}/documenti/
/area-riservata/progetti/{code}/riepilogo/ /area-riservata/progetti/{public}/
/area-riservata/progetti/{public}/replicabilita/ /accesso/email/ /accesso/password/cambia/
/area-riservata/riuso/ /accesso/esci/"""
DESK = """/redazione/ /redazione/schede/?q=zzzz /redazione/schede/{sent}/
/redazione/schede/{public}/ /redazione/adesioni/ /redazione/replicabilita/ /redazione/replicabilita/{public}/
/redazione/segnalazioni/ /redazione/segnalazioni/{report_pk}/ /redazione/valutazioni/
/redazione/citta/ /redazione/cruscotto/ /redazione/registro/ /redazione/esportazioni/ /redazione/enti/
/redazione/riuso/"""
FACTS = """() => ({
  title: document.title, lang: document.documentElement.lang, main: document.querySelectorAll("main").length,
  headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => Number(h.tagName[1])),
  described: document.querySelector("meta[name=description]")?.content.length > 0,
})"""


@pytest.fixture
def names(transactional_db):
    """One of everything the pages can show; the words that fill the addresses."""
    places = builders.piedmont()
    builders.squares()
    office, desk = builders.officer(places["torino"]), builders.reviewer()
    Protocol.objects.create(
        slug="torino",
        title="Smart city metropolitana",
        summary="Un accordo di prova.",
        promoter="Città di Torino",
        admitted_kinds=["municipality", "company"],
        published_at=timezone.now(),
    )
    card, other = _full_card(office, desk, places["torino"]), _card(office, desk, places, "Piste ciclabili")
    gone = _card(office, desk, places, "Un progetto ritirato")
    builders.publishing.withdraw(gone, by=desk, reason="Scheda doppia.")
    sent = builders.draft(office, places["torino"], title="Orti urbani")
    builders.actions.submit(sent, by=office, idempotency_key=sent.idempotency_key)
    report = _report(card)
    _write_city(office, places["torino"])
    return {
        "slug": card.slug,
        "public": card.code,
        "other": other.slug,
        "gone": gone.slug,
        "sent": sent.code,
        "code": builders.draft(office, places["torino"], title="Una bozza").code,
        "report": report.token,
        "report_pk": report.pk,
    }


def _card(office, desk, places, title: str) -> Edition:
    return builders.published(office, desk, places["torino"], title=title, primary_area="mobility")


def _full_card(office, desk, municipality) -> Edition:
    project = builders.draft(office, municipality, start_planned="2018-05", start_actual="2019-01")
    FundingLine.objects.create(project=project, source="eu", programme="FESR", amount=9_000_000)
    Milestone.objects.create(project=project, title="Collaudo", date="2021-03", is_done=True)
    Indicator.objects.create(
        project=project, name="Consumo", unit="MWh", baseline=1000, value=640, target=400
    )
    card = builders.publish_draft(project, office, desk)
    body = desk.memberships.get().organisation
    draft = assessing.open_assessment(card.record, by=desk, rater="observatory", organisation=body)
    rating = {"value": 4, "motive": "Si rifà.", "evidence_url": "", "evidence_document": None}
    assessing.complete_assessment(
        draft, by=desk, revision=draft.revision, ratings=dict.fromkeys(KEYS, rating)
    )
    project = builders.actions.revise(builders.project_of(card), by=office)
    project = builders.actions.save_draft(
        project, by=office, version=project.version, changes={"summary": "Lampioni a LED in tutta la città."}
    )
    return builders.publish_draft(project, office, desk)


def _report(card) -> ErrorReport:
    return feedback_actions.report_error(
        card=card, idempotency_key=uuid.uuid4(), topic="facts", text="Il costo è un altro."
    )


def _write_city(office, municipality) -> None:
    city_actions.write_city(
        municipality,
        by=office,
        needs=[{"title": "Sensori per il verde", "text": "Entro il 2027", "area": "environment"}],
        summary="Una città che misura.",
        strategy="La strategia.",
        strategy_url="https://example.org/piano.pdf",
        governance="Assessorato",
        office="Ufficio innovazione",
        email="ufficio@example.org",
        featured=[],
    )


class Sweep:
    """Goes through pages with one browser page and keeps what is wrong, so that one run tells it all."""

    def __init__(self, page, check_accessibility, names: dict):
        self.page, self.check, self.names = page, check_accessibility, names
        self.problems, self.titles = [], {}

    def go(self, path: str, *, prefix: str = "", status: int = 200, widths=(DESKTOP, MOBILE)) -> None:
        path = prefix + path.format(**self.names)
        self.page.set_viewport_size(DESKTOP)
        answer = self.page.goto(path)
        if answer.status != status:
            self.problems.append(f"{path}: {answer.status}")
            return
        if status == 200:
            self._look(path, "en" if prefix else "it")
        for width in widths:
            self.page.set_viewport_size(width)
            self._axe(path, width["width"])
        self.page.set_viewport_size(NARROW)
        if (wide := self.page.evaluate("document.documentElement.scrollWidth")) > NARROW["width"]:
            self.problems.append(f"{path}: {wide} px wide on a screen of 320")

    def _look(self, path: str, language: str) -> None:
        facts = self.page.evaluate(FACTS)
        levels = facts["headings"]
        gaps = [pair for pair in pairwise(levels) if pair[1] > pair[0] + 1]
        wrong = {
            "language": facts["lang"] != language,
            "h1": levels.count(1) != 1,
            "main": facts["main"] != 1,
            f"heading gaps {gaps}": bool(gaps),
            "description": not facts["described"],
        }
        self.problems += [f"{path}: {name}" for name, is_wrong in wrong.items() if is_wrong]
        # A page asked for in another way is the same page.
        if "?" not in path:
            self.titles.setdefault(facts["title"], []).append(path)

    def _axe(self, path: str, width: int) -> None:
        try:
            self.check(self.page)
        except AssertionError as found:
            self.problems.append(f"{path} at {width} px: {found}")

    def end(self) -> None:
        self.problems += [f"one title for {paths}" for paths in self.titles.values() if len(paths) > 1]
        assert self.problems == [], "\n".join(self.problems)


@pytest.fixture
def sweep(names, open_page, check_accessibility):
    def begin(user: str = ""):
        page = open_page(viewport=DESKTOP)
        if user:
            sign_in(page, user)
        return Sweep(page, check_accessibility, names)

    return begin


def test_public_pages(sweep):
    visit = sweep()
    for path in PUBLIC.split():
        visit.go(path)
    for path, status in MISSING.items():
        visit.go(path, status=status)
    assert visit.page.context.cookies() == []
    for path in DOORS.split():
        visit.go(path)
    visit.end()


def test_public_pages_in_english(sweep):
    visit = sweep()
    for path in PUBLIC.split():
        visit.go(path, prefix="/en", widths=(MOBILE,))
    assert visit.page.context.cookies() == []
    for path in DOORS.split():
        visit.go(path, prefix="/en", widths=(MOBILE,))
    visit.end()


@pytest.mark.parametrize("prefix", ["", "/en"], ids=["italian", "english"])
@pytest.mark.parametrize(
    ("user", "paths"),
    [("referente@example.org", OFFICE), ("redazione@example.org", DESK)],
    ids=["office", "desk"],
)
def test_reserved_pages(sweep, user, paths, prefix):
    visit = sweep(user)
    for path in paths.split():
        # In English the same templates: what words can break is the width and the headings.
        visit.go(path, prefix=prefix, widths=() if prefix else (DESKTOP, MOBILE))
    visit.end()
