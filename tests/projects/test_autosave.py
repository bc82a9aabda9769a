"""Saving steps of a draft: raw input, conflicts, double clicks, sessions that end."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from lib.audit import history
from projects import actions, drafts, reviewing
from projects.models import Partner, Project
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(municipalities, client):
    user = builders.officer(municipalities["torino"])
    client.force_login(user)
    return user


@pytest.fixture
def project(office, municipalities):
    return builders.draft(office, municipalities["torino"])


@pytest.fixture
def colleague(municipalities):
    user = builders.officer(municipalities["torino"], "collega@example.org")
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def url(project, slug="progetto", name="step-autosave"):
    return reverse(f"officer:{name}", args=[project.code, slug])


def page_url(project, slug="progetto"):
    return url(project, slug, "project-step")


def first_step(project, **typed):
    fields = ("title", "summary", "kind", "stage", "need", "solution")
    return {"version": project.version, **{f: getattr(project, f) for f in fields}, **typed}


def resources(project, *partners, version=None, **typed):
    data = {
        "version": version or project.version,
        "promoter": project.promoter_id,
        "total_cost": "14000000",
        "partners-TOTAL_FORMS": len(partners),
        "partners-INITIAL_FORMS": 0,
    }
    for number, row in enumerate(partners):
        data |= {f"partners-{number}-{name}": value for name, value in row.items()}
    return data | typed


def test_save_responds_with_version_and_time(client, project):
    answer = client.post(url(project), first_step(project, need="Nuovo bisogno"))
    project.refresh_from_db()
    at = f"{timezone.localtime(project.updated_at):%H:%M}"
    told = answer.json()
    assert (told["version"], told["message"]) == (2, f"Bozza salvata oggi alle {at}")
    assert (project.need, project.version, told["errors"]) == ("Nuovo bisogno", 2, [])


def test_consecutive_automatic_saves_are_one_audit_entry(client, project):
    for version, need in enumerate(("a", "ab", "abc"), start=1):
        client.post(url(project), first_step(project, version=version, need=need))
    event = history("record", project.code).get(verb="save")
    assert (event.changes["version"], event.changes["fields"]) == (4, ["need"])


def test_raw_input_is_stored_and_shown_with_its_error(client, project):
    typed = first_step(project, title="x" * 134, need="Si legge")
    errors = client.post(url(project), typed).json()["errors"]
    words = "Il titolo può avere al massimo 120 caratteri: ne hai scritti 134"
    assert errors == [["id_title", words]]
    project.refresh_from_db()
    assert (project.title, project.need) == ("Illuminazione pubblica a LED", "Si legge")
    page = client.get(page_url(project)).content.decode()
    assert "x" * 134 in page
    assert words in page
    assert "Da correggere" in page


def test_draft_with_raw_input_is_not_submitted(client, project, office):
    client.post(url(project), first_step(project, title="x" * 134))
    project.refresh_from_db()
    with pytest.raises(actions.Incomplete) as error:
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    assert list(error.value.args[0]) == ["step:project"]
    client.post(url(project), first_step(project, title="Corto"))
    project.refresh_from_db()
    assert (project.raw_input, project.title) == ({}, "Corto")


def test_half_of_a_pair_is_not_saved(client, project):
    client.post(url(project, "risorse"), resources(project, total_cost="5", cost_unknown="on"))
    project.refresh_from_db()
    assert (project.total_cost, project.cost_unknown) == (14_000_000, False)
    assert project.raw_input["resources"]["cost_unknown"] == ["on"]


def test_save_of_a_step_that_a_colleague_saved_is_a_conflict_and_overwrites_nothing(
    client, project, colleague
):
    colleague.post(url(project), first_step(project, summary="Del collega"))
    answer = client.post(url(project), first_step(project, summary="Mia"))
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("Un collega ha modificato questa scheda alle ")
    assert answer.json()["compare"] == "Confronta le versioni"
    assert Project.objects.get().summary == "Del collega"


def test_save_of_another_step_is_no_conflict(client, project, colleague):
    colleague.post(url(project, "risorse"), resources(project, total_cost="7"))
    answer = client.post(page_url(project), first_step(project, summary="Mia"))
    assert answer.status_code == 302
    project.refresh_from_db()
    assert (project.summary, project.total_cost, project.version) == ("Mia", 7, 3)


def test_late_automatic_save_of_a_page_does_not_undo_its_button(client, project):
    page = str(uuid.uuid4())
    client.post(page_url(project), first_step(project, need="Finale", page=page))
    answer = client.post(url(project), first_step(project, need="A metà", page=page, turn=3))
    assert answer.status_code == 409
    assert Project.objects.get().need == "Finale"


def test_button_saves_after_an_automatic_save_whose_response_was_lost(client, project):
    page = str(uuid.uuid4())
    client.post(url(project), first_step(project, need="A metà", page=page, turn=1))
    answer = client.post(page_url(project), first_step(project, need="Finale", page=page))
    assert answer.status_code == 302
    assert Project.objects.get().need == "Finale"


def test_double_click_with_a_new_row_creates_one_row(client, project):
    row = {"uid": uuid.uuid4(), "name": "Politecnico", "role": "research"}
    answers = [
        client.post(page_url(project, "risorse"), resources(project, row, version=1)) for _ in range(2)
    ]
    assert [a.status_code for a in answers] == [302, 302]
    assert project.partners.count() == 1


def test_row_deleted_by_a_colleague_is_shown_and_can_be_saved(client, project, colleague):
    partner = Partner.objects.create(project=project, name="Politecnico", role="research")
    row = {"uid": partner.uid, "name": "Politecnico", "role": "research"}
    colleague.post(page_url(project, "risorse"), resources(project, row | {"DELETE": "on"}))
    assert project.partners.count() == 0
    mine = row | {"name": "Politecnico di Torino"}
    told = client.post(page_url(project, "risorse"), resources(project, mine))
    assert told.status_code == 409
    page = told.content.decode()
    assert "riga tolta o mai salvata" in page
    assert "Politecnico di Torino, " in page
    again = client.post(page_url(project, "risorse"), resources(project, mine, version=2))
    assert again.status_code == 302
    assert [str(p) for p in project.partners.all()] == ["Politecnico di Torino"]


def test_row_added_by_a_colleague_stays(client, project, colleague):
    theirs = {"uid": uuid.uuid4(), "name": "Iren", "role": "supplier"}
    colleague.post(page_url(project, "risorse"), resources(project, theirs))
    told = client.post(page_url(project, "risorse"), resources(project, total_cost="5"))
    assert "riga che non avevi: resta" in told.content.decode()
    client.post(page_url(project, "risorse"), resources(project, version=2, total_cost="5"))
    assert [str(p) for p in project.partners.all()] == ["Iren"]


def test_emptied_row_is_deleted(client, project):
    partner = Partner.objects.create(project=project, name="Politecnico", role="research")
    client.post(
        page_url(project, "risorse"), resources(project, {"uid": partner.uid, "name": "", "role": ""})
    )
    assert project.partners.count() == 0


def test_row_of_another_project_cannot_be_changed(client, project, office, municipalities):
    other = builders.draft(office, municipalities["torino"])
    partner = Partner.objects.create(project=other, name="Altrui", role="research")
    row = {"uid": partner.uid, "name": "Mio", "role": "research"}
    client.post(page_url(project, "risorse"), resources(project, row))
    partner.refresh_from_db()
    assert (partner.name, project.partners.get().name) == ("Altrui", "Mio")


def test_code_written_twice_is_an_error(client, project):
    rows = {"codes-TOTAL_FORMS": 2, "codes-INITIAL_FORMS": 0}
    for number in range(2):
        rows |= {f"codes-{number}-scheme": "cig", f"codes-{number}-value": "z1a2b3c4d5"}
    page = client.post(page_url(project, "risorse"), resources(project, **rows)).content.decode()
    assert "Hai scritto due volte questo codice" in page
    assert project.identifiers.count() == 0


def test_automatic_save_without_a_session_is_401_without_a_redirect(client, project):
    client.logout()
    answer = client.post(url(project), first_step(project, need="Scritto con fatica"))
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "La sessione è scaduta. Accedi in un’altra scheda del browser: il testo resta qui."
    }
    assert Project.objects.get().need == "I lampioni consumano troppo."


def test_post_without_a_session_is_restored_after_signing_in(client, project, office):
    client.logout()
    answer = client.post(page_url(project), first_step(project, need="Scritto con fatica"))
    assert answer.url == f"/accesso/?next={page_url(project)}"
    typed = {"login": office.email, "password": builders.PASSWORD, "next": page_url(project)}
    page = client.post(answer.url, typed, follow=True).content.decode()
    assert "Scritto con fatica" in page
    assert "La sessione era scaduta" in page
    client.post(page_url(project), first_step(project, need="Scritto con fatica"))
    assert Project.objects.get().need == "Scritto con fatica"
    assert "La sessione era scaduta" not in client.get(page_url(project)).content.decode()


def test_sign_in_page_says_that_a_post_was_stashed(project):
    visitor = Client()
    kept = "Quello che hai scritto non è perso"
    assert kept not in visitor.get("/accesso/").content.decode()
    late = visitor.post(page_url(project), first_step(project, need="Scritto tardi"))
    assert kept in visitor.get(late.url).content.decode()


def test_stash_limit_counts_offices_behind_one_proxy_apart(project, settings, monkeypatch):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": 1}
    monkeypatch.setattr("lib.forms.stash.MAX_AN_HOUR", 1)
    kept = []
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        visitor = Client(headers={"x-forwarded-for": address})
        visitor.post(page_url(project), first_step(project, need="Scritto tardi"))
        kept.append("stashed_post" in visitor.session)
    assert kept == [True, False, True]


def test_stashed_post_is_not_shown_to_another_office(client, project, municipalities):
    client.logout()
    client.post(page_url(project), first_step(project, need="Segreto"))
    client.force_login(builders.officer(municipalities["ivrea"], "ivrea@example.org"))
    answer = client.get(page_url(project))
    assert answer.status_code == 403
    assert "Segreto" not in answer.content.decode()


def test_another_office_cannot_save(client, project, municipalities):
    client.force_login(builders.officer(municipalities["ivrea"], "ivrea@example.org"))
    assert client.post(url(project), first_step(project, need="Altrui")).status_code == 403
    assert Project.objects.get().need == "I lampioni consumano troppo."


def test_submitted_draft_is_not_saved_automatically(client, project, office):
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    assert client.post(url(project), first_step(project, need="Dopo")).status_code == 410
    assert Project.objects.get().need == "I lampioni consumano troppo."


def test_session_state_gives_its_remaining_time_and_renews_it(client, project, settings):
    settings.SESSION_COOKIE_AGE = 600
    client.get(page_url(project))
    told = client.post(reverse("officer:session")).json()
    assert (told["signed_in"], told["seconds"] in (599, 600)) == (True, True)
    client.logout()
    assert client.get(reverse("officer:session")).json()["signed_in"] is False


@pytest.mark.parametrize(
    ("scheme", "code", "told"),
    [
        ("cup", "x", "x: Il CUP ha 15 caratteri: questo ne ha 1."),
        ("cup", "C19I21000130001", ""),
        ("cig", "Z1A2B3C4D5", ""),
        ("cig", "Z1A2B3C4", "Z1A2B3C4: Il CIG ha 10 caratteri: questo ne ha 8."),
        (
            "cig",
            "!!A2B3C4D5",
            "!!A2B3C4D5: Il CIG non segue lo schema usuale, per esempio Z1A2B3C4D5: controllalo.",
        ),
        ("ipa", "c_l219", ""),
        ("ipa", "c l", "c l: Il codice IPA ha lettere, cifre e «_», per esempio c_l219: controllalo."),
        ("cordis", "12a", "12a: Il numero CORDIS ha solo cifre, per esempio 101003757: controllalo."),
        ("altro", "qualsiasi", ""),
    ],
)
def test_code_check_gives_a_warning(client, office, scheme, code, told):
    answer = client.get(reverse("officer:code-check"), {"tipo": scheme, "valore": code})
    assert answer.json() == {"warning": told}


def test_summary_loaded_before_a_save_of_a_colleague_is_not_submitted(client, project, colleague):
    colleague.post(page_url(project), first_step(project, summary="Del collega"))
    typed = {"declaration": "on", "idempotency_key": uuid.uuid4(), "version": 1, "note": "La mia nota"}
    answer = client.post(page_url(project, "riepilogo"), typed)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "La scheda è cambiata dopo che hai aperto questa pagina" in page
    assert "La mia nota" in page
    assert Project.objects.get().status == "draft"
    client.post(page_url(project, "riepilogo"), typed | {"version": 2})
    assert Project.objects.get().status == "submitted"


def test_document_posted_twice_is_stored_once_and_raises_the_version(client, project):
    form = {"type": "manual", "title": "Manuale", "url": "https://example.org/m.pdf", "uid": uuid.uuid4()}
    for _ in range(2):
        client.post(page_url(project, "documenti"), form | {"version": 1, "more": "1"})
    assert project.documents.count() == 1
    assert history("record", project.code).get(verb="add_document").changes["title"] == "Manuale"


def test_answer_too_long_is_shown_again(client, project, office):
    desk = builders.reviewer()
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    note = reviewing.comment(project, by=desk, field="summary", text="Quante scuole?")
    reviewing.request_changes(project, by=desk)
    page = client.get(page_url(project)).content.decode()
    assert page.index("Quante scuole?") < page.index('id="id_summary"')
    answer = client.post(
        reverse("officer:comment-answer", args=[project.code, note.pk]), {f"{note.pk}-answer": "y" * 2001}
    )
    assert answer.status_code == 422
    assert "y" * 2001 in answer.content.decode()
    assert "ne hai scritti 2001" in answer.content.decode()


def test_draft_in_the_bin_cannot_be_saved(client, project, office):
    drafts.delete_draft(project, by=office)
    assert client.post(url(project), first_step(project)).status_code == 403
