"""The Django admin of the staff: what opens, and what nobody may do there."""

import pytest
from tablib import Dataset

from accounts.models import User
from cards.models import Edition
from municipalities.admin import TerritoryResource
from municipalities.models import Territory
from projects.models import Project
from tests import builders

LISTS = [
    "municipalities/territory",
    "municipalities/organisation",
    "municipalities/protocol",
    "municipalities/adhesion",
    "projects/project",
    "projects/card",
    "lib/entry",
    "accounts/user",
    "accounts/membership",
]
READ_ONLY = ["municipalities/territory", "projects/project", "projects/card", "lib/entry"]


@pytest.fixture
def card(db):
    towns = builders.piedmont()
    return builders.published(builders.officer(towns["torino"]), builders.reviewer(), towns["torino"])


@pytest.fixture
def staff(client, db):
    client.force_login(User.objects.create_superuser("admin@example.org", "una-frase-lunga-e-sicura"))
    return client


@pytest.mark.parametrize("name", LISTS)
def test_list_opens(staff, card, name):
    assert staff.get(f"/admin/{name}/").status_code == 200


@pytest.mark.parametrize("name", READ_ONLY)
def test_nothing_is_added_by_hand(staff, name):
    assert staff.get(f"/admin/{name}/add/").status_code == 403


def test_card_is_neither_changed_nor_deleted(staff, card):
    page = f"/admin/projects/card/{card.pk}"
    assert staff.get(f"{page}/delete/").status_code == 403
    assert staff.post(f"{page}/change/", {"title": "altro"}).status_code == 403
    assert Edition.objects.get(pk=card.pk).title == "Illuminazione pubblica a LED"


def test_workflow_is_not_moved_here(staff, card):
    answer = staff.post(f"/admin/projects/project/{card.record_id}/change/", {"status": "draft"})
    assert answer.status_code == 403
    assert Project.objects.get(pk=card.record_id).status == "published"


def test_project_export_names_no_person(staff, card):
    fields = {"projectresource_code": True, "projectresource_title": True, "projectresource_owner": True}
    answer = staff.post(
        "/admin/projects/project/export/", {"format": "0", "projectresource_id": True, **fields}
    )
    assert card.code in answer.content.decode()
    assert "@" not in answer.content.decode()


def test_territory_import_changes_facts_alone(staff, card):
    rows = "level,code,name,population\nmunicipality,L219,Altro nome,900000\nmunicipality,Z999,Nuovo,1\n"
    result = TerritoryResource().import_data(Dataset().load(rows, format="csv"))
    assert not result.has_errors()
    torino = Territory.objects.get(code="L219")
    assert (torino.name, torino.population) == ("Torino", 900_000)
    assert not Territory.objects.filter(code="Z999").exists()


def test_sign_in_is_the_portals_own(client, db):
    answer = client.get("/admin/", follow=False)
    assert client.get(answer["Location"])["Location"].startswith("/accesso/")


def test_officer_stays_out(client, card):
    client.force_login(User.objects.get(email="referente@example.org"))
    answer = client.get("/admin/projects/project/", follow=True)
    assert (answer.redirect_chain[0][0].split("?")[0], answer.status_code) == ("/admin/login/", 403)
