"""POST /api/v1/submissions: drafts by token, checked as the form checks, made once for each key."""

import json

import pytest
from django.urls import reverse

from accounts.actions import create_token, remove_colleague, revoke_token
from accounts.models import ApiRequest, ApiToken
from lib.audit import Entry, history
from municipalities.actions import body_of_municipality
from projects.models import Project
from tests import builders

WHOLE = {
    "title": "Bici in rete",
    "summary": "Stazioni di bici condivise.",
    "kind": "project",
    "need": "Troppe auto in centro.",
    "stage": "running",
    "primary_area": "mobility",
    "other_areas": ["environment"],
    "lead_municipality": "001125",
    "other_municipalities": ["L219", "Samone (TO)"],
    "total_cost": 1250.5,
    "sdgs": [11, 13],
    "technologies": ["GPS", "open data"],
    "cup_codes": ["C19I21000130001"],
    "latitude": 45.071,
    "longitude": "7.686",
    "start_actual": "2024-05",
    "contact_is_public": True,
    "funding_lines": [{"source": "eu", "programme": "FESR", "amount": "1000.50"}],
    "partners": [{"name": "Politecnico", "role": "research"}],
    "indicators": [{"name": "Viaggi", "unit": "n.", "value": 12.5, "date": "2025"}],
    "milestones": [{"title": "Gara", "date": "2024-01", "is_done": True}],
}


@pytest.fixture
def manager(municipalities):
    return builders.officer(municipalities["ivrea"], "capo@example.org", role="manager")


@pytest.fixture
def token(manager, municipalities):
    return create_token(body_of_municipality(municipalities["ivrea"]), by=manager, name="Gestionale")


@pytest.fixture
def send(client, token):
    def run(body, status: int = 201, *, secret: str = "", key: str = "", kind: str = "application/json"):
        headers = {
            "authorization": f"Bearer {secret or token[1]}",
            **({"idempotency-key": key} if key else {}),
        }
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        answer = client.post("/api/v1/submissions", data, content_type=kind, headers=headers)
        assert answer.status_code == status, answer.content
        assert answer["Content-Type"] == ("application/json" if status == 201 else "application/problem+json")
        run.headers = answer.headers
        return answer.json()

    return run


def pointers(answer: dict) -> list[str]:
    return [error["pointer"] for error in answer["errors"]]


@pytest.mark.parametrize("language", ["it", "en"])
def test_whole_project_becomes_a_draft(client, token, municipalities, manager, language):
    answer = client.post(
        "/api/v1/submissions",
        json.dumps(WHOLE),
        content_type="application/json",
        headers={"authorization": f"Bearer {token[1]}", "accept-language": language},
    )
    assert answer.status_code == 201, answer.content
    project = Project.objects.get()
    assert (project.status, project.owner, project.promoter) == (
        "draft",
        token[0].organisation,
        project.owner,
    )
    assert (str(project.total_cost), str(project.latitude), str(project.longitude)) == (
        "1250.50",
        "45.07100",
        "7.68600",
    )
    assert (project.sdgs, project.technologies, project.other_areas) == (
        [11, 13],
        ["gps", "open data"],
        ["environment"],
    )
    assert project.lead_municipality == municipalities["ivrea"]
    assert set(project.other_municipalities.all()) == {municipalities["torino"], municipalities["samone"]}
    assert str(project.funding_lines.get().amount) == "1000.50"
    assert (project.partners.get().role, project.milestones.get().is_done) == ("research", True)
    assert (str(project.indicators.get().value), project.identifiers.get().value) == (
        "12.5000",
        "C19I21000130001",
    )
    assert project.created_by == manager
    assert [event.verb for event in history("record", project.code).order_by("pk")] == ["create", "save"]
    assert answer.json() == {
        "code": project.code,
        "status": "draft",
        "title": "Bici in rete",
        "edit_url": f"http://127.0.0.1:8000/area-riservata/progetti/{project.code}/",
        "missing": [],
    }
    assert answer["Location"] == answer.json()["edit_url"]
    assert client.get(f"/api/v1/projects/{project.code}").status_code == 404


def test_partial_draft_tells_what_is_missing(send, municipalities):
    answer = send({"title": "Solo il titolo"})
    assert "/summary" in pointers({"errors": answer["missing"]})
    assert "/lead_municipality" not in pointers({"errors": answer["missing"]})
    assert Project.objects.get().lead_municipality == municipalities["ivrea"]


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("title", "x" * 121, "/title"),
        ("title", "", "/title"),
        ("title", 5, "/title"),
        ("title", "a\u0000b", "/title"),
        ("title", "\ud800", "/title"),
        ("colour", "red", "/colour"),
        ("a/b~c", 1, "/a~1b~0c"),
        ("version", 3, "/version"),
        ("primary_area", "energia", "/primary_area"),
        ("lead_municipality", "Atlantide", "/lead_municipality"),
        ("total_cost", -1, "/total_cost"),
        ("total_cost", 10.125, "/total_cost"),
        ("total_cost", "1.250.000", "/total_cost"),
        ("total_cost", 1e300, "/total_cost"),
        ("total_cost", True, "/total_cost"),
        ("running_cost_per_year", "tanto", "/running_cost_per_year"),
        ("sdgs", [18], "/sdgs"),
        ("sdgs", 11, "/sdgs"),
        ("technologies", "gps", "/technologies"),
        ("contact_is_public", "yes", "/contact_is_public"),
        ("website", "javascript:alert(1)", "/website"),
        ("start_actual", "ieri", "/start_actual"),
        ("partners", {"name": "x"}, "/partners"),
        ("partners", [{"name": "x", "colour": "y"}], "/partners/0/colour"),
        ("funding_lines", [{"source": "eu"}, {"source": "banca"}], "/funding_lines/1/source"),
        ("milestones", [{"date": "2024"}], "/milestones/0/title"),
    ],
)
def test_what_the_form_refuses_is_refused_with_its_pointer(send, field, value, pointer):
    answer = send({**{"title": "Bici"}, field: value}, 422)
    assert pointers(answer) == [pointer]
    assert answer["errors"][0]["detail"]
    assert not Project.objects.exists()


def test_too_many_rows_are_refused(send):
    answer = send({"title": "Bici", "indicators": [{"name": str(n)} for n in range(60)]}, 422)
    assert pointers(answer) == ["/indicators"]


def test_all_that_is_wrong_is_told_at_once(send):
    wrong = {
        "title": "Bici",
        "stage": "finito",
        "sdgs": [99],
        "funding_lines": [{"source": "eu", "amount": "-1"}],
    }
    assert pointers(send(wrong, 422)) == ["/stage", "/sdgs", "/funding_lines/0/amount"]


@pytest.mark.parametrize("body", ["{", "nan", '{"title": NaN}', b"\xff\xfe", "[" * 100_000])
def test_what_is_no_json_is_a_400(send, body):
    assert send(body, 400)["title"] == "Bad Request"


@pytest.mark.parametrize("body", ["[]", '"x"', "null", "3"])
def test_what_is_no_object_is_a_422(send, body):
    assert pointers(send(body, 422)) == [""]


def test_other_media_types_and_large_bodies_are_refused(send):
    assert send("title=x", 415, kind="application/x-www-form-urlencoded")["status"] == 415
    assert send({"title": "x", "need": "y" * 1_000_000}, 413)["status"] == 413
    assert send("x" * 6_000_000, 413)["status"] == 413


@pytest.mark.parametrize(
    "header", [{}, {"authorization": "Bearer sbagliata"}, {"authorization": "Basic abc"}]
)
def test_without_a_good_token_nobody_writes(client, db, header):
    answer = client.post("/api/v1/submissions", "{}", content_type="application/json", headers=header)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
    assert answer["Content-Type"] == "application/problem+json"


def test_ended_token_is_refused(send, token, manager):
    revoke_token(token[0], by=manager)
    assert send({"title": "x"}, 401)["status"] == 401


def test_token_of_somebody_who_left_is_refused(send, manager):
    remove_colleague(manager.memberships.get(), by=manager)
    assert send({"title": "x"}, 403)["status"] == 403


def test_session_is_no_token(client, manager):
    client.force_login(manager)
    answer = client.post("/api/v1/submissions", '{"title": "x"}', content_type="application/json")
    assert answer.status_code == 401


def test_same_key_same_body_same_answer(send):
    first = send(WHOLE, key="uno")
    assert send(WHOLE, key="uno") == first
    assert Project.objects.count() == 1
    assert send(WHOLE, key="due")["code"] != first["code"]


def test_same_key_other_body_is_refused(send):
    send({"title": "Bici"}, key="uno")
    assert "Idempotency-Key" in send({"title": "Luci"}, 422, key="uno")["detail"]
    assert Project.objects.get().title == "Bici"


def test_refused_request_keeps_no_key(send):
    send({"title": ""}, 422, key="uno")
    assert not ApiRequest.objects.exists()
    assert send({"title": "Bici"}, key="uno")["title"] == "Bici"


def test_keys_of_two_bodies_do_not_meet(send, municipalities):
    other = builders.officer(municipalities["torino"], "altra@example.org", role="manager")
    _token, secret = create_token(body_of_municipality(municipalities["torino"]), by=other, name="Altro")
    assert (
        send({"title": "Bici"}, key="uno")["code"]
        != send({"title": "Luci"}, key="uno", secret=secret)["code"]
    )


@pytest.mark.parametrize("key", ["con spazio", "x" * 256])
def test_key_of_no_sense_is_refused(send, key):
    assert send({"title": "x"}, 400, key=key)["status"] == 400


def test_only_sending_is_allowed(client, db):
    answer = client.get("/api/v1/submissions")
    assert (answer.status_code, answer["Allow"]) == (405, "POST, OPTIONS")


def test_secret_is_shown_once_and_stored_nowhere(client, manager):
    client.force_login(manager)
    address, body = reverse("officer:tokens"), manager.memberships.get().organisation_id
    page = client.post(address, {"organisation": body, "name": "Gestionale"}).content.decode()
    secret = page.partition("<code>osc_")[2].partition("</code>")[0]
    assert len(secret) == 43
    assert ApiToken.objects.of(f"osc_{secret}").get().name == "Gestionale"
    assert secret not in client.get(address).content.decode()
    assert secret not in ApiToken.objects.get().digest
    assert Entry.objects.get(verb="make_token").by == manager


def test_manager_ends_a_token(client, manager, token):
    client.force_login(manager)
    client.post(reverse("officer:token-revoke", args=[token[0].pk]))
    token[0].refresh_from_db()
    assert token[0].revoked_by == manager
    assert "Revocata" in client.get(reverse("officer:tokens")).content.decode()


def test_tokens_are_the_managers_own(client, municipalities, token):
    other = builders.officer(municipalities["torino"], "altra@example.org", role="manager")
    client.force_login(other)
    assert client.post(reverse("officer:token-revoke", args=[token[0].pk])).status_code == 403
    body = token[0].organisation_id
    assert client.post(reverse("officer:tokens"), {"organisation": body, "name": "x"}).status_code == 403
    client.force_login(builders.officer(municipalities["ivrea"], "semplice@example.org"))
    assert client.get(reverse("officer:tokens")).status_code == 403
    assert ApiToken.objects.get().revoked_at is None


def test_token_needs_a_name(client, manager):
    client.force_login(manager)
    body = manager.memberships.get().organisation_id
    answer = client.post(reverse("officer:tokens"), {"organisation": body, "name": ""})
    assert (answer.status_code, ApiToken.objects.exists()) == (422, False)
    assert "Scrivi a che cosa serve la chiave" in answer.content.decode()
