import pytest

from tests import builders


@pytest.fixture
def publish(municipalities):
    """Publishes a project of a municipality: `publish("ivrea", title=…)` returns its card."""
    desk = builders.reviewer()
    offices = {}

    def run(municipality: str = "torino", **fields):
        if municipality not in offices:
            offices[municipality] = builders.officer(
                municipalities[municipality], f"{municipality}@example.org"
            )
        return builders.published(offices[municipality], desk, municipalities[municipality], **fields)

    return run


@pytest.fixture
def get(client):
    """GET below /api/v1/ with the expected status; returns the parsed JSON, None for an empty body."""

    def run(path: str, status: int = 200, **headers):
        answer = client.get(f"/api/v1/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    return run
