"""Assessments through the pages: permissions, drafts, versions, gaps, queue, card, ranking, evidence."""

import csv
import io
from datetime import datetime, timedelta
from math import log2
from pathlib import Path

import orjson
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import make_aware

from cards.document.read import read_document
from cards.extensions import CardPage
from cards.index import terms
from cards.presentation.pdf import pdf_data
from cards.search.query import ProjectQuery, find
from lib.audit import Entry
from lib.links import actions as link_actions
from lib.links.models import LinkCheck
from municipalities.actions import body_of_municipality
from projects import publishing
from projects.models import Partner
from reuse.actions import assessing, refresh
from reuse.criteria import KEYS
from reuse.extension import ReuseExtension
from reuse.models import Assessment, EvidenceFile, RankingRelease, Standing
from reuse.reads.standing import entries, panel_of
from tests import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def card(office, desk, municipalities):
    return builders.published(office, desk, municipalities["torino"])


def form_data(values: dict[str, int], revision: int = 1, do: str = "close", **more) -> dict:
    data = {"revision": revision, "do": do, **more}
    for key, value in values.items():
        data |= {f"{key}_value": value, f"{key}_motive": f"Perché {value}"}
    return data


def rate(card, user, values: dict[str, int], rater="observatory", organisation=None):
    """A completed assessment through the actions."""
    body = organisation or user.memberships.get().organisation
    draft = assessing.open_assessment(card.record, by=user, rater=rater, organisation=body)
    ratings = {
        key: {"value": value, "motive": f"Perché {value}", "evidence_url": "", "evidence_document": None}
        for key, value in values.items()
    }
    return assessing.complete_assessment(draft, by=user, revision=draft.revision, ratings=ratings)


def all_rated(value: int) -> dict[str, int]:
    return dict.fromkeys(KEYS, value)


def mine(card):
    return reverse("officer:assess", args=[card.code])


def ours(card):
    return reverse("desk:assess", args=[card.code])


def test_officer_assesses_own_project(client, office, card):
    client.force_login(office)
    page = client.get(mine(card))
    assert page.status_code == 200
    assert Assessment.objects.count() == 0
    response = client.post(mine(card), form_data(all_rated(4)))
    assert response.url == reverse("officer:project-status", args=[card.code])
    done = Assessment.objects.get()
    assert (done.rater, done.version, done.edition, done.by) == ("self", 1, 1, office)
    assert done.organisation == card.record.owner
    # 100·0.55·0.75
    assert str(Standing.objects.get().score) == "41.3"
    assert Entry.objects.get(verb="assess").changes == {"rater": "self", "version": 1, "rated": 10}


def test_draft_may_be_partial_and_comes_back(client, office, card):
    client.force_login(office)
    response = client.post(mine(card), {"revision": 1, "do": "save", "trialability_motive": "Da capire"})
    assert response.status_code == 302
    assert "Da capire" in client.get(mine(card)).content.decode()
    assert Assessment.objects.open().count() == 1
    assert not Standing.objects.exists()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"trialability_value": "4"}, "Scrivi il motivo del voto per «Possibilità di prova»"),
        ({"trialability_motive": "Si prova"}, "Scegli un voto per «Possibilità di prova» o togli il motivo"),
        ({"trialability_value": "6", "trialability_motive": "Si prova"}, "Scegli un voto da 1 a 5"),
        ({}, "Dai almeno un voto prima di concludere"),
    ],
)
def test_closing_asks_for_motives(client, office, card, given, message):
    client.force_login(office)
    response = client.post(mine(card), {"revision": 1, "do": "close", **given})
    assert response.status_code == 422
    page = response.content.decode()
    assert message in page
    assert given.get("trialability_motive", "") in page
    assert not Assessment.objects.completed().exists()


def test_assessment_of_an_unpublished_project_counts_from_its_publication(
    client, office, desk, municipalities
):
    project = builders.draft(office, municipalities["torino"])
    client.force_login(office)
    client.post(reverse("officer:assess", args=[project.code]), form_data(all_rated(5)))
    done = Assessment.objects.get()
    assert (done.edition, Standing.objects.count()) == (None, 0)
    card = publishing.issue_project(project, by=desk)
    assert str(Standing.objects.get().score) == "55.0"
    assert [c.pk for c in find(ProjectQuery(facets={"replicability_band": ("medium",)}))] == [card.pk]


def test_peer_city_assesses_what_is_public(client, card, municipalities, office):
    ivrea = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    client.force_login(ivrea)
    assert client.post(mine(card), form_data(all_rated(3))).status_code == 302
    done = Assessment.objects.get()
    assert (done.rater, done.organisation) == ("peer", body_of_municipality(municipalities["ivrea"]))
    draft = builders.draft(office, municipalities["torino"], title="Ancora in bozza")
    assert client.get(reverse("officer:assess", args=[draft.code])).status_code == 403


def test_strangers_and_officers_may_not_assess_as_staff(client, card, office):
    assert client.get(ours(card)).status_code == 302
    client.force_login(office)
    assert client.get(ours(card)).status_code == 403
    assert client.get(reverse("desk:assessment-queue")).status_code == 403
    assert client.get(reverse("officer:assess", args=["TO-2026-9999"])).status_code == 403


def test_staff_may_not_assess_a_draft(client, desk, office, municipalities):
    project = builders.draft(office, municipalities["torino"])
    client.force_login(desk)
    assert client.get(reverse("desk:assess", args=[project.code])).status_code == 404


def test_completed_version_never_changes(card, office):
    first = rate(card, office, all_rated(4), "self")
    first.edition = 9
    with pytest.raises(TypeError):
        first.save()
    with pytest.raises(TypeError):
        first.delete()
    second = rate(card, office, all_rated(5), "self")
    assert (second.version, Assessment.objects.completed().count()) == (2, 2)
    assert {r.value for r in Assessment.objects.get(version=1).ratings.all()} == {4}
    assert Standing.objects.get().assessment == second


def test_stale_save_is_a_conflict_that_keeps_the_input(client, office, card):
    client.force_login(office)
    client.post(mine(card), {"revision": 1, "do": "save", "trialability_motive": "Prima"})
    response = client.post(mine(card), {"revision": 1, "do": "save", "trialability_motive": "Seconda"})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Prima" in page
    assert "Seconda" in page
    revision = Assessment.objects.get().revision
    client.post(mine(card), {"revision": revision, "do": "save", "trialability_motive": "Seconda"})
    assert Assessment.objects.get().ratings.get().motive == "Seconda"


def test_card_shows_the_ratings_of_the_observatory_and_gaps(client, card, office, desk):
    rate(card, office, all_rated(5), "self")
    rate(card, desk, {**all_rated(4), "trialability": 2})
    standing = Standing.objects.get()
    assert (standing.rater, standing.marks) == ("observatory", "4444244444")
    page = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Dove chi valuta non è d’accordo" in page
    assert "Osservatorio 2, Autovalutazione dell’ente 5" in page
    assert "Valutazione: Osservatorio" in page
    assert "38,5" in page  # mean 3.8: 100·0.55·0.7


def test_card_without_assessments_says_so(client, card):
    page = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Nessuno ha ancora valutato quanto è facile riusare questo progetto." in page
    assert "su 100" not in page


def test_five_ratings_show_no_score(client, card, office):
    rate(card, office, dict.fromkeys(KEYS[:5], 5), "self")
    page = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Ci sono 5 voti su dieci" in page
    assert "su 100" not in page
    assert entries()[0].ratings == dict.fromkeys(KEYS[:5], 5)
    assert client.get(reverse("public:ranking"), {"formato": "json"}).json()["results"] == []


def test_old_rating_is_grey(client, card, office):
    done = rate(card, office, all_rated(4), "self")
    Assessment.objects.filter(pk=done.pk).update(made_at=timezone.now() - timedelta(days=800))
    page = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Ha più di 24 mesi: va rifatta." in page
    assert "is-expired" in page


def test_queue_orders_cards_by_need(client, card, office, desk, municipalities):
    expired = builders.published(office, desk, municipalities["torino"], title="Scaduta")
    done = rate(expired, desk, all_rated(3))
    Assessment.objects.filter(pk=done.pk).update(made_at=timezone.now() - timedelta(days=800))
    distant = builders.published(office, desk, municipalities["torino"], title="Distante")
    rate(distant, office, all_rated(5), "self")
    rate(distant, desk, all_rated(3))
    fine = builders.published(office, desk, municipalities["torino"], title="In ordine")
    rate(fine, desk, all_rated(3))
    client.force_login(desk)
    response = client.get(reverse("desk:assessment-queue"))
    assert [row["card"].pk for row in response.context["rows"]] == [card.pk, expired.pk, distant.pk, fine.pk]
    assert response.context["counts"] == {"unrated": 1, "expired": 1, "gap": 1, "done": 1}


def test_second_reader_is_another_person(client, card, office, desk):
    rate(card, office, all_rated(5), "self")
    done = rate(card, desk, all_rated(3))
    url = reverse("desk:assessment-second", args=[done.pk])
    client.force_login(desk)
    client.post(url)
    assert Assessment.objects.get(pk=done.pk).seconded_by is None
    other = builders.reviewer("altra@example.org")
    client.force_login(other)
    assert client.get(url).status_code == 405
    client.post(url)
    assert Assessment.objects.get(pk=done.pk).seconded_by == other
    assert client.get(reverse("desk:assessment-queue")).context["counts"]["gap"] == 0


def test_kit_and_adoptions_count(card, desk, office):
    project = builders.project_of(card)
    project.documents.create(type="specification", title="Capitolato", url="https://example.org/c.pdf")
    project.documents.create(type="resolution", title="Delibera", url="https://example.org/d.pdf")
    Partner.objects.create(project=project, name="Comune di Ivrea", role="replicating_body")
    rate(card, desk, all_rated(5))
    publishing.issue_project(project, by=desk)
    standing = Standing.objects.get()
    # 1/5·1/2 + 1/5·1/3; 55 + 0.1667·30 + 15/3
    assert (str(standing.kit_completeness), standing.adoptions, str(standing.score)) == ("0.1667", 1, "65.0")
    assert [c.code for c in find(ProjectQuery(facets={"adopted": ("yes",)}))] == [card.code]
    link_actions.note_link(
        "https://example.org/c.pdf", state="dead", status_code=404, detail="", at=timezone.now()
    )
    refresh.refresh_standing([project.pk])
    assert str(Standing.objects.get().kit_completeness) == "0.0667"


def test_link_is_dead_after_three_unknown_probes():
    url, result = "https://example.org/a", {"status_code": None, "detail": "timeout", "at": timezone.now()}
    link_actions.note_link(url, state="alive", status_code=200, detail="", at=timezone.now())
    states = [link_actions.note_link(url, state="unknown", **result).state for _day in range(3)]
    assert states == ["alive", "alive", "dead"]
    assert link_actions.note_link(url, state="alive", **result).state == "alive"
    assert LinkCheck.objects.get().failures == 0


def test_index_finds_and_sorts_by_replicability(card, office, desk, municipalities):
    better = builders.published(office, desk, municipalities["ivrea"], title="Migliore")
    none = builders.published(office, desk, municipalities["ivrea"], title="Senza voti")
    rate(card, desk, all_rated(3))
    rate(better, desk, all_rated(5))
    assert [c.pk for c in find(ProjectQuery(sort="replicability"))] == [better.pk, card.pk, none.pk]
    assert [c.pk for c in find(ProjectQuery(ranges={"replicability_min": 40}))] == [better.pk]
    assert find(ProjectQuery()).facets(["replicability_band"]) == {
        "replicability_band": {"medium": 1, "low": 1, "in_evaluation": 1}
    }
    call_command("check_index", stdout=io.StringIO())


def test_list_shows_the_band(client, card, desk):
    rate(card, desk, all_rated(5))
    assert "Media replicabilità" in client.get("/progetti/?replicabilita=media").content.decode()
    assert "0 progetti trovati" in client.get("/progetti/?replicabilita=alta").content.decode()


def test_ranking_page_and_its_files_show_the_same(client, card, office, desk, municipalities):
    better = builders.published(
        office, desk, municipalities["ivrea"], title="Migliore", primary_area="mobility"
    )
    rate(card, desk, {**all_rated(3), "ease_of_use_staff": 5})
    rate(better, desk, all_rated(4))
    page = client.get("/replicabilita/").content.decode()
    assert page.index("Migliore") < page.index(card.title)
    table = list(csv.DictReader(io.StringIO(client.get("/replicabilita/?formato=csv").content.decode())))
    assert [(r["position"], r["code"], r["score"]) for r in table] == [
        ("1", better.code, "41.3"),
        ("2", card.code, "30.3"),
    ]
    response = client.get("/replicabilita/?formato=json&area=mobilita").json()
    assert [row["code"] for row in response["results"]] == [better.code]
    # Torino has over 250,000 inhabitants, Ivrea 22,683.
    response = client.get("/replicabilita/?formato=json&dimensione=over_250k").json()
    assert [row["code"] for row in response["results"]] == [card.code]
    staff_only = client.get("/replicabilita/?formato=json&pesi=ease_of_use_staff:1").json()
    assert [row["code"] for row in staff_only["results"]] == [card.code, better.code]


def test_weights_of_the_form_redirect_to_one_parameter(client):
    response = client.get("/replicabilita/?peso_trialability=2&peso_market_demand=1,5&area=energia")
    assert response.url == "/replicabilita/?area=energia&pesi=trialability%3A2%2Cmarket_demand%3A1.5"
    page = client.get("/replicabilita/?pesi=beauty:1&area=x&dimensione=y").content.decode()
    assert "Scrivi i pesi come criterio:peso" in page
    assert "Questa area non esiste" in page


def test_changes_since_the_last_release(client, card, office, desk, municipalities):
    other = builders.published(office, desk, municipalities["ivrea"], title="Altro")
    rate(card, desk, all_rated(3))
    rate(other, desk, all_rated(2))
    call_command("release_ranking", note="Prima", stdout=io.StringIO())
    assert RankingRelease.objects.get().places == [[card.code, 1, "27.5"], [other.code, 2, "13.8"]]
    rate(other, desk, all_rated(5))
    third = builders.published(office, desk, municipalities["ivrea"], title="Terzo")
    rate(third, desk, all_rated(1))
    found = client.get("/replicabilita/?formato=json").json()["results"]
    assert [(row["code"], row["change"]) for row in found] == [
        (other.code, "▲ Sale di 1 posto"),
        (card.code, "▼ Scende di 1 posto"),
        (third.code, "Nuovo"),
    ]
    assert "Cambiamento" not in client.get("/replicabilita/?preset=small_municipality").content.decode()


@pytest.mark.parametrize("cards", [1, 3])
def test_ranking_takes_the_same_queries(
    client, office, desk, municipalities, django_assert_num_queries, cards
):
    for number in range(cards):
        rate(
            builders.published(office, desk, municipalities["torino"], title=f"Progetto {number}"),
            desk,
            all_rated(3),
        )
    client.get("/replicabilita/")
    # version of all that is public, ratings, last release, cards, standings
    with django_assert_num_queries(5):
        client.get("/replicabilita/")


@pytest.mark.parametrize("cards", [1, 3])
def test_queue_takes_the_same_queries(client, office, desk, municipalities, django_assert_num_queries, cards):
    for number in range(cards):
        rate(
            builders.published(office, desk, municipalities["torino"], title=f"Progetto {number}"),
            desk,
            all_rated(3),
        )
    client.force_login(desk)
    # session, person, roles; all cards; rated; all in force: two; cards of the page; in force there: two
    with django_assert_num_queries(14):
        client.get(reverse("desk:assessment-queue"))


def demonstration(card, desk, rater="observatory", value=5):
    body = card.record.owner if rater == "self" else desk.memberships.get().organisation
    ratings = {key: {"value": value, "motive": "Esempio", "evidence_url": ""} for key in KEYS}
    moment = make_aware(datetime(2026, 10, 1, 12))
    return assessing.demonstrate(card.record, rater=rater, organisation=body, made_at=moment, ratings=ratings)


def test_demonstration_shows_only_in_a_demonstration(client, card, desk, settings):
    settings.DEMO = True
    demonstration(card, desk)
    page = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Valutazione dimostrativa" in page
    assert "(dimostrativa)" in client.get("/progetti/").content.decode()
    assert client.get("/replicabilita/?formato=json").json()["results"][0]["is_demonstration"] is True
    settings.DEMO = False
    assert client.get("/replicabilita/?formato=json").json()["results"] == []
    page = client.get(reverse("public:card-detail", args=[card.slug])).content.decode()
    assert "Valutazione dimostrativa" not in page
    assert "Nessuno ha ancora valutato" in page


def test_real_assessment_replaces_the_demonstration(card, desk, office, settings):
    settings.DEMO = True
    demonstration(card, desk)
    demonstration(card, desk, "self", 1)
    rate(card, office, all_rated(2), "self")
    panel = panel_of(card.record_id, {"documents": [], "partners": []})
    assert [j.assessment.is_demonstration for j in panel.judgements] == [False]
    assert panel.gaps == {}
    assert Standing.objects.get().is_demonstration is False


def test_failure_rolls_back_assessment_and_standing(card, office, monkeypatch):
    with pytest.raises(RuntimeError), transaction.atomic():
        rate(card, office, all_rated(5), "self")
        raise RuntimeError
    assert Assessment.objects.completed().count() == 0
    assert find(ProjectQuery()).facets([terms.BAND]) == {terms.BAND: {"in_evaluation": 1}}


def test_withdrawn_card_leaves_the_ranking(client, card, desk):
    rate(card, desk, all_rated(5))
    publishing.withdraw(card, by=desk, reason="Dati errati")
    assert client.get("/replicabilita/?formato=json").json()["results"] == []


def test_method_page_is_in_both_languages(client):
    italian = client.get("/metodo/").content.decode()
    english = client.get("/en/metodo/").content.decode()
    assert "Lo gestisce il personale che c’è già" in italian
    assert "12%" in italian
    assert "Existing staff run it" in english


def test_r_can_be_computed_from_the_api_alone(client, card, desk, office):
    Partner.objects.create(project=builders.project_of(card), name="Comune di Ivrea", role="replicating_body")
    builders.project_of(card).documents.create(
        type="budget", title="Bilancio", url="https://example.org/b.pdf"
    )
    publishing.issue_project(builders.project_of(card), by=desk)
    rate(card, office, all_rated(5), "self")
    rate(card, desk, dict(zip(KEYS, (4, 3, 5, 2, 4, 3, 3, 1), strict=False)))
    for params in (
        {},
        {"preset": "small_municipality"},
        {"weights": "trialability:3,social_compatibility:1"},
    ):
        data = client.get(f"/api/v1/projects/{card.code}/replicability", params).json()
        weights, ratings = data["weights"], {row["key"]: row["value"] for row in data["ratings"]}
        mean = sum(weights[k] * v for k, v in ratings.items()) / sum(weights[k] for k in ratings)
        inputs = data["inputs"]
        assert round(mean, 4) == inputs["ratings_mean"]
        spread = min(1, log2(1 + inputs["adoptions"] + 0.5 * inputs["adoptions_under_way"]) / 3)
        whole = 0.55 * (mean - 1) / 4 + 0.30 * inputs["kit_completeness"] + 0.15 * spread
        assert abs(100 * whole - data["score"]) < 0.06
    assert data["rater"] == "observatory"
    assert [other["rater"] for other in data["others"]] == ["self"]
    assert {gap["key"] for gap in data["gaps"]} >= {"ease_of_use_staff", "visibility_of_results"}
    assert data["kit"] == [
        {
            "type": "budget",
            "title": "Bilancio",
            "url": "https://example.org/b.pdf",
            "state": "unknown",
            "is_demonstration": False,
        }
    ]


def test_api_refuses_wrong_weights(client, card):
    url = f"/api/v1/projects/{card.code}/replicability"
    for name, value in (("preset", "best"), ("weights", "beauty:1")):
        response = client.get(url, {name: value})
        assert response.status_code == 422
        assert response.json()["errors"][0]["parameter"] == name
    empty = client.get(url).json()
    assert (empty["score"], empty["band"], empty["ratings"]) == (None, "in_evaluation", [])
    assert client.get("/api/v1/projects/TO-2026-9999/replicability").status_code == 404


def test_check_links_updates_the_standing(card, desk, settings):
    url = "http://127.0.0.1:9/capitolato.pdf"
    builders.project_of(card).documents.create(type="specification", title="Capitolato", url=url)
    publishing.issue_project(builders.project_of(card), by=desk)
    out = io.StringIO()
    call_command("check_links", stdout=out)
    found = LinkCheck.objects.get()
    assert (found.url, found.state, found.detail) == (url, "unknown", "refused: port")
    call_command("check_links", stdout=out)
    assert out.getvalue().splitlines()[-1] == "Collegamenti controllati: 0."


# Files that prove a rating


def pdf_file(name="prova.pdf", content=b"%PDF-1.7 prova"):
    return SimpleUploadedFile(name, content)


def attach(client, card, do="close", values=None, revision=1, **more):
    """Post the form with a file for the first criterion."""
    rated = all_rated(4) if values is None else values
    return client.post(
        mine(card), form_data(rated, revision=revision, do=do, **{f"{KEYS[0]}_upload": pdf_file(), **more})
    )


def test_file_stays_private_until_the_assessment_is_completed(client, office, card, municipalities, desk):
    client.force_login(office)
    assert attach(client, card, do="save").status_code == 302
    evidence = EvidenceFile.objects.get()
    assert (evidence.name, evidence.media_type, evidence.organisation) == (
        "prova.pdf",
        "application/pdf",
        card.record.owner,
    )
    address = reverse("evidence-file", args=[evidence.pk])
    response = client.get(address)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 prova"
    stranger = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    for user, status in ((None, 404), (stranger, 404), (desk, 200)):
        client.logout()
        if user:
            client.force_login(user)
        assert client.get(address).status_code == status
    client.force_login(office)
    page = client.get(mine(card)).content.decode()
    assert address in page
    stored = {f"{KEYS[0]}_evidence_file": evidence.pk}
    assert client.post(mine(card), form_data(all_rated(4), revision=2, **stored)).status_code == 302
    client.logout()
    response = client.get(address)
    assert (response.status_code, response["Cache-Control"]) == (200, "public, max-age=3600")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert 'attachment; filename="provapdf.pdf"' in response["Content-Disposition"]
    assert address in client.get(f"/progetti/{card.slug}/").content.decode()
    body = client.get(f"/api/v1/projects/{card.code}/replicability").json()
    assert address in str(body)


def test_withdrawn_file_is_not_served_and_named_as_withdrawn(client, office, card, municipalities):
    client.force_login(office)
    attach(client, card)
    evidence = EvidenceFile.objects.get()
    address = reverse("officer:evidence-withdraw", args=[evidence.pk])
    stranger = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    client.force_login(stranger)
    assert client.post(address).status_code == 403
    client.force_login(office)
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 302
    assert client.post(address).status_code == 302
    assert Entry.objects.filter(verb="withdraw_evidence").count() == 1
    assert client.get(reverse("evidence-file", args=[evidence.pk])).status_code == 404
    client.logout()
    page = client.get(f"/progetti/{card.slug}/").content.decode()
    assert "file ritirato il" in page
    assert reverse("evidence-file", args=[evidence.pk]) not in page
    # The next version starts without it.
    client.force_login(office)
    assert client.post(mine(card), form_data(all_rated(3))).status_code == 302
    assert Assessment.objects.get(version=2).ratings.filter(evidence_file=None).count() == 10


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("prova.exe", b"MZ\x90", "Carica un file PDF"),
        ("prova.pdf", b"<html>", "Carica un file PDF"),
        ("vuoto.pdf", b"", "vuoto"),
        ("grande.pdf", b"%PDF-" + b"0" * 11 * 1024**2, "massimo è 10 MB"),
    ],
)
def test_invalid_files_are_refused_and_the_input_is_kept(client, office, card, name, content, message):
    client.force_login(office)
    response = attach(client, card, **{f"{KEYS[0]}_upload": SimpleUploadedFile(name, content)})
    assert response.status_code == 422
    page = response.content.decode()
    assert message in page
    assert page.count("Perché 4") == 10
    assert EvidenceFile.objects.count() == 0


def test_file_is_stored_although_the_form_is_invalid(client, office, card):
    client.force_login(office)
    response = attach(client, card, values={}, **{f"{KEYS[1]}_motive": "Senza voto"})
    assert response.status_code == 422
    evidence = EvidenceFile.objects.get()
    assert f'name="{KEYS[0]}_evidence_file" value="{evidence.pk}"' in response.content.decode()
    # Sent again with the mistake mended, twice by a double click: one file, one version.
    stored = {f"{KEYS[0]}_evidence_file": evidence.pk}
    client.post(mine(card), form_data(all_rated(4), **stored))
    assert client.post(mine(card), form_data(all_rated(4), **stored)).status_code in (302, 409)
    assert EvidenceFile.objects.count() == 1
    assert Assessment.objects.get(version=1).ratings.get(key=KEYS[0]).evidence_file == evidence


def test_removed_file_is_deleted_when_no_rating_names_it(
    client, office, card, django_capture_on_commit_callbacks
):
    client.force_login(office)
    attach(client, card, do="save")
    evidence = EvidenceFile.objects.get()
    path = evidence.file.path
    more = {f"{KEYS[0]}_evidence_file": evidence.pk, f"{KEYS[0]}_drop": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        client.post(mine(card), form_data(all_rated(4), revision=2, **more))
    assert Assessment.objects.get(version=1).ratings.filter(evidence_file=None).count() == 10
    assert EvidenceFile.objects.count() == 0
    assert not Path(path).exists()


def test_file_of_another_rater_cannot_be_named(client, office, card, municipalities):
    client.force_login(office)
    attach(client, card)
    evidence = EvidenceFile.objects.get()
    stranger = builders.officer(municipalities["ivrea"], "ivrea@example.org")
    client.force_login(stranger)
    client.post(mine(card), form_data(all_rated(2), **{f"{KEYS[0]}_evidence_file": evidence.pk}))
    assert Assessment.objects.get(rater="peer").ratings.get(key=KEYS[0]).evidence_file is None


def test_another_city_is_offered_published_documents_alone(client, office, card, municipalities):
    builders.project_of(card).documents.create(
        type="budget", title="Bozza riservata", url="https://example.org/b.pdf"
    )
    client.force_login(builders.officer(municipalities["ivrea"], "ivrea@example.org"))
    assert "Bozza riservata" not in client.get(mine(card)).content.decode()
    client.force_login(office)
    assert "Bozza riservata" in client.get(mine(card)).content.decode()


def sheet_of(card) -> dict[str, list[dict]]:
    address = "https://example.org/p/"
    page = CardPage(card.record_id, orjson.loads(card.document), card.is_current, address)
    data = pdf_data(read_document(card), address=address, demo=False, more=ReuseExtension().blocks(page))
    return {section["title"]: section["blocks"] for section in data["sections"]}


def test_pdf_has_raters_dates_and_kit(client, office, desk, card):
    assert {
        "kind": "note",
        "text": "Nessuno ha ancora valutato quanto è facile riusare questo progetto.",
    } in (sheet_of(card)["Replicabilità"])
    assert "Chi lo ha riusato" not in sheet_of(card)
    rate(card, office, dict.fromkeys(KEYS[:7], 2), rater="self", organisation=card.record.owner)
    rate(card, desk, all_rated(5))
    blocks = sheet_of(card)["Replicabilità"]
    pairs = dict(blocks[0]["rows"])
    assert pairs["Replicabilità (R)"] == "55 su 100, Media replicabilità"
    assert pairs["Nel tuo Comune (F)"].endswith("https://example.org/p/adatto/")
    ratings = next(block for block in blocks if block.get("head", [""])[0] == "Criterio")
    assert ratings["head"] == ["Criterio", "Osservatorio", "Autovalutazione dell’ente"]
    assert [row[1:] for row in ratings["rows"]] == [["5", "2"]] * 7 + [["5", "Non valutato"]] * 3
    bullets = [block["text"] for block in blocks if block["kind"] == "bullet"]
    day = date_format(timezone.localdate(), "j F Y")
    assert bullets[0] == f"Osservatorio: Osservatorio Smart City, {day}, 10 criteri su 10."
    assert bullets[2].startswith("Compatibilità sociale: ")
    kit = next(block for block in blocks if block.get("is_text"))
    assert [row[1] for row in kit["rows"]] == ["Niente"] * 5
    for prefix in ("", "/en"):
        assert client.get(f"{prefix}/progetti/{card.slug}/scheda.pdf").content.startswith(b"%PDF-")
