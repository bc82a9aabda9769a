"""F: its formulas, its words, and the same figures for one card and for all."""

import json
import random
from datetime import date
from itertools import product

import pytest

from cards.document.read import read_document
from cards.models import Edition
from cards.search.query import ProjectQuery, find
from cards.vocabulary.lists import FundingSource, Scale, Stage
from municipalities.models import Territory, TerritoryChange
from municipalities.search import PLACE_CACHE
from municipalities.similar import Profile
from suitability import score as fit
from suitability.fitting import EVEN, Scores, fit_of, suited
from suitability.prerequisites import DEVICES, INFRASTRUCTURE, SOFTWARE, demand, demand_of
from suitability.score import DIMENSIONS, ProjectProfile, ReaderProfile
from suitability.wording import dimensions
from tests import builders

PINEROLO = Profile("G674", "Pinerolo", 35_440, 50.34, 376, 3, 2, "TO", "01")
TORINO = Profile("L219", "Torino", 848_748, 130.06, 239, 5, 1, "TO", "01")
VAL_DI_CHY = Profile("M405", "Val di Chy", 1_235, 13.83, 650, 3, 3, "TO", "01")
LED = ProjectProfile(
    (TORINO,), "municipality", "city", "energy", "running", 14_000_000.0, DEVICES, ("state",)
)


def rounded(found: fit.Fit) -> dict:
    return {key: value and round(value, 4) for key, value in found.values.items()}


def test_values_are_those_of_the_formulas():
    """Torino's lamps for Val di Chy: every number can be followed by hand from the docstring."""
    found = fit.fit(LED, ReaderProfile(VAL_DI_CHY))
    assert rounded(found) == {
        "institutional": 0.7,  # (1 + 0.1 + 1) / 3
        "technological": 0.825,  # (0.85 + 0.8) / 2
        "economic": 0.5439,  # (1 / (1 + 4.3242) + 0.9) / 2
        "sociocultural": 0.2271,  # (1 − 2.8371 / 3 + 0.4) / 2
        "environmental": 0.5954,
    }
    product_of_values = 1
    for value in found.values.values():
        product_of_values *= value
    assert found.score == pytest.approx(product_of_values ** (1 / 5))
    assert found.known == 5


def test_same_city_fits_wholly_but_for_the_solution():
    found = fit.fit(ProjectProfile((PINEROLO,), "municipality", stage="completed"), ReaderProfile(PINEROLO))
    assert rounded(found) == dict.fromkeys(DIMENSIONS, 1.0) | {"economic": None}
    assert found.score == 1


def test_unknown_is_a_question_and_not_a_zero():
    project = ProjectProfile(())
    found = fit.fit(project, ReaderProfile(VAL_DI_CHY))
    assert found.score is None
    assert found.known == 0
    told = dimensions(found, project, ReaderProfile(VAL_DI_CHY))
    assert [dimension.value for dimension in told] == [None] * 5
    assert all(dimension.questions and not dimension.reasons for dimension in told)
    assert told[2].questions == [
        "Quanto è costato in tutto, e quanto costa ogni anno?",
        "Con quali fondi è stato pagato? Sono ancora aperti?",
    ]


def test_reasons_are_in_plain_words():
    municipality = ReaderProfile(VAL_DI_CHY, own_cost=200.0)
    told = dimensions(fit.fit(LED, municipality), LED, municipality)
    assert [dimension.reasons for dimension in told] == [
        [
            "lo guida un Comune, come il tuo",
            "il tuo ente è più piccolo di quello di Torino: meno uffici e meno specialisti",
            "Torino è nella tua stessa provincia: puoi andare a vedere",
        ],
        [
            "usa apparati da installare e mantenere; il tuo Comune è zona rurale",
            "stato «In corso»: si può seguire mentre si fa",
        ],
        [
            "a Torino è costato 16 € per abitante; da te sarebbero circa 432 €",
            "costo per abitante 2,2 volte quello dei tuoi progetti",
            "fondi di solito aperti anche ad altri Comuni: Stato",
        ],
        [
            "popolazione 1.235: il progetto è nato in un Comune di 848.748 (Torino)",
            "si abita diversamente: zona rurale, là zona densamente popolata",
        ],
        [
            "territorio diverso: collina interna, là pianura",
            "altitudine 650 m, là 239 m",
            "densità 89 abitanti per km², là 6.526",
        ],
    ]


def test_comparison_is_with_the_most_similar_of_the_municipalities():
    project = ProjectProfile((TORINO, PINEROLO, VAL_DI_CHY))
    assert fit.fit(project, ReaderProfile(VAL_DI_CHY)).model == VAL_DI_CHY
    assert fit.fit(project, ReaderProfile(TORINO)).model == TORINO


@pytest.mark.parametrize(
    ("mine", "theirs", "value"),
    [
        (5_000, 4_900, 1.0),
        (5_001, 5_000, 0.92),
        (5_000, 5_001, 0.8),
        (1_000, 848_748, 0.1),
        (848_748, 1_000, 0.52),
    ],
)
def test_shrinking_is_harder_than_growing(mine, theirs, value):
    assert fit.body_size(mine, theirs) == pytest.approx(value)


def test_regional_funds_are_open_at_home_only():
    milan = Profile("F205", "Milano", 1_349_930, province="MI", region="03")
    assert fit.open_funds(["region"], TORINO, PINEROLO) == 0.9
    assert fit.open_funds(["region"], milan, PINEROLO) == 0.4
    assert fit.open_funds(["region", "eu"], milan, PINEROLO) == 0.8
    assert fit.open_funds([], milan, PINEROLO) is None


def test_ground_counts_half_for_digital_services():
    hard = fit.fit(ProjectProfile((TORINO,), area="energy"), ReaderProfile(VAL_DI_CHY)).values[
        "environmental"
    ]
    soft = fit.fit(ProjectProfile((TORINO,), area="government"), ReaderProfile(VAL_DI_CHY)).values[
        "environmental"
    ]
    assert soft == pytest.approx((1 + hard) / 2)


def any_sheet(dice: random.Random) -> Profile:
    def maybe(value):
        return None if dice.random() < 0.15 else value

    return Profile(
        str(dice.random()),
        "Paese",
        maybe(round(10 ** dice.uniform(1.5, 6.4))),
        maybe(dice.uniform(1, 1300)),
        maybe(dice.randint(0, 2000)),
        maybe(dice.randint(1, 5)),
        maybe(dice.randint(1, 3)),
        dice.choice(["TO", "MI", ""]),
        dice.choice(["01", "03", ""]),
    )


def any_project(dice: random.Random) -> ProjectProfile:
    return ProjectProfile(
        tuple(any_sheet(dice) for _ in range(dice.randint(0, 3))),
        dice.choice(["", *fit.BODIES]),
        dice.choice(["", *Scale.values]),
        dice.choice(["", "energy", "people"]),
        dice.choice(["", *Stage.values]),
        dice.choice([None, 0.0, 10 ** dice.uniform(2, 9)]),
        dice.choice([None, 1, 2, 3]),
        tuple(dice.sample(FundingSource.values, dice.randint(0, 3))),
    )


@pytest.mark.parametrize("seed", range(40))
def test_every_value_lies_between_a_twentieth_and_one(seed):
    dice = random.Random(seed)
    for _ in range(25):
        project, municipality = (
            any_project(dice),
            ReaderProfile(any_sheet(dice), dice.choice([None, 3.0, 500.0])),
        )
        found = fit.fit(project, municipality)
        known = [value for value in found.values.values() if value is not None]
        assert all(0.05 <= value <= 1 for value in known)
        if known:
            assert min(known) - 1e-9 <= found.score <= max(known) + 1e-9
        told = dimensions(found, project, municipality)
        for dimension in told:
            assert dimension.value is not None or (dimension.questions and not dimension.reasons)


def test_nearer_in_inhabitants_never_fits_worse():
    values = [fit.population(mine, 20_000, "city") for mine in (200, 1_000, 5_000, 20_000)]
    assert values == sorted(values)
    for scale, mine in product(("building", "district"), (200, 1_000, 300_000)):
        assert fit.population(mine, 20_000, scale) >= fit.population(mine, 20_000, "city")


def test_weights_of_dimensions_move_the_mean():
    values = dict.fromkeys(DIMENSIONS, 1.0) | {"economic": 0.25, "environmental": None}
    assert fit.geometric_mean(values) == pytest.approx(0.25**0.25)
    assert fit.geometric_mean(values, EVEN | {"economic": 0.0}) == 1
    assert fit.geometric_mean(values, dict.fromkeys(DIMENSIONS, 0.0) | {"economic": 3.0}) == pytest.approx(
        0.25
    )
    assert fit.geometric_mean(values, dict.fromkeys(DIMENSIONS, 0.0) | {"environmental": 1.0}) is None


@pytest.mark.parametrize(
    ("tag", "level"),
    [
        ("LED", DEVICES),
        ("illuminazione pubblica", DEVICES),
        ("guida autonoma", INFRASTRUCTURE),
        ("5G", INFRASTRUCTURE),
        ("questionario online", SOFTWARE),
        ("qualità dell’aria", DEVICES),
        ("materiali compostabili", None),
        ("scheledroga", None),
    ],
)
def test_tags_tell_what_they_ask(tag, level):
    assert demand_of(tag) == level


def test_the_most_demanding_tag_counts():
    assert demand(["app", "5g", "nulla di noto"]) == INFRASTRUCTURE
    assert demand([]) is None


# All cards at once


def _published_with(officer, desk, municipality, others, **fields):
    project = builders.draft(officer, municipality, **fields)
    project.other_municipalities.set(others)
    return builders.publish_draft(project, officer, desk)


@pytest.fixture
def cards(db):
    """Six cards that differ in every fact the fit reads."""
    country = builders.piedmont()
    facts = {"area_km2": 30, "altitude_m": 250, "altitude_zone": 3, "urbanisation_degree": 2}
    Territory.objects.filter(code="E379").update(**facts)
    Territory.objects.filter(code="L219").update(
        area_km2=130, altitude_m=239, altitude_zone=5, urbanisation_degree=1
    )
    Territory.objects.filter(code="M405").update(population=1_235, urbanisation_degree=3, altitude_zone=4)
    officer, desk = builders.officer(country["torino"]), builders.reviewer()
    other = builders.officer(country["ivrea"], "ivrea@example.org")
    both = [country["val_di_chy"], country["ivrea"]]
    made = [
        builders.published(officer, desk, country["torino"], technologies=["5g"], scale="city"),
        _published_with(officer, desk, country["torino"], both, total_cost=684_450),
        builders.published(other, desk, country["ivrea"], stage="completed", primary_area="government"),
        builders.published(
            other, desk, country["ivrea"], total_cost=None, cost_unknown=True, technologies=[]
        ),
        builders.published(other, desk, country["ivrea"], scale="supra_municipal"),
        builders.published(other, desk, country["ivrea"]),
    ]
    return country, made


def test_all_at_once_is_the_same_as_one_by_one(cards):
    country, _made = cards
    for municipality in (country["samone"], country["samone_tn"], country["ivrea"], country["torino"]):
        order = suited(find(ProjectQuery()), municipality)
        for row in order[0:10]:
            one = fit_of(read_document(Edition.objects.get(pk=row["keys"])), municipality).fit
            assert row["fit"] == one.score
            assert {name: row[name] for name in DIMENSIONS} == one.values


def test_order_is_by_fit_then_newest_and_leaves_own_projects_out(cards):
    country, made = cards
    order = suited(find(ProjectQuery()), country["samone"])
    rows = order[0:10]
    assert len(rows) == 6
    assert [(row["fit"], row["keys"]) for row in rows] == sorted(
        ((row["fit"], row["keys"]) for row in rows), reverse=True
    )
    assert {row["keys"] for row in suited(find(ProjectQuery()), country["ivrea"])[0:10]} == {made[0].pk}
    assert order.rated == 0


def test_filters_keep_the_order(cards):
    country, made = cards
    everything = [row["keys"] for row in suited(find(ProjectQuery()), country["samone"])[0:10]]
    energy = find(ProjectQuery(facets={"area": ("energy",)}))
    kept = [row["keys"] for row in suited(energy, country["samone"])[0:10]]
    assert kept == [key for key in everything if key != made[2].pk]


def test_order_follows_a_new_card(cards):
    country, made = cards
    before = len(suited(find(ProjectQuery()), country["samone"]))
    made[0].refresh_from_db()
    desk = made[0].published_by
    builders.published(builders.officer(country["val_di_chy"], "v@example.org"), desk, country["val_di_chy"])
    assert len(suited(find(ProjectQuery()), country["samone"])) == before + 1


def test_municipality_merged_since_is_its_successor(cards, settings):
    """A card names Samone; then Samone becomes part of Val di Chy: list and single page agree."""
    country, made = cards
    desk = made[0].published_by
    office = builders.officer(country["samone"], "s@example.org")
    card = builders.published(office, desk, country["samone"])
    Territory.objects.filter(code="H753").update(valid_to=date(2026, 1, 1))
    TerritoryChange.objects.create(
        kind="merger",
        effective_date=date(2026, 1, 1),
        predecessor=country["samone"],
        successor=country["val_di_chy"],
    )
    PLACE_CACHE.clear()
    order = suited(find(ProjectQuery()), country["ivrea"])
    row = next(row for row in order[0:10] if row["keys"] == card.pk)
    one = fit_of(read_document(card), country["ivrea"]).fit
    assert (row["fit"], one.model.code) == (one.score, "M405")
    mine = [row["keys"] for row in suited(find(ProjectQuery()), country["val_di_chy"])[0:10]]
    assert card.pk not in mine


def test_rated_projects_come_first_by_r_times_f(cards, monkeypatch):
    country, made = cards
    chosen = {made[0].pk: 90.0, made[3].pk: 10.0}
    monkeypatch.setattr(Scores, "column", lambda self, columns: columns.table.column(chosen))
    monkeypatch.setattr(Scores, "key", ("these",))
    order = suited(find(ProjectQuery()), country["samone"])
    rows = order[0:10]
    assert [row["keys"] for row in rows[:2]] == [made[0].pk, made[3].pk]
    assert rows[0]["both"] == pytest.approx(90 * rows[0]["fit"])
    assert [row["both"] for row in rows[2:]] == [None] * 4
    assert order.rated == 2


# Pages and API


def test_card_page_asks_for_the_municipality(client, cards):
    _country, made = cards
    response = client.get(f"/progetti/{made[0].slug}/adatto/")
    assert response.status_code == 200
    assert response.context["answer"] is None
    assert "Che cosa guardiamo" in response.content.decode()


@pytest.mark.parametrize("typed", ["ivrea", "E379", "001125", "Ivrea (TO)"])
def test_card_page_takes_every_name_of_a_municipality(client, cards, typed):
    _country, made = cards
    response = client.get(f"/progetti/{made[0].slug}/adatto/", {"comune": typed})
    assert response.context["reader"].municipality.code == "E379"
    assert response.context["answer"].fit.known == 5
    assert "Set-Cookie" not in response.headers


def test_unknown_municipality_is_told_and_kept(client, cards):
    _country, made = cards
    response = client.get(f"/progetti/{made[0].slug}/adatto/", {"comune": "Atlantide"})
    text = response.content.decode()
    assert "Non c’è un Comune che si chiama «Atlantide»" in text
    assert 'value="Atlantide"' in text
    assert 'aria-invalid="true"' in text


def test_homonyms_are_told_apart(client, cards):
    _country, _made = cards
    response = client.get("/adatti/", {"comune": "Samone"})
    assert "scrivi Samone (TN), Samone (TO)" in response.content.decode()


def test_own_project_is_told(client, cards):
    _country, made = cards
    response = client.get(f"/progetti/{made[0].slug}/adatto/?comune=torino")
    assert "Il tuo Comune partecipa già a questo progetto." in response.content.decode()


def test_code_leads_to_the_slug(client, cards):
    _country, made = cards
    response = client.get(f"/progetti/{made[0].code}/adatto/?comune=ivrea")
    assert response.status_code == 301
    assert response["Location"] == f"/progetti/{made[0].slug}/adatto/?comune=ivrea"
    assert client.get("/progetti/nessuno/adatto/").status_code == 404


def test_suited_page_lists_all_with_its_figures(client, cards):
    response = client.get("/adatti/?comune=samone-to")
    assert response.context["count"] == 6
    assert [item["number"] for item in response.context["items"]] == [1, 2, 3, 4, 5, 6]
    assert "Nessuno di questi progetti ha ancora un punteggio" in response.content.decode()
    assert len(response.context["points"]) == 6
    assert "Set-Cookie" not in response.headers


def test_suited_page_takes_a_constant_number_of_queries(client, cards, django_assert_num_queries):
    """Town, index mark, own costs, cards of the page; a first reading of sheets, dates and sums aside."""
    client.get("/adatti/?comune=samone-to")
    with django_assert_num_queries(4):
        client.get("/adatti/?comune=samone-to")
    with django_assert_num_queries(4):
        client.get("/adatti/?comune=samone-to&area=governo")


def test_suited_page_tells_bad_weights(client, cards):
    response = client.get("/adatti/?comune=samone-to&peso_economica=9&preset=mio")
    assert response.context["problems"] == [
        "Il peso di peso_economica va da 0 a 3: ho usato 1",
        "Questa combinazione di pesi non esiste: scegli equal o small_municipality",
    ]


def test_files_hold_the_whole_filtered_order(client, cards):
    answer = client.get("/adatti/?comune=samone-to&area=energia&formato=csv")
    lines = b"".join(answer.streaming_content).decode().split("\r\n")
    assert lines[0].startswith("position,code,title,municipality,primary_area,stage,replicability,fit,")
    assert len(lines) == 1 + 5 + 1
    body = json.loads(b"".join(client.get("/adatti/?comune=samone-to&formato=json").streaming_content))
    assert (body["municipality"], body["count"], len(body["results"])) == ("H753", 6, 6)
    assert body["results"][0]["position"] == 1


def test_city_has_a_short_address(client, cards):
    response = client.get("/citta/E379/adatti/")
    assert (response.status_code, response["Location"]) == (302, "/adatti/?comune=ivrea")
    assert client.get("/citta/nessuna/adatti/").status_code == 404


def test_api_gives_the_same_fit(client, cards):
    country, made = cards
    body = client.get(f"/api/v1/projects/{made[0].code}/fit?municipality=001125").json()
    one = fit_of(read_document(made[0]), country["ivrea"]).fit
    assert body["score"] == round(one.score, 4)
    assert [row["key"] for row in body["dimensions"]] == list(DIMENSIONS)
    assert body["dimensions"][0].keys() == {"key", "value", "parts", "reasons", "questions"}
    assert body["municipality"] == "E379"


@pytest.mark.parametrize(("query", "status"), [("", 422), ("?municipality=ZZZZ", 422), ("?altro=1", 400)])
def test_api_refuses_what_it_cannot_read(client, cards, query, status):
    _country, made = cards
    response = client.get(f"/api/v1/projects/{made[0].code}/fit{query}")
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
