"""«Chiedi all’ente»: a question about a card reaches its office, and its answer the reader."""

import re
import uuid

import pytest
from django.core import mail

from cards.models import Edition
from feedback.models import ErrorReport
from tests import builders

pytestmark = pytest.mark.django_db
QUESTION = "I lavori sono finiti?"


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def office(country):
    return builders.officer(country["torino"])


@pytest.fixture
def card(country, office) -> Edition:
    return builders.published(office, builders.reviewer(), country["torino"])


def ask(client, card, **fields):
    data = {"text": QUESTION, "email": "lettore@example.org", "idempotency_key": str(uuid.uuid4()), **fields}
    return client.post(f"/progetti/{card.slug}/chiedi/", data)


def test_question_reaches_the_office_and_its_answer_the_reader(
    client, card, office, django_capture_on_commit_callbacks
):
    assert f'href="/progetti/{card.slug}/chiedi/"' in client.get(f"/progetti/{card.slug}/").content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = ask(client, card)
    question = ErrorReport.objects.get()
    assert (question.topic, response["Location"]) == ("question", f"/segnalazioni/{question.token}/")
    asked = next(message for message in mail.outbox if office.email in message.to)
    assert QUESTION in asked.body
    client.force_login(office)
    page = client.get("/area-riservata/domande/").content.decode()
    assert QUESTION in page
    assert "Da rispondere" in page
    address = re.search(r'href="(/area-riservata/domande/\d+/)"', page)[1]
    assert address in asked.body
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"answer": "Sì, a maggio."})
    question.refresh_from_db()
    assert (question.status, question.answer, question.email) == ("answered", "Sì, a maggio.", "")
    answered = mail.outbox[-1]
    assert (answered.to, "Sì, a maggio." in answered.body) == (["lettore@example.org"], True)
    client.logout()
    assert "Sì, a maggio." in client.get(f"/segnalazioni/{question.token}/").content.decode()


def test_question_without_words_says_what_to_write(client, card):
    response = ask(client, card, text=" ")
    assert response.status_code == 422
    assert "Scrivi la domanda" in response.content.decode()
    assert not ErrorReport.objects.exists()


def test_answer_of_one_is_not_overwritten_by_another(client, card, office):
    ask(client, card)
    question = ErrorReport.objects.get()
    client.force_login(office)
    address = f"/area-riservata/domande/{question.pk}/"
    client.post(address, {"answer": "La prima."})
    response = client.post(address, {"answer": "La seconda."}, follow=True)
    assert "Qualcuno ha già risposto." in response.content.decode()
    question.refresh_from_db()
    assert question.answer == "La prima."


def test_question_is_of_its_body_alone(client, card, country):
    ask(client, card)
    question = ErrorReport.objects.get()
    address = f"/area-riservata/domande/{question.pk}/"
    assert client.get(address).status_code == 302
    client.force_login(builders.officer(country["ivrea"], "ivrea@example.org"))
    assert client.get(address).status_code == 404
    assert QUESTION not in client.get("/area-riservata/domande/").content.decode()
    client.force_login(builders.person("nessuno@example.org"))
    assert client.get("/area-riservata/domande/").status_code == 403


def test_staff_answer_where_the_body_cannot(client, card):
    ask(client, card)
    question = ErrorReport.objects.get()
    client.force_login(builders.reviewer("altra@example.org"))
    address = f"/redazione/segnalazioni/{question.pk}/"
    assert 'name="status"' not in client.get(address).content.decode()
    client.post(address, {"answer": "Non lo sappiamo ancora."})
    question.refresh_from_db()
    assert (question.status, question.answer) == ("answered", "Non lo sappiamo ancora.")


def test_pages_of_questions_take_the_same_queries(client, card, office, django_assert_num_queries):
    client.force_login(office)
    for asked in (1, 3):
        while ErrorReport.objects.count() < asked:
            ask(client, card)
        with django_assert_num_queries(5):
            client.get("/area-riservata/domande/")
