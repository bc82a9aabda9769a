"""What the settings read from the environment: variables, databases, document storage, logging."""

import os
import sys
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ
from botocore.config import Config
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = environ.Env()
TESTING = "pytest" in sys.modules
# An environment that names a configuration takes nothing from the file of `make serve`.
CONFIGURED = ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL", "DEBUG", "DEMO")
if not (TESTING or any(os.environ.get(name) for name in CONFIGURED)):
    environ.Env.read_env(VAR_DIR / "laptop.env")
DEBUG = env.bool("DEBUG", default=False)
DEMO = env.bool("DEMO", default=False)
# Commands of the set-up run without a configuration.
RELAXED = DEBUG or DEMO or TESTING


def required(name: str, relaxed: str) -> str:
    """The variable, else `relaxed` when RELAXED; raises ImproperlyConfigured in production."""
    value = env.str(name, default="")
    if value:
        return value
    if RELAXED:
        return relaxed
    missing = [
        n for n in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL") if not env.str(n, default="")
    ]
    raise ImproperlyConfigured(
        f"Mancano le variabili d’ambiente: {', '.join(missing)}. "
        "Le elenca .env.example; per provare sul tuo computer usa `make serve`."
    )


# Seconds that one query may take: in a web process (observatory/wsgi.py) and in commands.
QUERY_SECONDS = env.float("QUERY_SECONDS", default=20)
# Threads of a web process that may wait for PostgreSQL at once: two less than --blocking-threads.
DATABASE_WAITS = env.int("DATABASE_WAITS", default=6)


def database(url: str) -> dict:
    """A database with the options that keep acknowledged writes and bound every wait."""
    config = env.db_url_config(url)
    # Opening SQLite with its pragmas costs ten times what a cached response costs.
    config["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    if config["ENGINE"].endswith("sqlite3"):
        config["ENGINE"] = "django.db.backends.sqlite3"
        # FULL: the popular NORMAL loses acknowledged writes on a power cut.
        # IMMEDIATE: two writers wait in turn instead of failing with "database is locked".
        # wal_autocheckpoint: rarer checkpoints write a page once that was changed many times.
        config["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA mmap_size=268435456;"
            "PRAGMA cache_size=-32000;PRAGMA wal_autocheckpoint=4000;",
        }
    else:
        config["ENGINE"] = "lib.postgresql"
        config["CONN_HEALTH_CHECKS"] = True
        server_milliseconds = int(750 * QUERY_SECONDS)
        config["OPTIONS"] = {
            "wait_seconds": QUERY_SECONDS,
            "max_waits": DATABASE_WAITS,
            "connect_timeout": 3,
            "options": f"-c statement_timeout={server_milliseconds} -c lock_timeout={server_milliseconds}"
            " -c idle_in_transaction_session_timeout=60000",
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 15000,
            **config.get("OPTIONS", {}),
        }
    return config


def document_storage(url: str) -> dict:
    """The storage of uploaded documents: files of MEDIA_ROOT, or the bucket that `url` names.

    `s3://KEY:SECRET@HOST[:PORT]/BUCKET[?region=…&scheme=http]`, for any S3-compatible server. Documents stay
    private: the portal reads them from the bucket and serves them after its own permission check.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    bucket = parts.path.strip("/")
    if parts.scheme != "s3" or not (parts.hostname and bucket):
        raise ImproperlyConfigured(
            "STORAGE_URL si scrive s3://CHIAVE:SEGRETO@host/contenitore?region=eu-south-1"
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    host = parts.hostname + (f":{parts.port}" if parts.port else "")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "bucket_name": bucket,
            "endpoint_url": f"{query.get('scheme', 'https')}://{host}",
            "region_name": query.get("region"),
            # Most compatible servers know no host per bucket. Nobody waits long for one that is away.
            "client_config": Config(
                s3={"addressing_style": "path"},
                connect_timeout=3,
                read_timeout=10,
                retries={"max_attempts": 1},
            ),
            "default_acl": None,
            "file_overwrite": False,
            "querystring_auth": True,
        },
    }


def single_sign_on() -> dict:
    """Settings of allauth's OpenID Connect provider, empty where OIDC_SERVER_URL names none.

    The provider is the body's proxy to SPID and CIE, or its own directory.
    """
    server = env.str("OIDC_SERVER_URL", default="")
    if not server:
        return {}
    missing = [name for name in ("OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET") if not env.str(name, default="")]
    if missing:
        raise ImproperlyConfigured(f"OIDC_SERVER_URL vuole anche {' e '.join(missing)}.")
    app = {
        "provider_id": "oidc",
        "name": env.str("OIDC_NAME", default="SPID o CIE"),
        "client_id": env.str("OIDC_CLIENT_ID"),
        "secret": env.str("OIDC_CLIENT_SECRET"),
        "settings": {"server_url": server, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "SCOPE": ["openid", "profile", "email"]}}


def logging_settings(*, as_json: bool) -> dict:
    """Django's LOGGING: one line per record on standard error, JSON where `as_json`."""
    formatter = {"()": "lib.logs.JSONFormatter"} if as_json else {"()": "lib.logs.LineFormatter"}
    handler = {
        "class": "logging.StreamHandler",
        "formatter": "line",
        "filters": ["refusals", "request"],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "refusals": {"()": "lib.logs.WithoutTraceback"},
            "request": {"()": "lib.logs.WithRequest"},
        },
        "formatters": {"line": formatter},
        "handlers": {"console": handler},
        "root": {"handlers": ["console"], "level": "INFO"},
    }
