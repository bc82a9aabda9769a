"""The Django admin: which lists open, and what cannot be changed there."""

import pytest
from tablib import Dataset

from accounts.models import User
from cards.models import Edition
from municipalities.admin import TerritoryResource
from municipalities.models import Territory
from projects.admin import ProjectResource
from projects.models import Project
from tests import builders

LISTS = [
    "municipalities/territory",
    "municipalities/organisation",
    "protocols/protocol",
    "protocols/adhesion",
    "projects/project",
    "cards/edition",
    "lib/entry",
    "accounts/user",
    "accounts/membership",
]
READ_ONLY = ["municipalities/territory", "projects/project", "cards/edition", "lib/entry"]


@pytest.fixture
def card(db):
    municipalities = builders.piedmont()
    return builders.published(
        builders.officer(municipalities["torino"]), builders.reviewer(), municipalities["torino"]
    )


@pytest.fixture
def staff(client, db):
    client.force_login(User.objects.create_superuser("admin@example.org", "una-frase-lunga-e-sicura"))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_list_opens(staff, card, name):
    assert staff.get(f"/admin/{name}/").status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_rows_cannot_be_added(staff, name):
    assert staff.get(f"/admin/{name}/add/").status_code == 403


def test_edition_can_be_neither_changed_nor_deleted(staff, card):
    page = f"/admin/cards/edition/{card.pk}"
    assert staff.get(f"{page}/delete/").status_code == 403
    assert staff.post(f"{page}/change/", {"title": "altro"}).status_code == 403
    assert Edition.objects.get(pk=card.pk).title == "Illuminazione pubblica a LED"


def test_project_state_cannot_be_changed(staff, card):
    response = staff.post(f"/admin/projects/project/{card.record_id}/change/", {"status": "draft"})
    assert response.status_code == 403
    assert Project.objects.get(pk=card.record_id).status == "published"


def test_project_export_names_no_person(staff, card):
    names = ("id", "code", "owner", "slug", "title", "confirmed_at")
    fields = {f"projectresource_{name}": True for name in names}
    response = staff.post("/admin/projects/project/export/", {"format": "0", **fields})
    owner = Project.objects.get().owner_id
    assert response.content.decode().splitlines() == [
        "id,code,owner,slug,title,confirmed_at",
        f"{card.record_id},{card.code},{owner},{card.slug},{card.title},",
    ]


def test_project_export_has_no_field_with_a_person():
    columns = {field.column_name for field in ProjectResource().get_export_fields()}
    assert not columns & {"created_by", "updated_by", "contact_email"}


def test_territory_import_changes_figures_but_no_names(staff, card):
    rows = "level,code,name,population\nmunicipality,L219,Altro nome,900000\nmunicipality,Z999,Nuovo,1\n"
    result = TerritoryResource().import_data(Dataset().load(rows, format="csv"))
    assert not result.has_errors()
    torino = Territory.objects.get(code="L219")
    assert (torino.name, torino.population) == ("Torino", 900_000)
    assert not Territory.objects.filter(code="Z999").exists()


def test_sign_in_page_is_that_of_the_portal(client, db):
    response = client.get("/admin/", follow=False)
    assert client.get(response["Location"])["Location"].startswith("/accesso/")


def test_officer_gets_403(client, card):
    client.force_login(User.objects.get(email="referente@example.org"))
    response = client.get("/admin/projects/project/", follow=True)
    assert (response.redirect_chain[0][0].split("?")[0], response.status_code) == ("/admin/login/", 403)
