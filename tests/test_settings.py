"""A production process starts with a complete configuration or not at all."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
COMPLETE = {
    "SECRET_KEY": "Zk3-" * 15 + "xyz!7#",
    "ALLOWED_HOSTS": "osservatorio.example.org",
    "DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3",
    "EMAIL_URL": "smtp+tls://a:b@smtp.example.org:587",
    "DEBUG": "false",
    "DEMO": "false",
}


def run(*words: str, cwd: Path = ROOT, **changes: str) -> subprocess.CompletedProcess:
    env = {"PATH": os.environ["PATH"], **COMPLETE, **changes}
    env = {name: value for name, value in env.items() if value}
    return subprocess.run(
        [sys.executable, *words], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


def test_check_deploy_finds_no_issue():
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced).")


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
        ({"EMAIL_URL": ""}, "EMAIL_URL"),
        ({"DATABASE_REPLICA_URLS": "postgresql://a:b@127.0.0.1/c"}, "DATABASE_REPLICA_URLS"),
    ],
)
def test_incomplete_configuration_does_not_start(changes, name):
    done = run("-c", "import observatory.wsgi", **changes)
    assert done.returncode != 0
    assert name in done.stderr


def test_number_of_proxies_is_the_same_for_sign_in_and_api():
    counts = "s.ALLAUTH_TRUSTED_PROXY_COUNT, s.REST_FRAMEWORK['NUM_PROXIES']"
    code = f"import observatory.settings as s; print({counts})"
    assert run("-c", code, NUM_PROXIES="2").stdout.split() == ["2", "2"]


def test_site_url_is_the_first_host_without_a_variable():
    code = "import observatory.settings as s; print(s.SITE_URL)"
    assert run("-c", code).stdout.strip() == "https://osservatorio.example.org"


@pytest.mark.parametrize("name", ["DEMO", "DEBUG"])
def test_demonstration_does_not_start_for_a_real_host(name):
    done = run("-c", "import observatory.wsgi", **{name: "true"})
    assert done.returncode != 0
    assert "DEBUG o DEMO è acceso" in done.stderr


def test_production_takes_nothing_from_the_file_of_a_laptop(tmp_path):
    """The file of `make serve` is read where the environment names no configuration."""
    folder = tmp_path / "portal"
    shutil.copytree(ROOT / "observatory", folder / "observatory")
    (folder / "var").mkdir()
    (folder / "var" / "laptop.env").write_text(
        "DEMO=1\nSECRET_KEY=short\nDATABASE_URL=sqlite:////tmp/laptop\n"
    )
    code = "import observatory.settings as s; print(s.DEMO, s.DATABASES['default']['NAME'])"
    assert run("-c", code, cwd=folder).stdout.split() == ["False", "/nowhere/at/all.sqlite3"]
    empty = dict.fromkeys(COMPLETE, "")
    assert run("-c", code, cwd=folder, **empty).stdout.split() == ["True", "/tmp/laptop"]


def test_cookies_of_production_are_of_this_host_alone():
    code = (
        "import django; django.setup(); from django.conf import settings as s; "
        "from lib.message_storage import Storage; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
        "Storage.storage_classes[0].cookie_name, s.SESSION_COOKIE_SECURE)"
    )
    names = ["__Host-sessionid", "__Host-csrftoken", "__Host-messages", "True"]
    assert run("-c", code, DJANGO_SETTINGS_MODULE="observatory.settings").stdout.split() == names
