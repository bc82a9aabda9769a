"""CARD_EXTENSIONS: what a feature adds to cards, in the transaction that publishes or withdraws them."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import orjson
import pytest
from django.db import transaction
from django.template import engines

from cards import extensions, issuing
from cards.extensions import Action, CardExtension, CardPage, Issue, Section
from cards.models import Edition, File, IndexLog, IndexVersion, Record
from cards.search.query import ProjectQuery, find
from cards.vocabulary import bands
from tests.cards import builders

pytestmark = pytest.mark.django_db
MODULE = "tests.cards.test_extensions"


class Recording(CardExtension):
    """Writes down each call; returns or raises what the test sets."""

    facets: ClassVar[Mapping[str, list[str]]] = {}
    error: ClassVar[Exception | None] = None
    calls: ClassVar[list[tuple]] = []

    def issued(self, issue: Issue) -> Mapping[str, list[str]]:
        # The edition is stored, and the index does not hold it yet.
        is_stored = Edition.objects.current().filter(pk=issue.edition_id).exists()
        is_indexed = issue.edition_id in found()
        self.calls.append(("issued", issue.record_id, issue.number, is_stored, is_indexed))
        if self.error:
            raise self.error
        return self.facets

    def withdrawn(self, record_id: int) -> None:
        self.calls.append(("withdrawn", record_id))
        if self.error:
            raise self.error

    def actions(self, page: CardPage) -> Sequence[Action]:
        return [Action("button.html", place="button"), Action("link.html")]

    def sections(self, page: CardPage) -> Sequence[Section]:
        self.calls.append(("sections", page.record_id, page.document["title"], page.is_current))
        return [Section("prestito", "Prestito di attrezzi", "section.html", {"tools": 7})]

    def blocks(self, page: CardPage) -> Sequence[tuple[str, list[dict]]]:
        self.calls.append(("blocks", page.address))
        return [("Prestito di attrezzi", [{"kind": "note", "text": "Sette attrezzi"}])]


class Second(CardExtension):
    """Stands after Recording in the setting."""

    def issued(self, issue: Issue) -> Mapping[str, list[str]]:
        Recording.calls.append(("second", issue.record_id))
        return {"adopted": ["yes"]}


@pytest.fixture(autouse=True)
def extension(settings, monkeypatch):
    """CARD_EXTENSIONS with Recording alone; gives its class, whose attributes a test sets."""
    settings.CARD_EXTENSIONS = [f"{MODULE}.Recording"]
    for name, value in (("facets", {}), ("error", None), ("calls", [])):
        monkeypatch.setattr(Recording, name, value)
    extensions.extensions.cache_clear()
    yield Recording
    extensions.extensions.cache_clear()


@pytest.fixture
def record(municipalities) -> Record:
    return builders.record(municipalities["torino"])


def found(**facets: str) -> list[int]:
    return list(find(ProjectQuery(facets={name: (value,) for name, value in facets.items()})).ids())


def test_issued_is_called_between_edition_and_index(record, extension):
    builders.issue(record)
    builders.issue(record)
    assert extension.calls == [("issued", record.pk, 1, True, False), ("issued", record.pk, 2, True, False)]


def test_extensions_are_called_in_the_order_of_the_setting(record, extension, settings):
    settings.CARD_EXTENSIONS = [f"{MODULE}.Recording", f"{MODULE}.Second"]
    extensions.extensions.cache_clear()
    extension.facets = {"replicability_band": ["high"]}
    edition = builders.issue(record)
    assert [call[0] for call in extension.calls] == ["issued", "second"]
    assert orjson.loads(edition.live_values) == [["adopted", "yes"], ["replicability_band", "high"]]


def test_values_of_issued_reach_the_index_in_one_version(record, extension):
    extension.facets = {"replicability_band": ["high"]}
    edition = builders.issue(record)
    assert found(replicability_band="high") == [edition.pk]
    assert found(replicability_band=bands.IN_EVALUATION) == []
    assert IndexVersion.objects.get().number == IndexLog.objects.count() == 1


def test_values_pass_to_the_next_edition_until_they_are_replaced(record, extension):
    extension.facets = {"replicability_band": ["high"], "adopted": ["yes"]}
    builders.issue(record)
    extension.facets = {"replicability_band": ["low"]}
    second = builders.issue(record)
    assert (found(replicability_band="high"), found(replicability_band="low")) == ([], [second.pk])
    assert found(adopted="yes") == [second.pk]
    extension.facets = {"adopted": []}
    third = builders.issue(record)
    assert (found(adopted="yes"), found(replicability_band="low")) == ([], [third.pk])


def test_exception_of_issued_undoes_the_publication(record, extension):
    extension.error = RuntimeError("unavailable")
    with pytest.raises(RuntimeError, match="unavailable"), transaction.atomic():
        builders.issue(record, {1: "a.pdf"})
    record.refresh_from_db()
    assert (record.slug, Edition.objects.count(), File.objects.count()) == (None, 0, 0)
    assert (found(), IndexLog.objects.count()) == ([], 0)


def test_exception_of_issued_leaves_the_edition_before_current(record, extension):
    first = builders.issue(record)
    extension.error = RuntimeError("unavailable")
    with pytest.raises(RuntimeError), transaction.atomic():
        builders.issue(record, title="Orti e serre")
    assert list(Edition.objects.values_list("pk", "title", "is_current")) == [(first.pk, "Orti urbani", True)]
    assert found() == [first.pk]


def test_withdrawn_is_called_with_the_record(record, extension):
    edition = builders.issue(record)
    issuing.withdraw(edition, by=None, reason="Dati errati")
    assert extension.calls[-1] == ("withdrawn", record.pk)
    assert found() == []


def test_withdrawn_is_not_called_for_an_edition_that_is_not_current(record, extension):
    first = builders.issue(record)
    builders.issue(record)
    with pytest.raises(LookupError), transaction.atomic():
        issuing.withdraw(first, by=None, reason="Dati errati")
    assert [call[0] for call in extension.calls] == ["issued", "issued"]


def test_exception_of_withdrawn_undoes_the_withdrawal(record, extension):
    edition = builders.issue(record)
    extension.error = RuntimeError("unavailable")
    with pytest.raises(RuntimeError), transaction.atomic():
        issuing.withdraw(edition, by=None, reason="Dati errati")
    edition.refresh_from_db()
    assert (edition.is_current, edition.withdrawn_at, edition.withdrawal_reason) == (True, None, "")
    assert found() == [edition.pk]


@pytest.fixture
def templates(monkeypatch, tmp_path):
    """The templates that Recording names."""
    for name, text in {
        "button.html": "<button>Chiedi in prestito</button>",
        "link.html": "<a>Elenco degli attrezzi</a>",
        "section.html": "<p>{{ tools }} attrezzi</p>",
    }.items():
        (tmp_path / name).write_text(text, "utf-8")
    engine = engines["django"].engine
    monkeypatch.setattr(engine, "dirs", [*engine.dirs, tmp_path])


def test_page_of_a_card_holds_actions_and_sections(client, record, extension, templates):
    edition = builders.issue(record)
    response = client.get(f"/progetti/{edition.slug}/")
    context, body = response.context, response.content.decode()
    assert (context["buttons"], context["links"], context["tools"]) == (["button.html"], ["link.html"], 7)
    assert [(section.anchor, section.title) for section in context["sections"]] == [
        ("prestito", "Prestito di attrezzi")
    ]
    for text in ("Chiedi in prestito", "Elenco degli attrezzi", "<p>7 attrezzi</p>"):
        assert text in body
    assert extension.calls[-1] == ("sections", record.pk, "Orti urbani", True)


def test_page_of_an_earlier_edition_holds_sections_of_its_document(client, record, extension, templates):
    first = builders.issue(record)
    builders.issue(record, title="Orti e serre")
    body = client.get(f"/progetti/{first.slug}/versioni/1/").content.decode()
    assert extension.calls[-1] == ("sections", record.pk, "Orti urbani", False)
    assert "<p>7 attrezzi</p>" in body
    assert "Chiedi in prestito" not in body


def test_pdf_of_a_card_holds_the_blocks(client, record, extension, settings):
    edition = builders.issue(record)
    with_blocks = client.get(f"/progetti/{edition.slug}/scheda.pdf")
    assert with_blocks["Content-Type"] == "application/pdf"
    assert extension.calls[-1] == ("blocks", f"{settings.SITE_URL}/progetti/{edition.slug}/")
    settings.CARD_EXTENSIONS = []
    extensions.extensions.cache_clear()
    # The response to a further request would come from the cache: the next edition is rendered anew.
    builders.issue(record)
    without = client.get(f"/progetti/{edition.slug}/scheda.pdf")
    assert len(with_blocks.content) > len(without.content)
