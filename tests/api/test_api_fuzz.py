"""The API asked everything its own schema allows, and what it does not, through the real WSGI application.

Bounded and always the same questions: a few tens of seconds, and no failure by chance.
"""

from itertools import cycle

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi import checks

from accounts.actions import create_token
from api.throttles import AddressRate, SubmissionRate
from observatory.wsgi import application
from projects import publishing
from projects.models import Project
from tests import builders

# positive_data_acceptance is left out: a code that no municipality has is well formed and still refused.
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.ignored_auth,
]
EXAMPLES = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def registry(municipalities, publish, monkeypatch):
    """A few cards, one renewed, one withdrawn; nobody is sent away for asking too much."""
    monkeypatch.setattr(AddressRate, "limit", 10**9)
    monkeypatch.setattr(SubmissionRate, "limit", 10**9)
    cards = [publish(title=f"Progetto {number}", technologies=["led"]) for number in range(3)]
    publishing.issue_project(builders.project_of(cards[1]), by=None)
    publishing.withdraw(cards[2], by=None, reason="Prova")
    # As Django's own client does: the connection of the test outlives its requests.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield cards
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


REFUSALS = ["400", "401", "403", "404", "405", "413", "414", "415", "422"]
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}}}
)
CONTRACT = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, config=CONFIG)
OPERATIONS = {found.ok().label: found.ok() for found in CONTRACT.get_all_operations()}
READS = sorted(label for label in OPERATIONS if label.startswith("GET"))
KINDS = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
# Where there is no query and a path of any text, nothing can be asked wrongly.
ASKED = [
    (label, kind)
    for label in READS
    for kind in KINDS
    if kind == GenerationMode.POSITIVE or list(OPERATIONS[label].query)
]


def ask(operation: str, kind: GenerationMode, question) -> None:
    """Put `question(case)` to many cases of one operation."""
    given(case=OPERATIONS[operation].as_strategy(generation_mode=kind))(EXAMPLES(question))()


def test_every_operation_is_asked():
    assert len(READS) == 18
    assert set(OPERATIONS) - set(READS) == {"POST /submissions"}


@pytest.mark.parametrize(("operation", "kind"), ASKED)
def test_read_keeps_to_the_schema(registry, operation, kind):
    codes = cycle(["L219", "nessuno", *(card.code for card in registry)])

    def question(case):
        if "code" in case.path_parameters and kind == GenerationMode.POSITIVE:
            case.path_parameters["code"] = next(codes)
        case.call_and_validate(checks=CHECKS)

    ask(operation, kind, question)


@pytest.mark.parametrize("kind", KINDS)
def test_draft_keeps_to_the_schema(registry, kind):
    project = builders.project_of(registry[0])
    _token, secret = create_token(project.owner, by=project.created_by, name="Prova")

    def question(case):
        before = Project.objects.count()
        answer = case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {secret}"})
        assert Project.objects.count() in (before, before + (answer.status_code == 201))

    ask("POST /submissions", kind, question)
