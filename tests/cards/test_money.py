"""Money goes to its promoter, a programme and its parts count once, a sum says how many cards it counts."""

from decimal import Decimal

import pytest

from cards.models import Edition
from cards.search.totals import cost_sums, included, own_cards, whole_sum
from municipalities.actions import open_body
from projects.models import Project
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def publish(country):
    desk = builders.reviewer()
    office = builders.officer(country["torino"])

    def published(title: str, cost, *, promoter=None, **fields):
        project = builders.draft(
            office, country["torino"], title=title, total_cost=cost, cost_unknown=cost is None, **fields
        )
        if promoter:
            Project.objects.filter(pk=project.pk).update(promoter=promoter)
        return builders.publish_draft(Project.objects.get(pk=project.pk), office, desk)

    return published


@pytest.fixture
def metropolitan_city(country):
    return open_body(kind="public_body", name="Città metropolitana di Torino", territory=country["torino"])


def test_project_of_another_body_is_not_money_of_the_municipality(client, publish, metropolitan_city):
    publish("Lampioni", 14_000_000)
    publish("Ponte", 93_000_000, promoter=metropolitan_city)
    publish("Piazza", None)
    own = cost_sums(own_cards("L219"))
    assert own == {"cards": 2, "known": 1, "cost": Decimal(14_000_000)}
    page = client.get("/citta/torino/").content.decode()
    assert "14.000.000" in page
    assert "107.000.000" not in page
    assert "1 scheda su 2 dice il costo" in page


def test_programme_and_parts_count_once_at_any_depth(publish, metropolitan_city):
    programme = publish("Programma", 10_000_000, promoter=metropolitan_city)
    lot = publish("Lotto", 5_000_000, promoter=metropolitan_city, part_of=programme.code)
    publish("Cantiere", 1_000_000, promoter=metropolitan_city, part_of=lot.code)
    publish("Altro", 300)
    cards = Edition.objects.current()
    assert cost_sums(cards) == {"cards": 4, "known": 4, "cost": Decimal(10_000_300)}
    assert whole_sum("one version") == {"cards": 4, "known": 4, "cost": Decimal(10_000_300)}


def test_part_counts_where_its_programme_does_not(publish, metropolitan_city):
    programme = publish("Programma", 10_000_000, promoter=metropolitan_city)
    publish("Lotto del Comune", 5_000_000, part_of=programme.code)
    assert cost_sums(own_cards("L219"))["cost"] == Decimal(5_000_000)


def test_part_counts_where_the_cost_of_its_programme_is_not_known(publish):
    programme = publish("Programma", None)
    publish("Lotto", 5_000_000, part_of=programme.code)
    assert cost_sums(Edition.objects.current()) == {"cards": 2, "known": 1, "cost": Decimal(5_000_000)}


def test_a_circle_of_parts_ends():
    assert included({"a": "b", "b": "a"}, {"c"}) == set()


def test_programme_is_named_by_code_address_or_title(client, country, publish):
    programme = publish("Programma casa", 10_000_000)
    office = builders.person("altro@example.org", (Project.objects.get().owner, "officer"))
    project = builders.draft(office, country["torino"], title="Lotto")
    client.force_login(office)
    step = f"/area-riservata/progetti/{project.code}/progetto/"

    def typed(text):
        project.refresh_from_db()
        client.post(step, {"title": "Lotto", "part_of": text, "version": project.version})
        return Project.objects.get(pk=project.pk).part_of

    for text in (programme.code, programme.code.lower(), f"/progetti/{programme.slug}/", "programma CASA"):
        assert typed(text) == programme.code
        assert typed("") == ""
    assert typed("TO-1999-0001") == ""
