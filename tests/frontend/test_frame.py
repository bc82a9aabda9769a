"""The frame of every page: who sees which menu, and pages of trouble that need nothing to be drawn."""

import re

import pytest
from django.template.loader import render_to_string

from tests import builders


def menu(client, path: str) -> list[tuple[str, bool]]:
    entries = client.get(path).context["menu"]
    return [(entry.label, entry.is_current) for entry in entries]


PUBLIC = ["Progetti", "Città", "Mappa", "Aree", "Protocolli", "Dati aperti"]


@pytest.fixture
def people(db):
    country = builders.piedmont()
    return builders.officer(country["torino"]), builders.reviewer()


@pytest.mark.parametrize(
    ("path", "current"), [("/", []), ("/progetti/", ["Progetti"]), ("/citta/torino/", ["Città"])]
)
def test_menu_of_the_public(client, people, path, current):
    entries = menu(client, path)
    assert [label for label, _current in entries] == PUBLIC
    assert [label for label, is_current in entries if is_current] == current


def test_menu_of_an_officer(client, people):
    client.force_login(people[0])
    entries = menu(client, "/area-riservata/")
    assert entries == [("I tuoi progetti", True), ("Nuovo progetto", False), ("Sito pubblico", False)]
    assert [label for label, _current in menu(client, "/")] == PUBLIC


def test_menu_of_the_desk(client, people):
    client.force_login(people[1])
    entries = menu(client, "/redazione/adesioni/")
    assert entries == [
        ("Moderazione", False),
        ("Cruscotto", False),
        ("Esportazioni", False),
        ("Adesioni", True),
        ("Sito pubblico", False),
    ]


def test_header_invites_strangers_to_sign_in(client, people):
    html = client.get("/").content.decode()
    assert 'href="/accesso/">Accedi</a>' in html
    assert "csrfmiddlewaretoken" not in html


def test_header_lets_the_signed_in_leave(client, people):
    client.force_login(people[0])
    html = client.get("/").content.decode()
    assert re.search(
        r'<form method="post" action="/accesso/esci/"><input type="hidden" name="csrfmiddlewaretoken"', html
    )
    assert ">Accedi</a>" not in html


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("403.html", "Non hai i permessi per questa pagina"),
        ("404.html", "Questa pagina non esiste o è stata spostata"),
        ("410.html", "Questa pagina non c’è più"),
        ("429.html", "Troppi tentativi"),
        ("500.html", "C’è un problema tecnico"),
        ("503.html", "Torniamo subito"),
    ],
)
def test_page_of_trouble_needs_neither_request_nor_database(page, words):
    html = render_to_string(page)
    assert re.search(rf"<h1>{words}</h1>", html)
    assert "Vai al contenuto" in html


def test_missing_page_has_the_dress_of_the_site(client, people):
    response = client.get("/una/strada/che/non/c-e/")
    assert response.status_code == 404
    assert "it-footer" in response.content.decode()


def test_accessibility_page_says_it_is_a_demonstration_until_configured(client, people, settings):
    address = "https://form.agid.gov.it/view/prova"
    assert "installazione dimostrativa" in client.get("/accessibilita/").content.decode()
    settings.ACCESSIBILITY_URL = address
    html = client.get("/accessibilita/").content.decode()
    assert "installazione dimostrativa" not in html
    assert f'href="{address}" data-element="accessibility-link"' in html


@pytest.mark.parametrize(("demo", "status"), [(True, 200), (False, 404)])
def test_gallery_is_not_for_the_public(client, people, settings, demo, status):
    settings.DEMO = demo
    assert client.get("/componenti/").status_code == status


@pytest.mark.parametrize("demo", [True, False])
def test_badge_tells_sample_data(client, people, settings, demo):
    settings.DEMO = demo
    assert ("Dati dimostrativi" in client.get("/").content.decode()) is demo
