"""Loading the sample: what one entry becomes, and that a second run changes nothing."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.management import CommandError, call_command

from accounts.models import Membership, User
from cards.models import Edition
from cards.search.query import ProjectQuery, facet_counts, find
from demo.demo_assessments import load_assessments
from demo.sample import load_projects
from lib.audit import Entry
from municipalities.models import Organisation
from projects import actions, publishing
from projects.models import Project
from protocols.models import Protocol
from reuse.models import Assessment
from reuse.score import gaps
from tests import builders

ENTRY = {
    "key": "luci-torino",
    "n": 1,
    "title": "Luci a LED",
    "summary": "Lampioni nuovi.",
    "kind": "project",
    "cup_codes": ["c19i 21000130001"],
    "lead_municipality": "L219",
    "other_municipalities": ["A199", "001125"],
    "scale": "city",
    "primary_area": "energy",
    "other_areas": ["environment"],
    "technologies": ["LED"],
    "sdgs": [7],
    "stage": "running",
    "stage_as_of": "2015",
    "start_actual": "3/2014",
    "need": "Consumi",
    "promoter": {"kind": "municipality", "name": "Comune di Torino", "municipality": "L219"},
    "partners": [{"name": "Iren", "role": "implementer"}],
    "total_cost": 14000000.5,
    "funding": [{"source": "eu", "programme": "FESR", "amount": 100.5}],
    "indicators": [{"name": "Energia", "unit": "kWh", "baseline": 10, "target": 5.25, "value": None}],
    "sources": [{"url": "https://example.org/luci", "title": "Luci"}],
}
FIRM = {
    **ENTRY,
    "key": "ditta-ivrea",
    "title": "App",
    "lead_municipality": "E379",
    "total_cost": None,
    "promoter": {"kind": "company", "name": "Ditta", "municipality": ""},
    "other_municipalities": [],
}


@pytest.fixture
def municipalities(db):
    return builders.piedmont()


@pytest.fixture
def load(tmp_path, municipalities):
    def run(*entries):
        file = tmp_path / "projects.json"
        file.write_text(json.dumps(entries), "utf-8")
        return load_projects(file)

    return run


def test_card_has_the_point_of_its_entry_or_none(load):
    placed = {**ENTRY, "latitude": "45.07391", "longitude": "7.69966"}
    assert load(placed, {**ENTRY, "key": "altrove"}).problems == []
    keys = dict(Project.objects.values_list("pk", "origin_key"))
    points = {keys[record]: north for record, north in Edition.objects.values_list("record", "latitude")}
    assert points == {"luci-torino": Decimal("45.07391"), "altrove": None}


def test_entry_becomes_a_published_project(load):
    report = load(ENTRY)
    assert (report.created, report.problems) == (["luci-torino"], [])
    project = Project.objects.get(origin_key="luci-torino")
    assert (project.status, project.origin, project.owner.name) == ("published", "sample", "Comune di Torino")
    assert (project.start_actual, project.total_cost) == ("2014-03", Decimal("14000000.50"))
    assert list(project.identifiers.values_list("value", flat=True)) == ["C19I21000130001"]
    assert project.indicators.get().target == Decimal("5.25")
    card = Edition.objects.current().get()
    assert (card.code, card.slug, card.edition) == (project.code, "luci-a-led", 1)
    assert facet_counts(ProjectQuery(), ("municipality",)) == {
        "municipality": {"E379": 1, "L219": 1, "M405": 1}
    }


def test_project_of_a_firm_is_owned_by_the_municipality(load):
    load(FIRM)
    project = Project.objects.get()
    assert (project.owner.name, project.promoter.name) == ("Comune di Ivrea", "Ditta")
    assert project.cost_unknown is True


def test_second_run_changes_nothing(load):
    load(ENTRY, FIRM)
    before = list(Edition.objects.order_by("pk").values()), list(Project.objects.order_by("pk").values())
    report = load(ENTRY, FIRM)
    assert report.unchanged == ["luci-torino", "ditta-ivrea"]
    assert (
        list(Edition.objects.order_by("pk").values()),
        list(Project.objects.order_by("pk").values()),
    ) == before
    assert Organisation.objects.count() == 3
    assert Entry.objects.count() == 2


def test_changed_entry_makes_the_next_edition(load):
    load(ENTRY)
    report = load({**ENTRY, "stage": "completed", "funding": []})
    assert report.updated == ["luci-torino"]
    card = Edition.objects.current().get()
    assert (card.edition, card.stage) == (2, "completed")
    assert Project.objects.get().funding_lines.count() == 0


def test_entry_edited_by_people_is_not_loaded_again(load, municipalities):
    load(ENTRY)
    project = Project.objects.get()
    actions.revise(project, by=builders.officer(municipalities["torino"]))
    assert load({**ENTRY, "title": "Altro"}).edited == ["luci-torino"]
    assert Project.objects.get().title == "Luci a LED"
    assert Edition.objects.count() == 1


def test_withdrawn_card_is_not_published_again(load):
    load(ENTRY)
    publishing.withdraw(Edition.objects.get(), by=builders.reviewer(), reason="Dati errati")
    assert load(ENTRY).unchanged == ["luci-torino"]
    assert not Edition.objects.current().exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lead_municipality": "Z999"}, "il Comune Z999 non è nell’elenco"),
        ({"stage": "finito"}, "stage"),
        ({"start_actual": "31/31/2014"}, "start_actual non è una data"),
        ({"funding": [{"source": "marte", "amount": 1}]}, "FundingLine"),
        ({"promoter": {"kind": "club", "name": "X"}}, "tipo di ente sconosciuto"),
    ],
)
def test_bad_entry_is_reported_and_leaves_no_row(load, change, message):
    report = load({**ENTRY, **change}, FIRM)
    assert message in report.problems[0]
    assert report.created == ["ditta-ivrea"]
    assert not Project.objects.filter(origin_key="luci-torino").exists()


def run(*args, **options) -> str:
    out = StringIO()
    call_command(*args, stdout=out, stderr=out, **options)
    return out.getvalue()


def test_command_loads_protocols_and_says_when_nothing_changed(tmp_path, municipalities):
    file = tmp_path / "projects.json"
    file.write_text(json.dumps([ENTRY]), "utf-8")
    assert "Progetti nuovi: 1" in run("load_sample", file=file)
    again = run("load_sample", file=file)
    assert "Protocolli nuovi: 0" in again
    assert "Nessun cambiamento" in again
    slugs = set(Protocol.objects.published().values_list("slug", flat=True))
    assert slugs == {"torino-smart-city-metropolitana", "protocollo-smart-city-toscana"}


def test_command_without_places_says_what_to_do(db):
    with pytest.raises(CommandError, match="load_reference"):
        run("load_sample")


def test_demo_accounts_can_be_created_twice(tmp_path, municipalities, settings, client):
    settings.DEMO = True
    file = tmp_path / "projects.json"
    file.write_text("[]", "utf-8")
    run("load_sample", file=file, demo_accounts=True)
    output = run("load_sample", file=file, demo_accounts=True)
    roles = Membership.objects.values_list("user__email", "role", "organisation__name")
    assert sorted(roles) == [
        ("admin@example.org", "administrator", "Osservatorio Smart City"),
        ("redazione@example.org", "reviewer", "Osservatorio Smart City"),
        ("referente@example.org", "manager", "Comune di Torino"),
    ]
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 3
    password = output.split("password: ")[1].split(")")[0]
    assert all(user.check_password(password) for user in User.objects.all())
    assert list(User.objects.filter(is_superuser=True).values_list("email", flat=True)) == [
        "admin@example.org"
    ]


def test_demo_accounts_are_refused_in_production(municipalities, settings):
    settings.DEMO = settings.DEBUG = False
    with pytest.raises(CommandError, match="DEMO=1"):
        run("load_sample", demo_accounts=True)
    assert not User.objects.exists()


def test_rebuild_cards_renews_derived_columns(load):
    load(ENTRY, FIRM)
    Edition.objects.filter(slug="app").update(municipality_code="X")
    Edition.objects.filter(slug="luci-a-led").update(search_text="\n\n", facet_values="[]")
    assert "Schede: 2, cambiate: 2" in run("rebuild_cards")
    assert "Schede: 2, cambiate: 0" in run("rebuild_cards")
    assert Edition.objects.get(slug="app").municipality_code == "E379"
    assert '["area","energy"]' in Edition.objects.get(slug="luci-a-led").facet_values


def test_rebuild_indexes_current_editions_alone(load):
    load(ENTRY)
    load({**ENTRY, "title": "Luci nuove"})
    old = Edition.objects.get(edition=1)
    Edition.objects.filter(pk=old.pk).update(province_code="")
    assert "cambiate: 1" in run("rebuild_cards")
    assert list(find(ProjectQuery()).ids()) == [Edition.objects.get(edition=2).pk]


ASSESSMENTS = json.loads((settings.BASE_DIR / "fixtures" / "sample" / "assessments.json").read_text("utf-8"))


def test_demonstration_covers_enough_projects_and_differs_somewhere():
    by_project = {}
    for entry in ASSESSMENTS:
        by_project.setdefault(entry["project"], {})[entry["rater"]] = {
            row["key"]: row["value"] for row in entry["ratings"]
        }
    assert len(by_project) >= 22
    assert sum({"self", "observatory"} <= set(raters) for raters in by_project.values()) >= 5
    assert sum({"peer", "observatory"} <= set(raters) for raters in by_project.values()) >= 5
    assert sum(bool(gaps(raters)) for raters in by_project.values()) >= 2
    assert sum(len(entry["ratings"]) >= 6 for entry in ASSESSMENTS) > len(ASSESSMENTS) * 0.9


def test_evidence_names_only_sources_of_the_project():
    entries = json.loads((settings.BASE_DIR / "fixtures" / "sample" / "projects.json").read_text("utf-8"))
    sources = {entry["key"]: {source["url"] for source in entry["sources"]} for entry in entries}
    for entry in ASSESSMENTS:
        named = {row["evidence"] for row in entry["ratings"] if row.get("evidence")}
        assert named <= sources[entry["project"]], entry["project"]


def assessment(**fields) -> dict:
    rating = {"key": "trialability", "value": 3, "motive": "Si prova"}
    return {"project": "luci-torino", "rater": "self", "date": "2026-10-01", "ratings": [rating], **fields}


def assess(tmp_path, *entries):
    path = tmp_path / "assessments.json"
    path.write_text(json.dumps(entries), "utf-8")
    return load_assessments(path)


def test_changed_demonstration_becomes_the_next_version(municipalities, tmp_path):
    path = tmp_path / "projects.json"
    path.write_text(json.dumps([ENTRY]), "utf-8")
    load_projects(path)
    assert assess(tmp_path, assessment()).created == ["luci-torino/self"]
    assert assess(tmp_path, assessment()).unchanged == ["luci-torino/self"]
    assert assess(tmp_path, assessment(date="2026-10-02")).created == ["luci-torino/self"]
    rows = Assessment.objects.order_by("version").values_list("version", "is_demonstration", "by")
    assert list(rows) == [(1, True, None), (2, True, None)]
    # Assessing does not touch the words: the project may still be renewed from its file.
    path.write_text(json.dumps([{**ENTRY, "title": "Luci nuove"}]), "utf-8")
    assert load_projects(path).updated == ["luci-torino"]


def test_wrong_demonstrations_are_reported_and_leave_no_row(municipalities, tmp_path):
    path = tmp_path / "projects.json"
    path.write_text(json.dumps([ENTRY]), "utf-8")
    load_projects(path)
    wrong = [
        assessment(project="nessuno"),
        assessment(rater="nobody"),
        assessment(ratings=[{"key": "beauty", "value": 3, "motive": "Bello"}]),
        assessment(ratings=[{"key": "trialability", "value": 3, "motive": " "}]),
        assessment(rater="peer", municipality="Z999"),
    ]
    assert assess(tmp_path, *wrong).problems == [
        "nessuno/self: il progetto non c’è",
        "luci-torino/nobody: chi valuta non è tra quelli previsti",
        "luci-torino/self: voto da correggere: beauty",
        "luci-torino/self: voto da correggere: trialability",
        "luci-torino/peer: il Comune che valuta non è nell’elenco",
    ]
    assert Assessment.objects.count() == 0
