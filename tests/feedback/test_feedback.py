"""Reports and page scores without account or cookie: what is stored, who is notified, what is refused."""

import uuid

import pytest
from django.core import mail
from django.core.cache import cache

from feedback import actions as feedback_actions
from feedback.models import ErrorReport, PageRating
from lib.audit import history
from lib.workflow import WrongMove
from tests import builders
from tests.cards.test_public_pages import words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_counters():
    cache.clear()


@pytest.fixture
def country():
    return builders.piedmont()


@pytest.fixture
def officer(country):
    return builders.officer(country["torino"])


@pytest.fixture
def desk(country):
    return builders.reviewer()


@pytest.fixture
def card(officer, desk, country):
    return builders.published(officer, desk, country["torino"])


def report_data(**fields) -> dict:
    return {"topic": "facts", "text": "Il costo è un altro.", "idempotency_key": str(uuid.uuid4()), **fields}


def send(client, card, **fields):
    return client.post(f"/progetti/{card.slug}/segnala/", report_data(**fields))


def test_report_reaches_office_and_desk(client, card, officer, settings, django_capture_on_commit_callbacks):
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, card, email="lettrice@example.org")
    report = ErrorReport.objects.get()
    assert response["Location"] == f"/segnalazioni/{report.token}/"
    assert (report.record, report.edition, report.text) == (card.record, 1, "Il costo è un altro.")
    assert [message.to for message in mail.outbox] == [[settings.DEFAULT_FROM_EMAIL], [officer.email]]
    assert history("record", card.code).filter(verb="error_reported").count() == 1
    assert response.cookies == {}


def test_form_and_status_set_no_cookie(client, card):
    page = client.get(f"/progetti/{card.slug}/segnala/")
    state = client.get(send(client, card)["Location"])
    assert (page.cookies, state.cookies) == ({}, {})
    assert "csrfmiddlewaretoken" not in page.content.decode()
    assert "Da esaminare: la redazione risponde entro 10 giorni lavorativi" in words(state)


def test_same_report_twice_is_stored_once(client, card):
    idempotency_key = str(uuid.uuid4())
    first, second = (
        send(client, card, idempotency_key=idempotency_key),
        send(client, card, idempotency_key=idempotency_key),
    )
    assert first["Location"] == second["Location"]
    assert ErrorReport.objects.count() == 1


def test_invalid_report_is_rendered_again_with_its_errors(client, card):
    response = send(client, card, topic="", email="nome")
    assert response.status_code == 422
    assert response.context["form"].errors.get_json_data().keys() == {"topic", "email"}
    assert "Il costo è un altro." in response.content.decode()
    assert ErrorReport.objects.count() == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 302),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://testserver"}, 302),
        ({"Origin": "https://altro.example.org"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_report_from_another_site_is_refused(client, card, headers, status):
    response = client.post(f"/progetti/{card.slug}/segnala/", report_data(), headers=headers)
    assert response.status_code == status
    assert ErrorReport.objects.count() == (status == 302)


def test_report_with_filled_honeypot_is_not_stored(client, card):
    assert send(client, card, sito_web="https://spam.example.org").status_code == 302
    assert ErrorReport.objects.count() == 0


def test_eleventh_report_in_an_hour_is_refused(client, card):
    answers = [send(client, card).status_code for _n in range(11)]
    assert answers == [302] * 10 + [429]


def test_report_on_what_is_not_public_is_not_found(client, card, desk):
    assert client.get("/progetti/niente/segnala/").status_code == 404


def test_answer_closes_once_and_deletes_the_address(card, desk, django_capture_on_commit_callbacks):
    report = feedback_actions.report_error(
        card=card, idempotency_key=uuid.uuid4(), topic="facts", text="x", email="lettrice@example.org"
    )
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        feedback_actions.answer_report(report, by=desk, status="mended", answer="Grazie, corretto.")
    report.refresh_from_db()
    assert (report.status, report.email, report.answered_by) == ("mended", "", desk)
    assert [message.to for message in mail.outbox] == [["lettrice@example.org"]]
    with pytest.raises(WrongMove):
        feedback_actions.answer_report(report, by=desk, status="rejected", answer="No.")


def test_desk_reads_and_answers_reports(client, card, desk):
    report = feedback_actions.report_error(
        card=card, idempotency_key=uuid.uuid4(), topic="link", text="Il PDF manca"
    )
    client.force_login(desk)
    assert "Il PDF manca" in words(client.get(f"/redazione/segnalazioni/{report.pk}/"))
    assert "Illuminazione pubblica a LED" in words(client.get("/redazione/segnalazioni/"))
    empty = client.post(f"/redazione/segnalazioni/{report.pk}/", {"status": "mended", "answer": ""})
    assert empty.status_code == 422
    client.post(f"/redazione/segnalazioni/{report.pk}/", {"status": "mended", "answer": "Ora c’è."})
    assert "Ora c’è." in words(client.get(f"/segnalazioni/{report.token}/"))


@pytest.mark.parametrize("path", ["segnalazioni/", "valutazioni/", "citta/"])
def test_office_may_not_open_pages_of_the_desk(client, officer, path):
    client.force_login(officer)
    assert client.get(f"/redazione/{path}").status_code == 403


def test_access_report_names_its_page(client, country):
    fields = {
        "page": "/progetti/",
        "text": "Il lettore di schermo tace",
        "idempotency_key": str(uuid.uuid4()),
    }
    response = client.post("/accessibilita/segnala/", fields)
    report = ErrorReport.objects.get()
    assert (response.status_code, report.page, report.topic, report.record) == (
        302,
        "/progetti/",
        "access",
        None,
    )


def rate(client, **fields):
    return client.post("/valutazione/", {"pagina": "/progetti/", "voto": "4", **fields})


def test_scores_are_stored_as_counts(client, country):
    rate(client), rate(client), rate(client, voto="1")
    rows = PageRating.objects.order_by("score").values_list("path", "score", "count")
    assert list(rows) == [("/progetti/", 1, 1), ("/progetti/", 4, 2)]
    assert {field.name for field in PageRating._meta.fields} == {"id", "path", "day", "score", "count"}


@pytest.mark.parametrize(
    "fields",
    [
        {"voto": "6"},
        {"voto": ""},
        {"pagina": "/niente"},
        {"pagina": "//altro.example.org"},
        {"pagina": "/redazione/"},
    ],
)
def test_invalid_scores_and_pages_are_refused(client, country, fields):
    assert rate(client, **fields).status_code == 400
    assert PageRating.objects.count() == 0


def test_score_is_answered_without_a_cookie(client, country):
    response = rate(client)
    assert (response.status_code, response.cookies) == (200, {})
    assert 'href="/progetti/"' in response.content.decode()
    assert client.post("/valutazione/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize(
    ("path", "is_rated"), [("/", True), ("/citta/torino/", True), ("/privacy/", True), ("/accesso/", False)]
)
def test_only_public_pages_have_the_rating_form(client, country, path, is_rated):
    assert ("Quanto sono chiare le informazioni" in client.get(path).content.decode()) is is_rated


def test_desk_reads_the_least_clear_first(client, desk):
    for path, score in (("/a/", 5), ("/b/", 1), ("/b/", 2)):
        feedback_actions.rate_page(path, score)
    client.force_login(desk)
    pages = client.get("/redazione/valutazioni/").context["pages"]
    assert [(row["path"], row["n"], row["mean"]) for row in pages] == [("/b/", 2, 1.5), ("/a/", 1, 5)]


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_reports_takes_the_same_queries(client, card, desk, django_assert_num_queries, count):
    for _report in range(count):
        send(client, card)
    client.force_login(desk)
    with django_assert_num_queries(9):
        page = client.get("/redazione/segnalazioni/")
    assert len(page.context["page"].object_list) == count


@pytest.mark.parametrize("count", [1, 3])
def test_list_of_ratings_takes_the_same_queries(client, desk, django_assert_num_queries, count):
    for number in range(count):
        feedback_actions.rate_page(f"/{number}/", 3)
    client.force_login(desk)
    with django_assert_num_queries(8):
        page = client.get("/redazione/valutazioni/")
    assert page.context["count"] == count


def test_statistics_count_cards_scores_and_reports(client, card):
    feedback_actions.rate_page("/", 4)
    feedback_actions.report_error(card=card, idempotency_key=uuid.uuid4(), topic="facts", text="x")
    context = client.get("/statistiche/").context
    assert (context["editions"], context["ratings"], context["reports"], context["answered"]) == (
        1,
        {"n": 1, "mean": 4},
        1,
        0,
    )
