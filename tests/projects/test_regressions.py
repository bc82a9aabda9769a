"""Regressions of the path from draft to public card: leaks, stale pages, malformed input."""

import io
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from cards.models import Edition
from lib.dates import parse_partial_date
from lib.files.checks import check_upload
from municipalities.actions import body_of_municipality
from projects import actions, drafts, publishing, reviewing
from projects.models import Document, Project
from tests import builders

pytestmark = pytest.mark.django_db


def next_edition(project, office, desk, **fields):
    actions.revise(project, by=office)
    Project.objects.filter(pk=project.pk).update(**fields)
    actions.submit(Project.objects.get(pk=project.pk), by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    return publishing.publish(Project.objects.get(pk=project.pk), by=desk)


def test_comparison_shows_nothing_of_a_withdrawn_edition(client, office, desk, municipalities):
    first = builders.published(office, desk, municipalities["torino"])
    second = next_edition(builders.project_of(first), office, desk, need="Segreto sfuggito")
    publishing.withdraw(second, by=desk, reason="Dati personali")
    response = client.get(f"/progetti/{first.slug}/versioni/1/confronta/2/")
    assert response.status_code == 410
    assert "Segreto sfuggito" not in response.content.decode()


def test_file_of_a_withdrawn_edition_is_404(client, office, desk, municipalities, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    project = builders.draft(office, municipalities["torino"])
    document = Document(project=project, type="manual", title="Riservato", media_type="application/pdf")
    document.extension = ".pdf"
    document.file.save("a.pdf", io.BytesIO(b"%PDF-1.7"))
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    card = publishing.publish(project, by=desk)
    path = reverse("document-file", args=[document.pk])
    assert client.get(path).status_code == 200
    publishing.withdraw(card, by=desk, reason="Dati personali")
    actions.revise(Project.objects.get(), by=office)
    drafts.remove_document(document, by=office)
    actions.submit(Project.objects.get(), by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    publishing.publish(Project.objects.get(), by=desk)
    assert client.get(path).status_code == 404


def test_archived_update_can_be_revised(office, desk, municipalities):
    project = builders.project_of(builders.published(office, desk, municipalities["torino"]))
    actions.revise(project, by=office)
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    reviewing.archive(project, by=desk, reason="Non ora")
    actions.revise(project, by=office)
    assert project.status == "draft"


def test_page_loaded_before_a_new_submission_publishes_nothing(client, office, desk, municipalities):
    project = builders.draft(office, municipalities["torino"])
    read = actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    reviewing.request_changes(project, by=desk, message="Ancora")
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    client.force_login(desk)
    page = client.post(
        reverse("desk:project-publish", args=[project.code]), {"submission": read.pk}, follow=True
    )
    assert "La scheda è cambiata nel frattempo" in page.content.decode()
    assert not Edition.objects.exists()


def test_office_sees_comments_once_they_are_sent(client, office, desk, municipalities):
    project = builders.draft(office, municipalities["torino"])
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    reviewing.comment(project, by=desk, field="summary", text="Ancora da pensare")
    client.force_login(office)
    path = reverse("officer:project-status", args=[project.code])
    assert "Ancora da pensare" not in client.get(path).content.decode()
    reviewing.request_changes(project, by=desk)
    assert "Ancora da pensare" in client.get(path).content.decode()


def test_failing_mail_server_undoes_nothing(
    client, settings, municipalities, desk, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    office = builders.officer(municipalities["torino"])
    project = builders.draft(office, municipalities["torino"])
    with django_capture_on_commit_callbacks(execute=True):
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    assert Project.objects.get().status == "submitted"


def test_control_characters_and_line_breaks_reach_neither_feed_nor_subject(
    client, office, desk, municipalities
):
    client.force_login(office)
    body = office.memberships.get().organisation
    typed = {"title": "Luci\x0b nuove", "owner": body.pk, "idempotency_key": uuid.uuid4()}
    client.post(reverse("officer:project-create"), typed)
    assert Project.objects.get().title == "Luci nuove"


def test_same_idempotency_key_for_two_bodies_creates_two_projects(office, municipalities):
    idempotency_key = uuid.uuid4()
    bodies = [body_of_municipality(municipalities[name]) for name in ("torino", "ivrea")]
    made = [
        actions.create_project(by=office, owner=body, idempotency_key=idempotency_key, title="A")
        for body in bodies
    ]
    assert made[0] != made[1]


def test_abandoned_project_needs_a_reason(office, municipalities):
    project = builders.draft(office, municipalities["torino"], stage="abandoned")
    with pytest.raises(actions.Incomplete) as error:
        actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    assert list(error.value.args[0]) == ["stage_reason"]


@pytest.mark.parametrize(
    "query",
    [
        "/progetti/?pagina=" + "9" * 5000,
        "/progetti/?aggiornati_dal=0001-01-01",
        "/progetti/?aggiornati_dal=9999-12-31T23:59:59-14:00",
        "/progetti/?comune=%00",
        "/progetti/?costo_min=1e-999999999",
        "/progetti/?riquadro=1e-400000,1,2,3",
        "/citta/?provincia=%00",
        "/progetti/%00/",
        "/citta/%00/",
        "/feed/progetti.atom?aggiornati_dal=0001-01-01",
    ],
)
def test_malformed_query_strings_are_no_server_error(client, municipalities, query):
    assert client.get(query).status_code in (200, 302, 400, 404)


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_damaged_images_are_rejected_or_re_encoded(place):
    out = io.BytesIO()
    Image.linear_gradient("L").resize((64, 64)).save(out, "JPEG")
    content = bytearray(out.getvalue())
    content[place % len(content)] ^= 0xFF
    try:
        upload = check_upload(SimpleUploadedFile("a.jpg", bytes(content)))
    except ValidationError:
        return
    assert upload.media_type == "image/webp"


def test_partial_date_has_ascii_digits():
    with pytest.raises(ValueError):
        parse_partial_date("２０２９")
    assert parse_partial_date("2029") == "2029"
