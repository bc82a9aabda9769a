"""A person's data: the map names every column, the export holds all of it, erasure leaves none of it."""

import json
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import models
from django.urls import reverse
from django.utils import timezone

from accounts import actions
from accounts.models import Membership, User
from following.models import Follower
from lib import audit
from observatory import personal_data
from tests import builders

pytestmark = pytest.mark.django_db
EMAIL = "anna.bianchi@example.org"


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def anna(country, client):
    user = builders.officer(country["torino"], EMAIL)
    user.name = "Anna Bianchì"
    user.save()
    EmailAddress.objects.get_or_create(user=user, email=EMAIL, defaults={"verified": True, "primary": True})
    body = user.memberships.get().organisation
    colleague = builders.person("capo@example.org", (body, "manager"))
    actions.invite_colleague(body, by=colleague, email=EMAIL, name=user.name, role="officer")
    Follower.objects.create(email=EMAIL, language="it", asked_at=timezone.now())
    client.force_login(user)
    client.get(reverse("accounts:account"))
    audit.record("rename", by=user, on=audit.Subject("account", "1", str(user)), changes={"after": user.name})
    return user


def everything() -> str:
    """Every value of every table, as text."""
    rows = [row for model in apps.get_models() for row in model._base_manager.values_list()]
    return repr(rows).lower()


def test_the_map_names_every_column_with_an_address_and_every_table_of_a_person():
    mapped = {row.model: set(row.fields) for row in personal_data.DATA_MAP}
    missing = [
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.EmailField | models.GenericIPAddressField)
        and field.name not in mapped.get(model, ())
    ]
    assert missing == []
    for row in personal_data.DATA_MAP:
        for name in row.fields:
            row.model._meta.get_field(name)


def test_export_holds_what_belongs_to_the_person_and_no_secret(anna, capsys):
    call_command("personal_data", "export", EMAIL.upper())
    data = json.loads(capsys.readouterr().out)
    assert {
        "accounts.User",
        "accounts.Membership",
        "accounts.Invitation",
        "following.Follower",
        "lib.Entry",
        "account.EmailAddress",
    } <= set(data["tables"])
    assert data["tables"]["accounts.User"][0]["name"] == "Anna Bianchì"
    assert "password" not in data["tables"]["accounts.User"][0]


def test_erasure_leaves_no_trace_of_name_or_address_and_keeps_the_acts(anna, client, country):
    project = builders.draft(anna, country["torino"], title="Piste ciclabili")
    before = audit.Entry.objects.count()
    call_command("personal_data", "erase", EMAIL, yes=True, stdout=StringIO())
    left = everything()
    assert EMAIL not in left
    assert "bianch" not in left
    project.refresh_from_db()
    assert str(project.created_by) == personal_data.ERASED_NAME
    assert audit.Entry.objects.count() == before + 1
    assert client.get(reverse("accounts:account")).status_code == 302, "the session has ended"
    assert not User.objects.get(pk=anna.pk).has_usable_password()


def test_the_last_manager_is_replaced_first(country):
    manager = builders.officer(country["torino"], "capo@example.org", role="manager")
    body = manager.memberships.get().organisation
    builders.person("collega@example.org", (body, "officer"))
    with pytest.raises(CommandError, match="prima nominane"):
        call_command("personal_data", "erase", "capo@example.org", yes=True)
    assert Membership.objects.filter(user=manager).exists()


def test_somebody_without_account_can_be_erased_too():
    Follower.objects.create(email="citta@example.org", language="it", asked_at=timezone.now())
    assert personal_data.erase("citta@example.org", by=None) == {"Follower": 1}
    with pytest.raises(CommandError, match="Nessun dato"):
        call_command("personal_data", "erase", "citta@example.org", yes=True)


def test_without_confirmation_nothing_changes(anna):
    with pytest.raises(CommandError, match="--yes"):
        call_command("personal_data", "erase", EMAIL)
    assert User.objects.get(pk=anna.pk).email == EMAIL
