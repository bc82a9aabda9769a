"""Pages of an office: steps, errors, documents, permissions."""

import io
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from lib.audit import history
from projects import actions, publishing, reviewing
from projects.models import Document, Project
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


def step_url(project, slug="progetto"):
    return reverse("officer:project-step", args=[project.code, slug])


def first_step(project, **typed):
    """What the first step's form sends for the project as it is, but for `typed`."""
    fields = ("title", "summary", "kind", "stage", "need", "solution")
    return {"version": project.version, **{f: getattr(project, f) for f in fields}, **typed}


def rows(prefix, *filled):
    data = {f"{prefix}-TOTAL_FORMS": len(filled), f"{prefix}-INITIAL_FORMS": 0}
    for number, row in enumerate(filled):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data


def test_home_lists_own_projects_only(client, project, municipalities):
    other = builders.draft(
        builders.officer(municipalities["ivrea"], "ivrea@example.org"),
        municipalities["ivrea"],
        title="Altrui",
    )
    page = client.get(reverse("officer:home")).content.decode()
    assert project.title in page
    assert other.title not in page


def test_form_posted_twice_creates_one_project(client, office):
    body = office.memberships.get().organisation
    form = {"title": "Nuovo", "owner": body.pk, "idempotency_key": uuid.uuid4()}
    answers = [client.post(reverse("officer:project-create"), form) for _ in range(2)]
    assert Project.objects.count() == 1
    assert {a.url for a in answers} == {step_url(Project.objects.get())}


def test_create_for_another_body_is_refused(client, office, municipalities):
    other = builders.officer(municipalities["ivrea"], "ivrea@example.org").memberships.get().organisation
    form = {"title": "Nuovo", "owner": other.pk, "idempotency_key": uuid.uuid4()}
    page = client.post(reverse("officer:project-create"), form)
    assert "Scegli un ente dell’elenco" in page.content.decode()
    assert not Project.objects.exists()


def test_partial_step_is_saved(client, project):
    response = client.post(step_url(project), first_step(project, need="", summary=""))
    assert response.url == step_url(project, "territorio")
    project.refresh_from_db()
    assert (project.need, project.version) == ("", 2)
    told = {"step": "project", "fields": ["summary", "need"], "version": 2}
    assert history("record", project.code).get(verb="save").changes == told


def test_error_shows_raw_input_and_links_to_the_field(client, project):
    response = client.post(step_url(project), first_step(project, title="x" * 134, need="Scritto con fatica"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Il titolo può avere al massimo 120 caratteri: ne hai scritti 134" in page
    assert 'href="#id_title"' in page
    assert "Scritto con fatica" in page
    assert Project.objects.get().title == project.title


def test_rows_and_lists_of_a_step_are_saved(client, project):
    typed = {
        "version": 1,
        "promoter": project.promoter_id,
        "total_cost": "1.250.000,50",
        "cup_codes": " c19i21000130001 ,X",
        **rows("partners", {"name": "Politecnico", "role": "research"}, {"name": "", "role": ""}),
        **rows("funding", {"source": "eu", "programme": "FESR", "amount": "100.000"}),
    }
    response = client.post(step_url(project, "risorse"), typed, follow=True)
    project.refresh_from_db()
    assert str(project.total_cost) == "1250000.50"
    assert list(project.partners.values_list("name", "role")) == [("Politecnico", "research")]
    assert [str(line.amount) for line in project.funding_lines.all()] == ["100000.00"]
    assert list(project.identifiers.order_by("pk").values_list("value", flat=True)) == [
        "C19I21000130001",
        "X",
    ]
    assert "X: Il CUP ha 15 caratteri: questo ne ha 1" in response.content.decode()


def test_invalid_row_names_its_field_and_shows_its_raw_input(client, project):
    typed = {
        "version": 1,
        "promoter": project.promoter_id,
        "total_cost": "5",
        **rows("partners"),
        **rows("funding", {"source": "eu", "amount": "tanto"}),
    }
    page = client.post(step_url(project, "risorse"), typed).content.decode()
    assert 'href="#id_funding-0-amount"' in page
    assert 'value="tanto"' in page
    project.refresh_from_db()
    assert (project.total_cost, project.funding_lines.count()) == (5, 0)
    again = client.get(step_url(project, "risorse")).content.decode()
    assert 'value="tanto"' in again
    assert "Scrivi l’importo in euro" in again


def test_incomplete_row_names_the_missing_field(client, project):
    typed = {"version": 1, "promoter": project.promoter_id, "total_cost": "5", **rows("funding")}
    half = client.post(
        step_url(project, "risorse"), typed | rows("partners", {"name": "Politecnico", "role": ""})
    )
    page = half.content.decode()
    assert "Scegli il ruolo" in page
    assert 'href="#id_partners-0-role"' in page
    assert "Campo obbligatorio" not in page


def test_conflicting_save_shows_both_versions_and_loses_nothing(client, project, municipalities):
    colleague = builders.officer(municipalities["torino"], "collega@example.org")
    actions.save_draft(project, by=colleague, version=1, changes={})
    Project.objects.filter(pk=project.pk).update(summary="La sintesi del collega")
    response = client.post(step_url(project), first_step(project, version=1, summary="La mia sintesi"))
    page = response.content.decode()
    assert response.status_code == 409
    assert "Collega ha modificato questa scheda" in page
    assert "La sintesi del collega" in page
    assert "La mia sintesi" in page
    assert Project.objects.get().summary == "La sintesi del collega"
    again = client.post(step_url(project), first_step(project, version=2, summary="La mia sintesi"))
    assert again.status_code == 302
    assert Project.objects.get().summary == "La mia sintesi"


def test_incomplete_project_is_not_submitted_and_links_to_what_is_missing(client, project):
    Project.objects.update(need="")
    url = reverse("officer:project-step", args=[project.code, "riepilogo"])
    page = client.post(url, {"declaration": "on", "idempotency_key": uuid.uuid4()}).content.decode()
    assert f'href="{step_url(project)}#id_need"' in page
    assert Project.objects.get().status == "draft"


def test_submission_shows_the_receipt(client, project):
    url = reverse("officer:project-step", args=[project.code, "riepilogo"])
    page = client.post(
        url, {"declaration": "on", "idempotency_key": uuid.uuid4()}, follow=True
    ).content.decode()
    assert f"{project.code}/1" in page
    assert Project.objects.get().status == "submitted"


def test_submitted_project_cannot_be_edited(client, project, office):
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    response = client.post(step_url(project), first_step(project, title="Di nascosto"))
    assert response.status_code == 409
    assert "non si può più modificare" in response.content.decode()
    assert "Di nascosto" in response.content.decode()
    assert Project.objects.get().title == project.title


@pytest.mark.parametrize(
    "path",
    ["", "anteprima/", "progetto/", "riepilogo/", "documenti/"],
)
def test_another_office_gets_403(client, project, municipalities, path):
    client.force_login(builders.officer(municipalities["ivrea"], "ivrea@example.org"))
    response = client.get(reverse("officer:project-status", args=[project.code]) + path)
    assert response.status_code == 403
    assert project.title not in response.content.decode()


def test_unknown_code_is_403_for_an_office_and_404_for_a_reviewer(client, project):
    assert client.get(reverse("officer:project-status", args=["TO-2026-9999"])).status_code == 403
    client.force_login(builders.reviewer())
    assert client.get(reverse("officer:project-status", args=["TO-2026-9999"])).status_code == 404


def test_visitor_is_redirected_to_sign_in_with_next(client, project):
    client.logout()
    response = client.get(step_url(project))
    assert response.url == f"/accesso/?next={step_url(project)}"


def test_unknown_step_is_404(client, project):
    assert client.get(step_url(project, "inesistente")).status_code == 404


def image() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return SimpleUploadedFile("foto.png", out.getvalue())


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_document_is_private_until_published(client, project, office, municipalities):
    typed = {"type": "image", "title": "La centralina", "alt_text": "Una centralina rossa", "file": image()}
    assert attach(client, project, **typed).status_code == 302
    document = Document.objects.get()
    draft, url = (reverse(name, args=[document.pk]) for name in ("officer:draft-file", "document-file"))
    assert client.get(draft)["Content-Type"] == "image/webp"
    assert client.get(url).status_code == 404
    client.force_login(builders.officer(municipalities["ivrea"], "altrove@example.org"))
    assert client.get(draft).status_code == 404
    client.logout()
    assert client.get(draft).status_code == 302
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    desk = builders.reviewer()
    reviewing.take(project, by=desk)
    card = publishing.publish(project, by=desk)
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    publishing.withdraw(card, by=desk, reason="Prova")
    assert client.get(url).status_code == 404


def attach(client, project, **typed):
    """Post the step of documents with a file or link, as «Aggiungi e resta qui» does."""
    project.refresh_from_db()
    return client.post(step_url(project, "documenti"), {"version": project.version, "more": "1", **typed})


def test_invalid_document_shows_its_error_and_the_other_fields(client, project):
    wrong = SimpleUploadedFile("virus.pdf", b"MZ\x90")
    answer = attach(client, project, type="manual", title="Il mio manuale", file=wrong)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Carica un file PDF" in page
    assert "Il mio manuale" in page
    assert not Document.objects.exists()


def test_file_with_an_answer_to_correct_need_not_be_chosen_again(client, project):
    answer = attach(client, project, type="image", title="La centralina", file=image())
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Descrivi che cosa si vede" in page
    assert "Il file «foto.png» è già caricato: non serve sceglierlo di nuovo." in page
    assert not Document.objects.filter(removed_at=None).exists()
    kept = re.search(r'name="kept" value="(\d+)"', page)[1]
    typed = {"type": "image", "title": "La centralina", "alt_text": "Una centralina rossa", "kept": kept}
    assert attach(client, project, **typed).status_code == 302
    document = Document.objects.get()
    assert (document.title, document.alt_text, document.removed_at) == (
        "La centralina",
        "Una centralina rossa",
        None,
    )
    assert client.get(reverse("officer:draft-file", args=[document.pk])).status_code == 200


def test_file_of_another_project_is_not_taken(client, project, office, municipalities):
    attach(client, project, type="image", title="La centralina", file=image())
    kept = Document.objects.get().pk
    other = builders.draft(office, municipalities["torino"])
    assert attach(client, other, type="image", title="Mia", alt_text="x", kept=kept).status_code == 422
    assert not other.documents.exists()


def test_files_go_with_the_button_of_the_step_and_an_error_elsewhere_loses_none(client, project):
    answer = client.post(
        step_url(project, "documenti"),
        {
            "version": project.version,
            "contact_email": "non è un indirizzo",
            "type": "image",
            "title": "La centralina",
            "alt_text": "Una centralina rossa",
            "file": [image(), image()],
        },
    )
    assert answer.status_code == 422
    assert Document.objects.filter(removed_at=None).count() == 2
    assert "non è un indirizzo" in answer.content.decode()


def test_number_of_queries_of_home_does_not_grow(client, office, municipalities, django_assert_num_queries):
    url = reverse("officer:home")
    builders.draft(office, municipalities["torino"])
    # session, user, roles, how many in each state, how many found, those of the page, their public cards,
    # questions of readers, requests to reuse
    with django_assert_num_queries(9):
        client.get(url)
    builders.draft(office, municipalities["torino"])
    builders.draft(office, municipalities["torino"])
    with django_assert_num_queries(9):
        client.get(url)
