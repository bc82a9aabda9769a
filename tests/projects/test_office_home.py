"""An office's projects: list and search, copies, the bin, reminders, sign-in."""

import io
import re
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership
from cards.models import Edition, Record
from lib import workflow
from lib.audit import history
from municipalities.actions import body_of_municipality
from projects import actions, drafts, publishing, reviewing
from projects.mail import answer_due
from projects.models import Project, Reminder
from projects.reminders import make_token
from tests import builders
from tests.html import flat

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(municipalities, client):
    user = builders.officer(municipalities["torino"])
    client.force_login(user)
    return user


HOME = "/area-riservata/"


def test_home_is_paginated_and_searched(client, office, municipalities):
    for number in range(21):
        builders.draft(office, municipalities["torino"], title=f"Progetto numero {number:02d}")
    assert client.get(HOME).content.decode().count("Progetto numero") == 20
    assert client.get(HOME, {"pagina": 2}).content.decode().count("Progetto numero") == 1
    found = client.get(HOME, {"q": "numero 07"}).content.decode()
    assert re.findall(r"Progetto numero \d\d", found) == ["Progetto numero 07"]
    assert "Nessun progetto corrisponde" in client.get(HOME, {"q": "zzz"}).content.decode()
    assert "Progetto numero" not in client.get(HOME, {"stato": "published"}).content.decode()


def test_home_lists_what_waits_for_the_office_first_and_names_several_bodies(client, office, municipalities):
    waiting = builders.draft(office, municipalities["torino"], title="Bozza di ieri")
    sent = builders.draft(office, municipalities["torino"], title="Inviata oggi")
    actions.submit(sent, by=office, idempotency_key=uuid.uuid4())
    assert Project.objects.get(pk=sent.pk).updated_at > waiting.updated_at
    page = client.get(HOME).content.decode()
    assert re.findall(r">(Bozza di ieri|Inviata oggi)</a>", page) == ["Bozza di ieri", "Inviata oggi"]
    assert ">Ente</th>" not in page
    Membership.objects.create(
        user=office, organisation=body_of_municipality(municipalities["ivrea"]), role="officer"
    )
    assert ">Ente</th>" in client.get(HOME).content.decode()


def test_advice_says_what_to_add_and_why(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"], need="")
    page = client.get(reverse("officer:project-step", args=[project.code, "progetto"])).content.decode()
    link = f'<a href="/area-riservata/progetti/{project.code}/progetto/#id_need">'
    assert f"{link}Scrivi a quale problema risponde il progetto</a>: serve per inviare la scheda" in page
    assert "Racconta come lo risolve</a>: è la prima cosa che legge chi vuole rifarlo" in page


def test_new_draft_has_the_contacts_of_the_last_project(client, office, municipalities):
    builders.draft(
        office, municipalities["torino"], contact_office="Ufficio innovazione", contact_email="i@example.org"
    )
    body = office.memberships.get().organisation
    client.post(
        reverse("officer:project-create"),
        {"title": "Nuovo", "owner": body.pk, "idempotency_key": uuid.uuid4()},
    )
    made = Project.objects.get(title="Nuovo")
    assert (made.contact_office, made.contact_email) == ("Ufficio innovazione", "i@example.org")
    assert (made.promoter_id, made.lead_municipality) == (body.pk, municipalities["torino"])


def test_copy_has_no_dates_money_and_identifiers(client, office, municipalities):
    source = builders.draft(office, municipalities["torino"])
    source.other_municipalities.add(municipalities["ivrea"])
    source.partners.create(name="Politecnico", role="research")
    source.identifiers.create(scheme="cup", value="C19I21000130001")
    path, form = (
        reverse("officer:project-duplicate", args=[source.code]),
        {"title": "Due", "idempotency_key": uuid.uuid4()},
    )
    for _ in range(2):
        client.post(path, form)
    made = Project.objects.exclude(pk=source.pk).get()
    assert (made.title, made.need, made.primary_area) == ("Due", source.need, "energy")
    assert (made.total_cost, made.stage, made.start_actual, made.status) == (None, "", "", "draft")
    assert [list(made.other_municipalities.all()), made.partners.count(), made.identifiers.count()] == [
        [municipalities["ivrea"]],
        1,
        0,
    ]


def test_deleted_draft_is_in_the_bin_and_can_be_restored(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    path = reverse("officer:project-delete", args=[project.code])
    assert "Elimini la bozza" in client.get(path).content.decode()
    assert Project.objects.get().deleted_at is None
    assert "Illuminazione" in client.post(path, follow=True).content.decode()
    assert "Illuminazione" not in client.get(HOME).content.decode()
    assert client.get(reverse("officer:project-status", args=[project.code])).status_code == 403
    client.post(reverse("officer:project-restore", args=[project.code]))
    assert "Illuminazione" in client.get(HOME).content.decode()


def test_bin_is_emptied_after_a_month(office, municipalities):
    old, new = (builders.draft(office, municipalities["torino"]) for _ in range(2))
    for project in (old, new):
        drafts.delete_draft(project, by=office)
    Project.objects.filter(pk=old.pk).update(deleted_at=timezone.now() - timedelta(days=31))
    call_command("send_reminders", stdout=io.StringIO())
    assert list(Project.objects.all()) == [new]


def test_draft_once_submitted_cannot_be_deleted(client, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    actions.recall(project, by=office)
    assert client.post(reverse("officer:project-delete", args=[project.code])).status_code == 403
    with pytest.raises(workflow.WrongMove):
        drafts.delete_draft(project, by=office)


def test_receipt_says_number_day_and_term(client, office, municipalities, django_capture_on_commit_callbacks):
    project = builders.draft(office, municipalities["torino"])
    with django_capture_on_commit_callbacks(execute=True):
        submission = actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    due = answer_due(submission)
    page = client.get(reverse("officer:project-status", args=[project.code])).content.decode()
    assert f"{project.code}/1" in page
    assert "Tocca alla redazione: deve prendere in carico la scheda." in page
    assert f"entro il {due:%d/%m/%Y}" in mail.outbox[-1].body
    client.post(reverse("officer:project-rate", args=[project.code]), {"ease": "4", "note": "Bene"})
    submission.refresh_from_db()
    assert (submission.ease, submission.ease_note) == (4, "Bene")


def test_withdrawal_is_mailed_to_the_office(office, municipalities, django_capture_on_commit_callbacks):
    desk = builders.reviewer()
    card = builders.published(office, desk, municipalities["torino"])
    with django_capture_on_commit_callbacks(execute=True):
        publishing.withdraw(card, by=desk, reason="Dati personali")
    assert [(m.to, "Dati personali" in m.body) for m in mail.outbox] == [(["referente@example.org"], True)]


def aged(office, municipalities) -> Edition:
    card = builders.published(office, builders.reviewer(), municipalities["torino"])
    Edition.objects.update(published_at=timezone.now() - timedelta(days=400))
    return card


def remind(*args) -> str:
    out = io.StringIO()
    call_command("send_reminders", *args, stdout=out)
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_ageing_card_is_confirmed_from_the_link_with_one_button(client, transactional_db):
    municipalities = builders.piedmont()
    office = builders.officer(municipalities["torino"])
    card = aged(office, municipalities)
    mail.outbox.clear()
    assert f"ageing {card.record.code}" in remind("--dry-run")
    assert (mail.outbox, Reminder.objects.count()) == ([], 0)
    remind()
    remind()
    assert [m.to for m in mail.outbox] == [["referente@example.org"]]
    link = re.search(r"https?://[^/\s]+(/area-riservata/conferma/\S+)", mail.outbox[0].body)[1]
    page = client.get(link).content.decode()
    assert re.findall(r"<button[^>]*>([^<]+)</button>", page[page.index("<main") :]) == ["È ancora valida"]
    assert Record.objects.get().confirmed_at is None
    assert "Grazie: la scheda risulta valida a oggi" in client.post(link).content.decode()
    confirmed = Record.objects.get().confirmed_at
    assert timezone.now() - confirmed < timedelta(minutes=1)
    client.post(link)
    assert Record.objects.get().confirmed_at == confirmed
    assert "ageing" not in remind()


def test_forged_link_or_former_member_confirms_nothing(client, office, municipalities):
    card = aged(office, municipalities)
    token = make_token(builders.project_of(card), card, office)
    spoilt = reverse("officer:confirm-by-link", args=[token[:-1] + ("A" if token[-1] != "A" else "B")])
    assert client.post(spoilt).status_code == 410
    office.memberships.all().delete()
    assert client.post(reverse("officer:confirm-by-link", args=[token])).status_code == 410
    assert Record.objects.get().confirmed_at is None


def test_idle_draft_and_overdue_changes_are_reminded_of_once(office, municipalities):
    idle = builders.draft(office, municipalities["torino"], title="Ferma")
    late, desk = builders.draft(office, municipalities["torino"], title="In ritardo"), builders.reviewer()
    submission = actions.submit(late, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(late, by=desk)
    reviewing.request_changes(late, by=desk, message="Ancora")
    past = timezone.now() - timedelta(days=31)
    Project.objects.filter(pk=idle.pk).update(updated_at=past)
    type(submission).objects.update(decided_at=past)
    assert [line.split()[:2] for line in remind().splitlines()[:-1]] == [
        ["idle", idle.code],
        ["overdue", late.code],
    ]
    assert remind() == "Messaggi: 0. Bozze tolte dal cestino: 0.\n"


def test_ageing_card_is_confirmed_in_one_click_on_home(client, office, municipalities):
    card = aged(office, municipalities)
    assert "Conferma che è ancora valida" in client.get(HOME).content.decode()
    client.post(reverse("officer:project-move", args=[card.record.code, "conferma"]))
    assert "Conferma che è ancora valida" not in client.get(HOME).content.decode()
    assert history("record", card.record.code).filter(verb="confirm").count() == 1


def test_sign_in_names_the_missing_fields(client, db):
    page = client.post("/accesso/", {"login": "", "password": ""}).content.decode()
    assert "Scrivi la tua e-mail" in page
    assert "Scrivi la password" in page
    assert "Campo obbligatorio" not in page


def test_link_for_municipalities_leads_through_sign_in_to_the_form(client, municipalities):
    user = builders.officer(municipalities["torino"])
    form = reverse("officer:project-create")
    assert f'href="{form}">Inserisci un progetto</a>' in client.get("/per-i-comuni/").content.decode()
    sign_in = client.get(form)
    assert sign_in.url == f"/accesso/?next={form}"
    typed = {"login": user.email, "password": builders.PASSWORD, "next": form}
    response = client.post(sign_in.url, typed, follow=True)
    assert response.redirect_chain == [(form, 302)]
    assert "Crea la bozza" in response.content.decode()


def test_sign_in_has_labels_without_placeholders_and_a_breadcrumb(client, db):
    page = client.get("/accesso/").content.decode()
    form = page[page.index("<main") :]
    assert (form.count("placeholder="), form.count('<label for="id_login">E-mail</label>')) == (0, 1)
    assert 'aria-current="page">Accedi' in flat(page)


def test_header_names_the_body(client, office):
    assert ', <span lang="it">Comune di Torino</span>' in client.get(HOME).content.decode()
