"""Figures of the desk: counted, never written; the same number of queries for one card and for three."""

import uuid
from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cards.models import Edition, Record
from cards.search import readiness
from lib import chart_table
from lib.audit import Entry, record
from municipalities.actions import body_subject
from observatory.desk import dashboard_tables
from projects import actions, publishing, reviewing
from projects import completeness as completeness_
from projects.completeness import completeness
from projects.desk import tables
from projects.desk.review_queue import last_overdue_day, queue_counts, response_days
from projects.models import Project, Submission
from protocols.models import Adhesion, Protocol
from tests import builders
from tests.html import flat

pytestmark = pytest.mark.django_db
DASHBOARD, REGISTER = reverse("desk:dashboard"), reverse("desk:register")


@pytest.fixture
def desk(client):
    user = builders.reviewer()
    client.force_login(user)
    return user


def test_working_days_decide_what_is_late():
    # sent on Tuesday 3 November, due on Tuesday 17: late from the 18th
    assert last_overdue_day(date(2026, 11, 18)) == date(2026, 11, 3)
    assert last_overdue_day(date(2026, 11, 19)) == date(2026, 11, 4)


def test_queue_counts(client, desk, office, municipalities):
    late = builders.draft(office, municipalities["torino"])
    actions.submit(late, by=office, idempotency_key=uuid.uuid4())
    day = timezone.localdate() - timedelta(days=40)
    noon = timezone.make_aware(datetime(day.year, day.month, day.day, 12))
    Submission.objects.update(submitted_at=noon)
    builders.published(office, desk, municipalities["torino"], title="Altro")
    Submission.objects.filter(project__title="Altro").update(submitted_at=timezone.now() - timedelta(days=4))
    found = queue_counts()
    assert {key: found[key] for key in ("waiting", "overdue", "in_review", "answers", "public")} == {
        "waiting": 1,
        "overdue": 1,
        "in_review": 0,
        "answers": 0,
        "public": 1,
    }
    assert found["response_days"] == 4.0
    page = " ".join(client.get(reverse("desk:home")).content.decode().split())
    assert "40 giorni, in ritardo" in page
    assert "1 oltre i 10 giorni lavorativi" in page


def test_no_decision_has_no_response_time(desk):
    assert response_days(since=date(2020, 1, 1)) is None


def test_who_waits_for_whom(client, desk, office, municipalities):
    asked = builders.draft(office, municipalities["torino"], title="Chiesta")
    actions.submit(asked, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(asked, by=desk)
    reviewing.request_changes(asked, by=desk, message="Completa")
    mine = builders.draft(office, municipalities["torino"], title="Presa")
    actions.submit(mine, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(mine, by=desk)

    def titles(**query):
        page = client.get(reverse("desk:home"), query)
        return [row["project"].title for row in page.context["rows"]]

    assert titles() == ["Presa"]
    assert titles(attesa="ente") == ["Chiesta"]
    assert titles(attesa="mie") == ["Presa"]
    assert titles(attesa="tutte", ordina="titolo") == ["Chiesta", "Presa"]
    assert titles(q="chie") == ["Chiesta"]
    actions.submit(asked, by=office, idempotency_key=uuid.uuid4())
    assert "Risposta ricevuta" in client.get(reverse("desk:home")).content.decode()


def test_empty_queue_says_so(client, desk):
    assert "Nessuna scheda da esaminare" in client.get(reverse("desk:home")).content.decode()


def test_readiness_names_what_is_missing(client, desk, office, municipalities):
    builders.published(office, desk, municipalities["torino"], solution="Così")
    builders.published(
        office, desk, municipalities["torino"], title="Orti", total_cost=None, cost_unknown=True
    )
    found = readiness.readiness()
    assert (found["total"], found["ready"], found["share"]) == (2, 1, 50)
    assert [(gap["key"], gap["count"]) for gap in found["gaps"]] == [("costo", 1), ("soluzione", 1)]
    page = client.get(reverse("desk:home"), {"manca": "costo"})
    assert [row["project"].title for row in page.context["rows"]] == ["Orti"]


def test_municipalities_reached_are_counted(desk, office, municipalities):
    card = builders.published(office, desk, municipalities["torino"])
    found = dashboard_tables.headline()
    # Torino, Ivrea, Samone and Val di Chy; Alice Superiore is no more, the other Samone is elsewhere
    assert (found["cards"], found["municipalities"], found["reached"]) == (1, 4, 1)
    assert (found["cost"], found["untold"], found["reports"]) == (14_000_000, 0, 0)
    publishing.withdraw(card, by=desk, reason="Errore")
    assert dashboard_tables.headline()["reached"] == 0


@pytest.mark.parametrize("fields", [{}, {"solution": "Così", "technologies": []}, {"total_cost": None}])
def test_completeness_in_the_database_is_that_of_the_card(office, municipalities, fields):
    project = builders.draft(office, municipalities["torino"], **fields)
    weight = Project.objects.annotate(w=tables.completeness_weight()).get().w
    whole = 2 * len(completeness_.REQUIRED) + len(completeness_.WORTH_ADDING)
    assert round(100 * weight / whole) == completeness(project)


def test_age_counts_from_the_last_confirmation(desk, office, municipalities):
    card = builders.published(office, desk, municipalities["torino"])
    Edition.objects.update(published_at=timezone.now() - timedelta(days=400))
    assert [row[1] for row in dashboard_tables.by_age().rows] == [0, 0, 0, 1]
    Record.objects.filter(pk=card.record_id).update(confirmed_at=timezone.now() - timedelta(days=100))
    assert [row[1] for row in dashboard_tables.by_age().rows] == [0, 1, 0, 0]


def test_months_go_back_over_the_year():
    assert chart_table.last_months(3, date(2026, 1, 31)) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


def test_tables_are_files_too(client, desk, office, municipalities):
    builders.published(office, desk, municipalities["torino"])
    lines = client.get(reverse("desk:dashboard-file", args=["aree"])).content.decode().splitlines()
    assert lines[:3] == [
        "Area principale,Progetti,Costo comunicato,Senza costo",
        "Ambiente,0,,0",
        "Energia,1,14000000.00,0",
    ]
    for key in dashboard_tables.TABLES:
        assert client.get(reverse("desk:dashboard-file", args=[key])).status_code == 200
    assert client.get(reverse("desk:dashboard-file", args=["altro"])).status_code == 404


def test_number_of_queries_does_not_grow(client, desk, office, municipalities, django_assert_num_queries):
    builders.published(office, desk, municipalities["torino"])
    client.get(DASHBOARD)  # the index of cards is read anew after each publication, once for each process
    with django_assert_num_queries(QUERIES_OF_DASHBOARD):
        client.get(DASHBOARD)
    for title in ("Orti", "Biblioteca"):
        builders.published(office, desk, municipalities["ivrea"], title=title)
    client.get(DASHBOARD)  # the index of cards is read anew after each publication, once for each process
    with django_assert_num_queries(QUERIES_OF_DASHBOARD):
        client.get(DASHBOARD)
    with django_assert_num_queries(QUERIES_OF_REGISTER):
        client.get(REGISTER)


# session, user, roles, names of bodies; four of the menu; the figures, their map and the cards' index
QUERIES_OF_DASHBOARD = 26
# session, user, roles, names; one count, one page; four of the menu
QUERIES_OF_REGISTER = 9


def test_body_that_asked_twice_counts_once(desk, municipalities):
    protocol = Protocol.objects.create(slug="p", title="P", promoter="X")
    for status, more in (
        ("received", {}),
        ("accepted", {"organisation": builders.body_of_municipality(municipalities["ivrea"])}),
    ):
        if status == "accepted":
            more |= {"decided_at": timezone.now(), "decided_by": desk}
        Adhesion.objects.create(
            protocol=protocol,
            kind="municipality",
            municipality=municipalities["ivrea"],
            office="X",
            officer_name="Y",
            email="y@example.org",
            status=status,
            **more,
        )
    assert dashboard_tables._adhesion_states(dashboard_tables.home_municipalities()) == {
        municipalities["ivrea"].pk: "accepted"
    }
    assert dashboard_tables.adhesions_by_month(1).rows == [
        [chart_table.month_name(timezone.localdate()), 2, 1]
    ]


def test_register_tells_who_what_when(client, desk, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    record("invite", by=office, on=body_subject(project.owner), person=desk)
    rows = client.get(REGISTER).context["page"].object_list
    assert [row.verb for row in rows] == ["invite", "submit", "create"]
    assert (rows[0].title, rows[0].person) == (project.owner.name, desk)
    assert (rows[1].code, rows[1].has_page) == (project.code, True)

    def verbs(**query):
        return [row.verb for row in client.get(REGISTER, query).context["page"].object_list]

    assert verbs(cosa="submit") == ["submit"]
    assert verbs(chi="redazione") == []
    assert verbs(scheda=project.code) == ["submit", "create"]
    assert verbs(dal="2999-01-01") == []
    assert verbs(dal="1/1/2020", al="31.12.2998", cosa="invite") == ["invite"]
    assert verbs(dal="ieri", cosa="boh") == ["invite", "submit", "create"]


def test_register_with_an_invalid_date_shows_its_error_and_keeps_it(client, desk):
    page = client.get(REGISTER, {"dal": "31/2/2026", "al": "2026-03-01"})
    assert page.context["wrong"] == {"dal": "Scrivi la data come giorno/mese/anno, per esempio 1/3/2026"}
    text = flat(page.content)
    assert 'value="31/2/2026"' in text
    assert 'aria-describedby="day-hint id_dal_error" aria-invalid="true"' in text
    assert "Errore: Registro attività | Osservatorio Smart City</title>" in text


def test_register_has_pages(client, desk):
    Entry.objects.bulk_create([Entry(verb="invite", by=desk) for _n in range(51)])
    assert len(client.get(REGISTER, {"pagina": 2}).context["page"].object_list) == 1


@pytest.mark.parametrize("address", [DASHBOARD, REGISTER, "/redazione/cruscotto/aree.csv"])
def test_wrong_roles(client, office, address):
    assert client.get(address).status_code == 302
    client.force_login(office)
    assert client.get(address).status_code == 403


def test_median_of_review_times(desk, office, municipalities):
    for days in (2, 4, 12):
        project = builders.draft(office, municipalities["torino"], title=f"Progetto {days}")
        sent = actions.submit(project, by=office, idempotency_key=uuid.uuid4())
        reviewing.take(project, by=desk)
        reviewing.request_changes(project, by=desk, message="x")
        end = timezone.make_aware(datetime(2026, 11, 20))
        Submission.objects.filter(pk=sent.pk).update(submitted_at=end - timedelta(days=days), decided_at=end)
    assert [4.0, 3] in [row[1:] for row in tables.review_times(240).rows]
