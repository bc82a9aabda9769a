"""Subscriptions to a view, a city or a project by e-mail: request, confirmation, news, unsubscribing."""

import re
import uuid
from datetime import timedelta
from io import StringIO

import pytest
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from following.models import Follower
from following.news import news_for
from projects import actions, publishing, reviewing
from projects.models import Project
from tests import builders

pytestmark = pytest.mark.django_db(transaction=True)
EMAIL = "lettrice@example.org"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def ask(client, query="", **fields):
    address = reverse("public:follow") + (f"?{query}" if query else "")
    return client.post(address, {"email": EMAIL, "pace": "daily", **fields})


def followed(client, query="") -> Follower:
    """A subscription requested in the page and confirmed a day ago."""
    ask(client, query)
    link = re.search(r"/segui/[0-9a-f-]{36}/", mail.outbox[-1].body)[0]
    assert client.post(link, {"pace": "daily"}).status_code == 302
    mail.outbox.clear()
    Follower.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    return Follower.objects.get()


def update(**options) -> str:
    out = StringIO()
    call_command("send_updates", stdout=out, **options)
    return out.getvalue()


def test_request_sends_a_message_and_only_its_button_confirms(client):
    response = ask(client, "area=mobilita&sconosciuto=1")
    assert response.status_code == 302 and response.url == "/segui/scrivi/"
    assert "Set-Cookie" not in response.headers
    (message,) = mail.outbox
    assert message.to == [EMAIL] and "Area: Mobilità" in message.body
    follower = Follower.objects.get()
    assert (follower.query, follower.confirmed_at) == ("area=mobilita", None)
    # Opening the link, as scanners do, confirms nothing.
    page = client.get(f"/segui/{follower.key}/")
    assert page.status_code == 200 and "Conferma" in page.content.decode()
    follower.refresh_from_db()
    assert follower.confirmed_at is None
    assert update().startswith("Messaggi inviati: 0")


def test_repeated_request_is_one_row_and_one_message(client):
    ask(client), ask(client)
    assert (Follower.objects.count(), len(mail.outbox)) == (1, 1)
    Follower.objects.update(asked_at=timezone.now() - timedelta(hours=1))
    ask(client)
    assert (Follower.objects.count(), len(mail.outbox)) == (1, 2)


def test_invalid_address_is_rendered_again_with_its_error(client):
    response = ask(client, email="non è un indirizzo")
    assert response.status_code == 422
    assert (
        "Scrivi un’e-mail" in response.content.decode() and "non è un indirizzo" in response.content.decode()
    )
    assert not Follower.objects.exists()


def test_request_with_filled_honeypot_is_not_stored(client):
    assert ask(client, sito_web="https://spam.example").status_code == 302
    assert not Follower.objects.exists() and not mail.outbox


def test_request_from_another_site_is_refused(client):
    response = client.post(
        reverse("public:follow"),
        {"email": EMAIL, "pace": "daily"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert response.status_code == 403 and not Follower.objects.exists()


def test_news_of_a_view_are_sent_once(client, office, desk, municipalities):
    builders.published(
        office, desk, municipalities["torino"], title="Già pubblicato", primary_area="mobility"
    )
    followed(client, "area=mobilita")
    builders.published(
        office, desk, municipalities["torino"], title="Nuova ciclabile", primary_area="mobility"
    )
    builders.published(office, desk, municipalities["torino"], title="Altra area", primary_area="energy")
    mail.outbox.clear()
    assert "Nuova ciclabile" not in update(dry_run=True) and not mail.outbox
    assert update().startswith("Messaggi inviati: 1")
    (message,) = mail.outbox
    assert "1 scheda nuova o aggiornata" in message.body and "Nuova ciclabile" in message.body
    assert "Già pubblicato" not in message.body and "Altra area" not in message.body
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    Follower.objects.update(told_at=timezone.now() - timedelta(days=2))
    assert update().startswith("Messaggi inviati: 0")


def test_pace_is_respected(client, office, desk, municipalities):
    followed(client)
    Follower.objects.update(pace="weekly")
    builders.published(office, desk, municipalities["torino"])
    assert update().startswith("Messaggi inviati: 0")
    Follower.objects.update(confirmed_at=timezone.now() - timedelta(days=7))
    assert update().startswith("Messaggi inviati: 1")


def test_followed_project_sends_new_editions_and_its_withdrawal(client, office, desk, municipalities):
    card = builders.published(office, desk, municipalities["torino"], title="Seguito")
    follower = followed(client, f"progetto={card.slug}")
    assert follower.record == card.record
    actions.revise(builders.project_of(card), by=office)
    project = Project.objects.get(pk=card.record_id)
    actions.submit(project, by=office, idempotency_key=uuid.uuid4())
    reviewing.take(project, by=desk)
    second = publishing.publish(project, by=desk)
    mail.outbox.clear()
    update()
    assert "Seguito" in mail.outbox[-1].body
    Follower.objects.update(told_at=timezone.now() - timedelta(days=2))
    publishing.withdraw(second, by=desk, reason="Dati personali")
    mail.outbox.clear()
    update()
    assert [("ritirata" in m.body, "Dati personali" in m.body) for m in mail.outbox if m.to == [EMAIL]] == [
        (True, True)
    ]
    Follower.objects.update(told_at=timezone.now() + timedelta(minutes=1))
    assert update().startswith("Messaggi inviati: 0")


def test_unsubscribing_deletes_the_row(client):
    follower = followed(client)
    # A mail program posts by itself, from no page at all (RFC 8058).
    stopped = client.post(f"/segui/{follower.key}/basta/", {"List-Unsubscribe": "One-Click"})
    assert stopped.status_code == 200 and not Follower.objects.exists()
    assert client.get(f"/segui/{follower.key}/").status_code == 410


def test_get_of_the_unsubscribe_url_stops_nothing(client):
    follower = followed(client)
    assert client.get(f"/segui/{follower.key}/basta/").url == f"/segui/{follower.key}/"
    assert Follower.objects.count() == 1


def test_unconfirmed_requests_are_deleted_after_a_week(client):
    ask(client)
    Follower.objects.update(asked_at=timezone.now() - timedelta(days=8))
    assert "cancellate: 1" in update() and not Follower.objects.exists()


def test_refused_message_is_sent_by_the_next_run(client, office, desk, municipalities, settings):
    followed(client)
    builders.published(office, desk, municipalities["torino"], title="Da raccontare")
    settings.EMAIL_BACKEND = "tests.following.test_following.RefusingBackend"
    assert update().startswith("Messaggi inviati: 0")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox.clear()
    assert update().startswith("Messaggi inviati: 1")
    assert "Da raccontare" in mail.outbox[-1].body


class RefusingBackend:
    """An e-mail backend whose server refuses the connection."""

    def __init__(self, *args, **kwargs):
        pass

    def send_messages(self, messages):
        raise ConnectionRefusedError


def test_messages_have_the_language_of_the_page(client):
    client.post("/en" + reverse("public:follow"), {"email": EMAIL, "pace": "weekly"})
    assert Follower.objects.get().language == "en"
    assert "/en/segui/" in mail.outbox[0].body


@pytest.mark.parametrize(
    ("query", "text"),
    [("comune=Samone", "Samone (TN)"), ("area=zzz", "zzz"), ("costo_min=molto", "costo_min")],
)
def test_unclear_filter_is_asked_and_subscribes_to_nothing(client, municipalities, query, text):
    for method in (client.get, client.post):
        response = method(
            f"/segui/?{query}",
            {"email": "a@example.org", "pace": "weekly"} if method == client.post else None,
        )
        assert response.status_code == 400
        assert text in response.content.decode()
    assert not Follower.objects.exists()


def test_stored_filter_that_is_unknown_today_sends_nothing(office, desk, municipalities):
    builders.published(office, desk, municipalities["torino"])
    now = timezone.now()
    follower = Follower.objects.create(
        email="a@example.org", query="area=zzz", asked_at=now, confirmed_at=now
    )
    assert news_for(follower).count == 0
