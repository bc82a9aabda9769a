"""The files of deploy/ agree with the portal: commands, variables, limits, figures. nightly.sh runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands

from observatory import metrics, request_limits

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"


def read(name: str) -> str:
    return (DEPLOY / name).read_text()


def test_every_command_exists():
    texts = [path.read_text() for path in DEPLOY.rglob("*") if path.is_file()]
    named = {name for text in texts for name in re.findall(r"(?:manage\.py|^run) ([a-z_]+)", text, re.M)}
    assert {"backup", "verify", "run_exports", "migrate"} <= named
    assert named - set(get_commands()) == set()


def test_nginx_takes_as_much_as_the_portal():
    text = read("nginx.conf")
    assert re.search(r"client_max_body_size (\d+)m", text)[1] == str(request_limits.MAX_BODY_BYTES >> 20)
    count, size = re.search(r"large_client_header_buffers (\d+) (\d+)k", text).groups()
    assert int(count) * int(size) * 1024 == request_limits.MAX_HEADER_BYTES
    assert "underscores_in_headers off;" in text


def test_alerts_and_dashboard_name_figures_of_the_portal():
    known = {
        sample.name
        for metric in (metrics.RESPONSES, metrics.SECONDS)
        for sample in metric.collect()[0].samples
    }
    known |= {f"{metrics.RESPONSES._name}_total", f"{metrics.SECONDS._name}_bucket"}
    rules = yaml.safe_load(read("monitoring/alerts.yaml"))["groups"][0]["rules"]
    board = json.loads(read("monitoring/dashboard.json"))
    queries = [rule["expr"] for rule in rules]
    queries += [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert {name for query in queries for name in re.findall(r"osservatorio_\w+", query)} <= known
    ways = {way for query in queries for way in re.findall(r'way="(\w+)"', query)}
    assert ways <= {metrics.CACHED, metrics.RENDERED}
    headings = re.findall(r"^### (.+)$", (ROOT / "docs" / "operations.md").read_text(), re.M)
    anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in headings}
    assert {rule["annotations"]["runbook"].split("#")[1] for rule in rules} <= anchors


def test_compose_describes_the_whole_portal():
    services = yaml.safe_load(read("compose.yaml"))["services"]
    assert set(services) == {"migrate", "web", "worker", "database", "cache", "proxy"}
    for name in ("migrate", "web", "worker"):
        assert services[name]["cap_drop"] == ["ALL"]
    compose = [shutil.which("docker") or "docker-compose", "compose"]
    if shutil.which(compose[0]) and not subprocess.run([*compose, "version"], check=False).returncode:
        env = {**os.environ, "POSTGRES_PASSWORD": "x"}
        words = ["-f", DEPLOY / "compose.yaml", "config", "--quiet", "--no-env-resolution"]
        done = subprocess.run([*compose, *words], env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here")
def test_units_are_valid():
    units = sorted((DEPLOY / "systemd").iterdir())
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    # The portal is not installed where the tests run.
    assert [line for line in done.stderr.splitlines() if "is not executable" not in line] == []


@pytest.mark.parametrize("path", sorted(DEPLOY.glob("*.sh")), ids=lambda path: path.name)
def test_scripts_are_valid_shell(path):
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0


def test_nightly_runs_keeps_fourteen_archives_and_tells_a_failure(tmp_path):
    programs, backups = tmp_path / "bin", tmp_path / "backups"
    programs.mkdir()
    backups.mkdir()
    (programs / "python").symlink_to(sys.executable)
    for day in range(1, 21):
        (backups / f"osservatorio-2020-01-{day:02}.zip").touch()
    env = {
        "PATH": f"{programs}:/usr/bin:/bin",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "BACKUPS": str(backups),
        "DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'database.sqlite3'}",
        "EMAIL_URL": "dummymail://",
        "MEDIA_ROOT": str(tmp_path / "media"),
    }

    def run(*command) -> subprocess.CompletedProcess:
        return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)

    failed = run("sh", "deploy/nightly.sh")
    assert failed.returncode == 1
    assert "manage.py backup" in failed.stderr, "without tables"
    assert run("python", "manage.py", "migrate", "-v0").returncode == 0
    done = run("sh", "deploy/nightly.sh")
    assert done.returncode == 0, done.stderr
    kept = sorted(path.name for path in backups.iterdir())
    assert len(kept) == 14
    assert kept[-1].startswith("osservatorio-202") and kept[-1] > "osservatorio-2020-01-20.zip"
