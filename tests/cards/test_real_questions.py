"""Fifty questions in Italian to real text: the sample projects, and calls of PA digitale.

Each answer begins with what a person would expect to see first. SQLite and PostgreSQL give the same.
"""

import csv
import gzip
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.http import QueryDict

from cards.search.query import find, parse
from demo.sample import load_projects

pytestmark = pytest.mark.django_db

CALLS = Path(__file__).with_name("real") / "padigitale.csv"
SAMPLE = settings.BASE_DIR / "fixtures" / "sample" / "projects.json"
FIFTY = {
    # accents and case
    "mobilità": ["Città capofila della mobilità", "BIPforMaaS", "Buoni mobilità", "Tredici microprogetti"],
    "MOBILITA": ["Città capofila della mobilità", "BIPforMaaS", "Buoni mobilità", "Tredici microprogetti"],
    "condomini": ["Comunità energetiche nei condomìni di Pinerolo"],
    "qualità dell'aria": ["SMART AIR", "Io Torino, sensori nelle scuole"],
    "QUALITA’ DELL’ARIA": ["SMART AIR", "Io Torino, sensori nelle scuole"],
    # inflections
    "gemelli digitali": ["Gemello digitale di Perugia", "Gemello digitale di Torino", "Brescia Digi-T"],
    "drone": ["DORALab", "Turincod", "Ispezioni e rilievi aerei"],
    "comunità energetiche": [
        "Comunità energetiche nei",
        "Comunità energetiche del",
        "Prima comunità energetica",
    ],
    "comunità energetica": [
        "Prima comunità energetica",
        "Comunità energetiche nei",
        "Comunità energetiche del",
    ],
    "lampione led": ["Led per Torino", "SMILE: illuminazione pubblica"],
    "pista ciclabile": ["PR-V4, rete ciclabile"],
    "biciclette elettriche": ["Bike sharing elettrico a Siena"],
    # prefixes
    "fotov": [
        "Illuminazione e fotovoltaico pubblico",
        "Comunità energetiche nei",
        "Prima comunità energetica",
    ],
    "sensori nelle scu": ["Io Torino, sensori nelle scuole", "SMART AIR"],
    "irrigaz": ["Irrigazione intelligente dei giardini"],
    "gemello dig": ["Gemello digitale di Perugia", "Gemello digitale di Torino"],
    # slips
    "illuminazone": ["Illuminazione e fotovoltaico", "Illuminazione pubblica in partenariato"],
    "semafri": ["Illuminazione intelligente con ENEA PELL", "Led per Torino"],
    "gemelo digitale": ["Gemello digitale di Perugia", "Gemello digitale di Torino", "Brescia Digi-T"],
    "comunitta energetiche": ["Comunità energetiche nei", "Comunità energetiche del"],
    "parchegi": ["Parcheggio intelligente in piazza Carrara"],
    "territorio sostenible": ["Oil Free Zone Territorio Sostenibile"],
    "bigliettazzione": ["BIPforMaaS"],
    # phrases
    '"qualità dell’aria"': ["SMART AIR", "Io Torino, sensori nelle scuole"],
    '"comunità energetiche" pinerolo': ["Comunità energetiche nei condomìni di Pinerolo"],
    '"luce a led"': [
        "Illuminazione pubblica in partenariato",
        "Illuminazione intelligente",
        "Illuminazione a led",
    ],
    "«case delle tecnologie»": [],
    '"drone"': ["DORALab"],
    # places
    "Firenze": ["Sperimentazioni MaaS a Firenze e Bari", "Smart City Control Room di Firenze"],
    "matera": ["Casa delle tecnologie emergenti di Matera"],
    "bike sharing siena": ["Bike sharing elettrico a Siena"],
    "magliano alpi": ["Prima comunità energetica rinnovabile d’Italia"],
    "san salvario": ["Tellingstones, le pietre che raccontano"],
    "torino droni": ["Turincod", "DORALab", "Ispezioni e rilievi aerei"],
    # technologies
    "5g": ["Casa delle tecnologie emergenti 5G di Bologna", "PR-TRA1, sperimentazione 5G"],
    "prato 5g": ["PR-TRA1, sperimentazione 5G"],
    "internet delle cose": ["Irrigazione intelligente", "Torino Living Lab IoT", "IoTibevo"],
    "wifi gratuito": ["Smart Town, pali modulari e wifi"],
    "MaaS": ["Città capofila", "Sperimentazioni MaaS", "MaaS4Piemonte", "TorinoMaaS4Italy"],
    "SPID CIE": ["1.4.4 Adozione SPID CIE  - Comuni"],
    # codes
    "C19I21000130001": ["TorinoMaaS4Italy"],
    "j69i23002230006": ["MaaS4Piemonte"],
    "F71C22001360007": ["1.2 Abilitazione al Cloud - Comuni - Luglio 2022"],
    # several words, words that say little
    "la casa delle tecnologie di matera": ["Casa delle tecnologie emergenti di Matera"],
    "riqualificazione energetica degli edifici": ["2020Together, efficienza", "2020Together, lotto 1"],
    "piano smart city prato": ["Piano Smart City di Prato"],
    "esperienza del cittadino settembre": ["1.4.1 Esperienza del Cittadino - Comuni - Settembre 2022"],
    # odd signs
    "#SmartME": ["#SmartME, rete di sensori aperta", "TOO(L)SMART, riuso dei sensori"],
    "TOO(L)SMART!!": ["TOO(L)SMART, cinque stazioni a Lecce", "TOO(L)SMART, riuso dei sensori"],
    "l’alveare???": ["L’Alveare Campidoglio"],
}


def calls() -> list[dict]:
    """The calls of PA digitale as entries of a sample file."""
    rows = csv.DictReader(CALLS.read_text(encoding="utf-8").splitlines())
    promoter = {"kind": "municipality", "name": "Comune di Torino", "municipality": "L219"}
    plain = {"kind": "project", "stage": "funded", "scale": "city", "primary_area": "government"}
    lists = {"other_municipalities": [], "other_areas": [], "technologies": [], "sdgs": []}
    return [
        {
            **plain,
            **lists,
            "key": f"call-{number}",
            "title": row["title"],
            "summary": "Domanda finanziata.",
            "cup_codes": [row["cup"]],
            "lead_municipality": row["municipality"],
            "promoter": promoter,
        }
        for number, row in enumerate(rows)
    ]


def answer(question: str, length: int) -> list[str]:
    params = QueryDict(mutable=True)
    params["q"] = question
    query, problems = parse(params, page=True)
    assert problems == []
    return [card.title for card in find(query)[: max(1, length)]]


def test_fifty_questions_find_what_one_expects_first(tmp_path):
    call_command("load_reference", verbosity=0)
    file = tmp_path / "calls.json"
    file.write_text(json.dumps(calls()), encoding="utf-8")
    loaded = [len(load_projects(path).created) for path in (file, SAMPLE)]
    assert loaded == [55, 98]
    wrong = {}
    for question, wanted in FIFTY.items():
        found = answer(question, len(wanted))
        if len(found) != len(wanted) or not all(map(str.startswith, found, wanted)):
            wrong[question] = found
    assert wrong == {}
    assert len(FIFTY) == 50


def test_real_borders_stay_within_their_weight(client):
    """The largest frames: all Italy, a wide region, the provinces with most municipalities."""
    call_command("load_reference", verbosity=0)
    weights = {}
    for key in ("regioni", "regione-03", "regione-20", "provincia-TO", "provincia-CN", "provincia-BZ"):
        response = client.get(f"/mappa/confini/{key}.geojson")
        assert response.status_code == 200
        weights[key] = len(gzip.compress(response.content))
    assert {key: weight for key, weight in weights.items() if weight > 30_000} == {}
    page = client.get("/mappa/?provincia=TO")
    assert len(gzip.compress(page.content)) <= 30_000


JUDGED = Path(__file__).with_name("real") / "questions.csv"
# Answers that stand anywhere in the registry: a card that is found by its own code.
ANY = "*"


def test_judged_questions_are_answered_in_the_first_five(tmp_path, capsys):
    """Questions written from the sample, the titles of PA digitale and the areas; half of them with slips.

    A question without an expected answer has none in the registry. The figures are in docs/performance.md.
    """
    call_command("load_reference", verbosity=0)
    file = tmp_path / "calls.json"
    file.write_text(json.dumps(calls()), encoding="utf-8")
    for path in (SAMPLE, file):
        load_projects(path)
    rows = list(csv.DictReader(JUDGED.read_text(encoding="utf-8").splitlines(), delimiter=";"))
    answered, missed, empty = 0, {}, []
    for row in rows:
        expected = [text for text in row["expected"].split("|") if text]
        if not expected:
            continue
        found = answer(row["question"], 5)
        is_found = any(title.startswith(text) or text == ANY for title in found for text in expected)
        answered += is_found
        if not is_found:
            missed[row["question"]] = found
        if not found:
            empty.append(row["question"])
    asked = answered + len(missed)
    with capsys.disabled():
        print(f"\n{asked} questions: {answered} in the first five, {len(empty)} wrongly empty: {missed}")
    assert len(rows) >= 150
    assert sum(bool(row["slip"]) for row in rows) >= 60
    assert empty == []
    assert answered / asked >= 0.95
