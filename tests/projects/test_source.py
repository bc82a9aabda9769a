"""The source of an edition (projects.source.collect) has the values and types of the models."""

from datetime import datetime
from decimal import Decimal
from threading import Thread

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from cards.document.shape import OWN_FIELDS
from projects.models import Document, Project
from projects.source import collect
from tests import builders

pytestmark = pytest.mark.django_db
NOON = datetime.fromisoformat("2026-01-01T12:00:00+00:00")
POINT = {"latitude": Decimal("45.07000"), "longitude": Decimal("7.68000")}
ROWS = {
    "identifiers": {"scheme": "cup", "value": "C11B19000050006"},
    "milestones": {"title": "Avvio", "date": "2024-05", "is_done": True},
    "partners": {"name": "Consorzio", "role": "supplier"},
    "funding_lines": {"source": "eu", "programme": "FESR", "amount": Decimal("1000.50")},
    "reuse_costs": {"line": "training", "amount": Decimal("10.00"), "driver": "fixed", "is_yearly": False},
    "indicators": {
        "name": "Utenti",
        "baseline": None,
        "target": Decimal("12.5000"),
        "value": Decimal("3.0000"),
    },
    "sources": {"url": "https://www.example.org/fonte", "title": "Fonte"},
}


@pytest.fixture
def two(office, municipalities):
    """A project with a row of each kind, and one with none."""
    whole = builders.draft(office, municipalities["torino"], technologies=["LED"], **POINT)
    whole.contact_email, whole.contact_is_public = "ufficio@example.org", True
    whole.save()
    whole.other_municipalities.set([municipalities["ivrea"], municipalities["torino"]])
    for name, values in ROWS.items():
        getattr(whole, name).create(**values)
    Document.objects.create(project=whole, type="other", title="Atto", url="https://www.example.org/atto")
    gone = Document.objects.create(
        project=whole, type="other", title="Via", url="https://www.example.org/via"
    )
    Document.objects.filter(pk=gone.pk).update(removed_at=NOON)
    return [Project.objects.get(pk=whole.pk), builders.draft(office, municipalities["ivrea"])]


def test_source_has_the_values_of_the_models(two):
    whole, bare = two
    for project in (whole, bare, whole):
        source = collect(project.pk)
        stored = Project.objects.get(pk=project.pk)
        assert {name: source[name] for name in OWN_FIELDS} == {n: getattr(stored, n) for n in OWN_FIELDS}
        assert [type(source[name]) for name in OWN_FIELDS] == [type(getattr(stored, n)) for n in OWN_FIELDS]
        assert source["lead_municipality"] == project.lead_municipality.code
        promoter = project.promoter
        assert source["promoter"] == {
            "slug": promoter.slug,
            "name": promoter.name,
            "kind": promoter.kind,
            "municipality": promoter.territory.code,
        }


def test_rows_are_those_of_the_project_with_their_types(two):
    source = collect(two[0].pk)
    for name, values in ROWS.items():
        (row,) = source[name]
        assert {key: row[key] for key in values} == values
        assert [type(row[key]) for key in values] == [type(value) for value in values.values()]
    assert source["other_municipalities"] == ["E379", "L219"]
    assert source["contact_email"] == "ufficio@example.org"
    assert [document["title"] for document in source["documents"]] == ["Atto"]
    bare = collect(two[1].pk)
    assert [bare[name] for name in (*ROWS, "documents", "other_municipalities")] == [[]] * 9


def test_source_of_a_project_without_promoter_and_municipality(two):
    Project.objects.filter(pk=two[1].pk).update(lead_municipality=None, promoter=None)
    source = collect(two[1].pk)
    assert (source["lead_municipality"], source["promoter"]) == (None, None)


def test_missing_project_raises(db):
    with pytest.raises(Project.DoesNotExist):
        collect(123_456)


def test_project_without_rows_is_collected_by_two_queries(two):
    collect(two[1].pk)
    with CaptureQueriesContext(connection) as asked:
        collect(two[1].pk)
    assert len(asked) == 2


needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL alone does so")


@needs_postgresql
@pytest.mark.django_db(transaction=True)
def test_locked_project_cannot_be_locked_by_another_transaction(office, municipalities):
    project, refused = builders.draft(office, municipalities["torino"]), []

    def other():
        try:
            with transaction.atomic():
                Project.objects.select_for_update(nowait=True).get(pk=project.pk)
        except DatabaseError as error:
            refused.append(error)
        finally:
            connections.close_all()

    with transaction.atomic():
        assert collect(project.pk, is_locked=True)["code"] == project.code
        thread = Thread(target=other)
        thread.start()
        thread.join(20)
    assert "could not obtain lock" in str(refused[0])
