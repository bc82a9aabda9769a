"""Demonstration kits: loaded once, marked on every page, never beside real documents, hidden without DEMO."""

import io
import json
import re
import zipfile

import pytest
from django.conf import settings as installed
from django.urls import reverse

from cards.models import Edition
from demo.demo_assessments import load_assessments
from demo.demo_kits import load_kits, paper_data, rows_of
from demo.sample import load_projects
from projects import publishing
from projects.models import Project
from reuse.criteria import ASPECTS
from reuse.models import DemonstrationDocument, Standing
from reuse.reads.standing import panel_of
from reuse.score import KitDocument, kit_aspects, kit_completeness
from tests import builders
from tests.demo.test_sample import ENTRY, assessment
from tests.reuse.test_assessing import all_rated, rate

pytestmark = pytest.mark.django_db

SAMPLE = installed.BASE_DIR / "fixtures" / "sample"
SOURCES = {
    entry["key"]: [source["url"] for source in entry["sources"]]
    for entry in json.loads((SAMPLE / "projects.json").read_text("utf-8"))
}
KITS = {
    path.stem: list(rows_of(path.read_text("utf-8"), SOURCES[path.stem]))
    for path in sorted((SAMPLE / "kits").glob("*.md"))
}
TEXT = """data: 2026-10-12

# specification: Scheda tecnica dimostrativa
Lampioni nuovi.

## Non pubblicato
- Il costo.

# call: Il bando
<https://example.org/luci>
"""
RATED = [
    {"key": key, "value": 3, "motive": "Si prova"}
    for key in (
        "social_compatibility",
        "technical_compatibility",
        "ease_of_use_staff",
        "trialability",
        "answer_to_issue",
        "market_demand",
    )
]


@pytest.fixture
def folder(tmp_path, settings, municipalities):
    settings.DEMO, settings.MEDIA_ROOT = True, tmp_path / "media"
    for name, content in (("projects", [ENTRY]), ("assessments", [assessment(ratings=RATED)])):
        (tmp_path / f"{name}.json").write_text(json.dumps(content), "utf-8")
    load_projects(tmp_path / "projects.json")
    load_assessments(tmp_path / "assessments.json")
    (tmp_path / "kits").mkdir()
    return tmp_path / "kits"


@pytest.fixture
def card(folder):
    assert load(folder).created == ["luci-torino"]
    return Edition.objects.current().get()


def load(folder, text=TEXT, key="luci-torino"):
    (folder / f"{key}.md").write_text(text, "utf-8")
    return load_kits(folder)


def files(settings) -> set[str]:
    return {path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}


def specification() -> DemonstrationDocument:
    return DemonstrationDocument.objects.get(type="specification")


def page_of(client, card) -> str:
    return client.get(reverse("public:card-detail", args=[card.slug])).content.decode()


def archive(client, card) -> zipfile.ZipFile:
    answer = client.get(reverse("public:card-kit", args=[card.slug]))
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def test_texts_become_files_and_links(card, settings):
    document = specification()
    assert (document.title, document.media_type, document.url) == (
        "Scheda tecnica dimostrativa",
        "application/pdf",
        "",
    )
    assert document.file.read().startswith(b"%PDF-")
    assert document.file.name.startswith(f"projects/{card.record_id}/")
    assert document.size == document.file.size
    link = DemonstrationDocument.objects.get(type="call")
    assert (link.url, bool(link.file)) == ("https://example.org/luci", False)
    standing = Standing.objects.get()
    # technical 1 of 2, administrative 1 of 3: (1/2 + 1/3) / 5
    assert (str(standing.kit_completeness), standing.is_demonstration) == ("0.1667", True)
    # 0.55 · (3 − 1) / 4 + 0.30 · 0.1667
    assert str(standing.score) == "32.5"


def test_loading_twice_changes_nothing(folder, settings):
    load(folder)
    before, rows = files(settings), list(DemonstrationDocument.objects.order_by("pk").values())
    assert load(folder).unchanged == ["luci-torino"]
    assert files(settings) == before
    assert list(DemonstrationDocument.objects.order_by("pk").values()) == rows


def test_changed_text_replaces_the_file_and_deletes_the_old_one(
    folder, settings, django_capture_on_commit_callbacks
):
    load(folder)
    before = files(settings)
    with django_capture_on_commit_callbacks(execute=True):
        assert load(folder, TEXT.replace("Lampioni nuovi", "Lampioni rifatti")).created == ["luci-torino"]
    assert DemonstrationDocument.objects.count() == 2
    assert len(files(settings)) == 1
    assert files(settings).isdisjoint(before)


def test_missing_file_is_written_again(folder, settings):
    load(folder)
    specification().file.storage.delete(specification().file.name)
    assert load(folder).created == ["luci-torino"]
    assert specification().file.size > 1000


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("nessuno", TEXT, "nessuno: il progetto non c’è"),
        ("luci-torino", TEXT.replace("data: ", ""), "luci-torino: manca la riga «data: AAAA-MM-GG»"),
        ("luci-torino", TEXT.replace("call", "poem"), "luci-torino: tipo di documento sconosciuto: poem"),
        (
            "luci-torino",
            TEXT.replace("org/luci", "org/altro"),
            "luci-torino: non è una fonte del progetto: https://example.org/altro",
        ),
        (
            "luci-torino",
            TEXT.replace(" dimostrativa", ""),
            "luci-torino: documento senza testo, o che nel titolo non dice di essere dimostrativo: "
            "Scheda tecnica",
        ),
    ],
)
def test_wrong_kits_are_reported_and_leave_no_row(folder, key, text, message):
    assert load(folder, text, key).problems == [message]
    assert DemonstrationDocument.objects.count() == 0


def test_documents_are_marked_on_the_card_and_in_the_api(client, card):
    page = page_of(client, card)
    address = reverse("demonstration-file", args=[specification().pk])
    assert f'href="{address}"' in page
    assert page.count("(dimostrativo)") == 1
    assert page.count("(pagina pubblicata, scelta per il kit dimostrativo)") == 1
    assert "nessun ente li ha approvati" in page
    assert "nessun ente li ha approvati" not in client.get("/progetti/").content.decode()
    kit = client.get(f"/api/v1/projects/{card.code}/replicability").json()["kit"]
    assert [(row["type"], row["is_demonstration"]) for row in kit] == [
        ("specification", True),
        ("call", True),
    ]
    assert kit[0]["url"] == f"{installed.SITE_URL}{address}"
    assert client.get("/replicabilita/?formato=json").json()["results"][0]["is_demonstration"] is True


def test_file_is_served_as_a_download(client, card):
    answer = client.get(reverse("demonstration-file", args=[specification().pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert 'filename="scheda-tecnica-dimostrativa.pdf"' in answer["Content-Disposition"]
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_documents_are_marked_in_the_archive(client, card):
    kit = archive(client, card)
    name = "documenti-dimostrativi/01-scheda-tecnica-dimostrativa.pdf"
    assert [n for n in kit.namelist() if n.startswith("documenti")] == [name]
    assert kit.read(name).startswith(b"%PDF-")
    index = kit.read("indice.csv").decode("utf-8-sig").splitlines()
    assert sum(line.endswith(",Documento dimostrativo") for line in index) == 1
    assert sum(line.endswith('"Pagina pubblicata, scelta per il kit dimostrativo"') for line in index) == 1
    assert "<br>Documento dimostrativo" in kit.read("INDICE.html").decode()


def test_kit_is_hidden_without_demo(client, card, settings):
    address = reverse("demonstration-file", args=[specification().pk])
    settings.DEMO = False
    assert "dimostrativ" not in page_of(client, card)
    assert client.get(f"/api/v1/projects/{card.code}/replicability").json()["kit"] == []
    assert client.get("/replicabilita/?formato=json").json()["results"] == []
    assert [n for n in archive(client, card).namelist() if "dimostrativ" in n] == []
    assert client.get(address).status_code == 404


def test_documents_of_a_withdrawn_card_are_404(client, card):
    publishing.withdraw(card, by=builders.reviewer(), reason="Dati errati")
    assert client.get(reverse("demonstration-file", args=[specification().pk])).status_code == 404


def test_real_document_replaces_the_demonstration(card):
    project = builders.project_of(card)
    project.documents.create(type="budget", title="Bilancio", url="https://example.org/b.pdf")
    publishing.issue_project(project, by=None)
    standing = Standing.objects.get()
    # economic 1 of 3, and nothing of the demonstration
    assert str(standing.kit_completeness) == "0.0667"


def test_real_assessment_replaces_the_demonstration(client, card, municipalities):
    rate(card, builders.officer(municipalities["torino"]), all_rated(5), "self")
    standing = Standing.objects.get()
    assert (standing.is_demonstration, standing.kit_completeness) == (False, 0)
    assert [n for n in archive(client, card).namelist() if "dimostrativ" in n] == []


def test_kit_without_assessment_is_a_demonstration(folder, settings):
    Project.objects.update(origin_key="altro")
    load(folder, key="altro")
    panel = panel_of(Project.objects.get().pk, {"documents": [], "partners": []})
    assert (panel.is_demonstration, len([d for a in panel.kit for d in a.documents])) == (True, 2)


def test_kit_as_of_a_day(card):
    document = {"documents": [], "partners": []}
    day = DemonstrationDocument.objects.first().made_on
    assert panel_of(card.record_id, document, today=day).score.kit_completeness > 0
    assert panel_of(card.record_id, document, today=day.replace(day=1)).score.kit_completeness == 0


def test_document_begins_with_what_it_is():
    sources = ["https://example.org/luci"]
    first, link = rows_of(TEXT, sources)
    data = paper_data(first, "Luci a LED", sources)
    assert data["introduction"] == (
        "Documento dimostrativo, preparato dall’Osservatorio dalle fonti pubblicate: https://example.org/luci."
    )
    assert (data["label"], "quadre" in data["remark"]) == ("Capitolato o specifica", False)
    assert [block["kind"] for block in data["blocks"]] == ["text", "heading", "bullet"]
    assert "quadre" in paper_data({**first, "body": "Comune di [nome]"}, "Luci", sources)["remark"]
    assert (link["url"], link["body"]) == (sources[0], "")


def completeness(rows) -> float:
    return float(kit_completeness(KitDocument(row["type"], row["title"]) for row in rows))


def test_sample_kits_are_many_and_differ():
    assert len(KITS) >= 20
    assert set(KITS) <= {entry["project"] for entry in json.loads((SAMPLE / "assessments.json").read_text())}
    aspects = {
        key: sum(bool(row.covered) for row in kit_aspects(KitDocument(r["type"], r["title"]) for r in rows))
        for key, rows in KITS.items()
    }
    assert sum(n == len(ASPECTS) for n in aspects.values()) >= 5
    assert min(aspects.values()) == 2
    assert max(completeness(rows) for rows in KITS.values()) < 0.9
    assert all(len({row["type"] for row in rows}) == len(rows) for rows in KITS.values())


def test_sample_documents_are_short_and_say_what_is_missing():
    for key, rows in KITS.items():
        for row in rows:
            assert len(row["body"]) < 1800, (key, row["title"])
            assert not re.search(r"\bTODO\b|lorem", row["body"]), key
    text = "\n".join(row["body"] for rows in KITS.values() for row in rows)
    assert text.count("non pubblicat") > 20
