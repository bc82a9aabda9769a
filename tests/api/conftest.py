import pytest
from django.core.cache import cache

from tests import builders


@pytest.fixture(autouse=True)
def fresh_counters():
    """Each test starts with the rate counter of its address at nought."""
    cache.clear()


@pytest.fixture
def towns(db):
    return builders.piedmont()


@pytest.fixture
def publish(towns):
    """Publish a project of a town: `publish("ivrea", title=…)` gives its card."""
    desk = builders.reviewer()
    offices = {}

    def run(town: str = "torino", **fields):
        if town not in offices:
            offices[town] = builders.officer(towns[town], f"{town}@example.org")
        return builders.published(offices[town], desk, towns[town], **fields)

    return run


@pytest.fixture
def get(client):
    """GET below /api/v1/, with the answer's JSON beside it."""

    def run(path: str, status: int = 200, **headers):
        answer = client.get(f"/api/v1/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})
        assert answer.status_code == status, answer.content
        return answer.json() if answer.content else None

    return run
