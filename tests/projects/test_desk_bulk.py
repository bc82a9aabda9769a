"""Bulk actions of the desk: confirmation, one result for each card, idempotence."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from cards.models import Edition
from lib.audit import Entry
from projects import actions, publishing, reviewing
from projects.desk import bulk_actions
from projects.models import Identifier, Project, Reminder
from tests import builders

pytestmark = pytest.mark.django_db
CHOOSE, APPLY = reverse("desk:bulk"), reverse("desk:bulk-apply")


@pytest.fixture
def desk(client):
    user = builders.reviewer()
    client.force_login(user)
    return user


@pytest.fixture
def send(office, municipalities):
    def made(title, taken_by=None, **fields):
        project = builders.draft(office, municipalities["torino"], title=title, **fields)
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
        if taken_by:
            reviewing.take(project, by=taken_by)
        return Project.objects.get(pk=project.pk)

    return made


def post(client, url, verb, *projects, **more):
    return client.post(url, {"verb": verb, "scheda": [project.code for project in projects], **more})


def states(*projects):
    return [Project.objects.get(pk=project.pk).status for project in projects]


def test_bulk_action_waits_for_confirmation(client, desk, send):
    project = send("Lampioni nuovi")
    page = post(client, CHOOSE, "take", project).content.decode()
    assert "Lampioni nuovi" in page
    assert reverse("desk:bulk-apply") in page
    assert states(project) == ["submitted"]


def test_taking_several_twice_is_one_audit_entry_each(client, desk, send):
    one, two = send("Lampioni nuovi"), send("Orti di quartiere")
    assert post(client, APPLY, "take", one, two).content.decode().count("Presa in carico.") == 2
    assert post(client, APPLY, "take", one, two).content.decode().count("Era già in carico a te.") == 2
    assert Entry.objects.filter(verb="take").count() == 2


def test_one_that_fails_does_not_stop_the_others(client, desk, send):
    other = builders.reviewer("altra@example.org")
    ready = send("Lampioni nuovi", taken_by=desk)
    held = send("Orti di quartiere", taken_by=other)
    waiting = send("Biblioteca di notte")
    wrong = send("Sensori dell’aria", taken_by=desk)
    Identifier.objects.create(project=wrong, scheme="cup", value="C19")
    page = post(client, APPLY, "publish", ready, held, waiting, wrong).content.decode()
    assert states(ready, held, waiting, wrong) == ["published", "in_review", "submitted", "in_review"]
    assert "Pubblicata: edizione 1." in page
    assert "In carico a Altra" in page
    assert "Prendila in carico, poi pubblicala." in page
    assert "Il CUP ha 15 caratteri: questo ne ha 3" in page
    assert "Fatto per 1 scheda. 3 sono rimaste com’erano." in " ".join(page.split())


def test_publishing_twice_issues_one_edition(client, desk, send):
    project = send("Lampioni nuovi", taken_by=desk)
    post(client, APPLY, "publish", project)
    assert "Era già pubblica: edizione 1." in post(client, APPLY, "publish", project).content.decode()
    assert Edition.objects.count() == 1


def test_likely_duplicates_are_not_published_in_bulk(client, desk, send):
    one, two = send("Lampioni nuovi a LED", taken_by=desk), send("Lampioni nuovi LED", taken_by=desk)
    post(client, APPLY, "publish", one, two)
    assert states(one, two) == ["in_review", "in_review"]


def test_changes_are_requested_of_all_once(client, desk, send, django_capture_on_commit_callbacks):
    one, two = send("Lampioni nuovi", taken_by=desk), send("Orti di quartiere", taken_by=desk)
    assert post(client, APPLY, "ask", one, two, message="").status_code == 422
    assert states(one, two) == ["in_review", "in_review"]
    for _time in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            post(client, APPLY, "ask", one, two, message="Manca il CUP")
    assert states(one, two) == ["changes_requested", "changes_requested"]
    assert [("Manca il CUP" in message.body) for message in mail.outbox] == [True, True]


def test_reminder_is_sent_once(client, desk, send, django_capture_on_commit_callbacks):
    project = send("Lampioni nuovi", taken_by=desk)
    publishing.publish(project, by=desk)
    for words in ("Promemoria inviato a referente@example.org.", "Il promemoria era già partito."):
        with django_capture_on_commit_callbacks(execute=True):
            assert words in post(client, APPLY, "remind", project).content.decode()
    assert len(mail.outbox) == 1
    assert Reminder.objects.count() == 1


def test_reminder_needs_a_card(client, desk, send):
    assert "Non ha una scheda pubblica." in post(client, APPLY, "remind", send("Lampioni")).content.decode()


def test_unforeseen_failure_of_one_is_reported_and_the_others_go_on(desk, send):
    one, two = send("Lampioni nuovi"), send("Orti di quartiere")

    def fail_on_first(project, by):
        if project.pk == one.pk:
            raise RuntimeError("disk")
        return bulk_actions._take(project, by)

    results = bulk_actions.run(bulk_actions.BulkAction("x", "x", "x", fail_on_first), [one, two], by=desk)
    assert [result.is_done for result in results] == [False, True]
    assert states(one, two) == ["submitted", "in_review"]


def test_csv_has_the_selected_cards_and_no_formula(client, desk, send):
    one, _other = send("=1+1 lampioni"), send("Orti di quartiere")
    old = timezone.now() - timedelta(days=3)
    one.submissions.update(submitted_at=old)
    answer = post(client, CHOOSE, "csv", one)
    lines = answer.content.decode().splitlines()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    since = timezone.localdate(old).isoformat()
    assert lines[1:] == [f"{one.code},'=1+1 lampioni,Comune di Torino,submitted,{since}"]


@pytest.mark.parametrize("sign", "＝＋－＠")
def test_csv_neutralises_full_width_signs(client, desk, send, sign):
    project = send(f"{sign}1 lampioni")
    line = post(client, CHOOSE, "csv", project).content.decode().splitlines()[1]
    assert line.startswith(f"{project.code},'{sign}1 lampioni,")


@pytest.mark.parametrize("url", [CHOOSE, APPLY])
def test_nothing_selected_redirects_with_a_message(client, desk, url):
    page = client.post(url, {"verb": "take"}, follow=True).content.decode()
    assert "Scegli" in page
    assert client.get(url).status_code == 405


@pytest.mark.parametrize("url", [CHOOSE, APPLY])
def test_office_gets_403_for_bulk_actions(client, office, send, url):
    project = send("Lampioni nuovi")
    client.force_login(office)
    assert post(client, url, "take", project).status_code == 403
    assert states(project) == ["submitted"]
