"""Liveness and readiness of the process."""

import os

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def live(request):
    """200 while the process responds."""
    return JsonResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


@require_safe
def ready(request):
    """200 when database, migrations and media work; else 503 with Retry-After and the failing part."""
    checks = {"database": _database(), "media": _media()}
    good = all(checks.values())
    headers = {"Cache-Control": "no-store", **({} if good else {"Retry-After": "15"})}
    body = {"status": "ok" if good else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if good else 503, headers=headers)


def _database() -> bool:
    """Reachable, and with every migration of this code applied."""
    try:
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return False


def _media() -> bool:
    """The folder of the documents can be written, or their bucket responds."""
    if isinstance(default_storage, FileSystemStorage):
        return os.access(settings.MEDIA_ROOT.parent, os.W_OK)
    try:
        default_storage.exists("ready")
    except (BotoCoreError, ClientError):
        return False
    return True
