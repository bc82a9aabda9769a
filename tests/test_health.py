"""What the portal answers when all is well, and when its database is away."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import OperationalError, connection

from tests import builders

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.django_db


def away(execute, sql, params, many, context):
    raise OperationalError("server closed the connection unexpectedly")


def test_live_and_ready(client):
    assert client.get("/salute/live").json() == {"status": "ok"}
    answer = client.get("/salute/ready")
    assert (answer.status_code, answer.json()["checks"]) == (200, {"database": True, "media": True})


def test_ready_tells_that_the_database_is_away(client):
    with connection.execute_wrapper(away):
        answer = client.get("/salute/ready")
    assert (answer.status_code, answer["Retry-After"]) == (503, "15")
    assert answer.json()["checks"]["database"] is False


@pytest.mark.parametrize(
    ("path", "signed_in"),
    [
        ("/", False),
        ("/", True),
        ("/progetti/", False),
        ("/citta/torino/", True),
        ("/protocolli/", False),
        ("/area-riservata/", True),
    ],
)
def test_pages_say_come_back_when_the_database_is_away(client, path, signed_in):
    if signed_in:
        client.force_login(builders.officer(builders.piedmont()["torino"]))
    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"]) == (503, "15")
    assert "Torniamo subito" in answer.content.decode()


def test_process_is_alive_without_its_database(client):
    with connection.execute_wrapper(away):
        assert client.get("/salute/live").status_code == 200


@pytest.mark.parametrize("path", ["/progetti/inesistente/", "/citta/atlantide/", "/aree/musica/", "/nulla/"])
def test_unknown_address_is_404_with_a_way_on(client, path):
    answer = client.get(path)
    page = answer.content.decode()
    assert answer.status_code == 404
    assert 'href="/progetti/"' in page


def test_private_pages_are_kept_by_no_cache(client):
    client.force_login(builders.officer(builders.piedmont()["torino"]))
    assert "no-store" in client.get("/area-riservata/")["Cache-Control"]


def test_security_headers_on_every_page(client):
    answer = client.get("/protocolli/")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_production_without_its_settings_names_them(tmp_path):
    # A copy, away from the file that `make serve` may have left here.
    copy = tmp_path / "observatory"
    copy.mkdir()
    for name in ("settings.py", "environment.py"):
        shutil.copy(ROOT / "observatory" / name, copy)
    (copy / "__init__.py").touch()
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
    ran = subprocess.run(
        [sys.executable, "-c", "import observatory.settings"],
        env=bare,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode != 0
    for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL"):
        assert name in ran.stderr
