"""Exports requested at the desk: of small registries at once, of large ones by `manage.py run_exports`."""

import hashlib
import logging
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from cards.models import Edition
from lib.audit import Subject, record
from opendata.export import export_national, project_chunks
from opendata.models import ExportJob

# Up to so many cards the file is written while the person waits, a few seconds.
SMALL = 2_000
# A job that has been running for longer was cut off: it may be taken up again.
LOST_AFTER = timedelta(hours=2)

logger = logging.getLogger(__name__)
State = ExportJob.State


@transaction.atomic
def request_export(*, by, format: str, idempotency_key: uuid.UUID) -> ExportJob:
    """Put an export in the list; the same idempotency key twice is the job already there."""
    try:
        with transaction.atomic():
            job = ExportJob.objects.create(idempotency_key=idempotency_key, format=format, created_by=by)
    except IntegrityError:
        return ExportJob.objects.get(idempotency_key=idempotency_key)
    record("export", by=by, on=Subject("export", str(job.pk)), changes={"format": format, "job": job.pk})
    return job


def is_small() -> bool:
    """Whether all cards can be written at once."""
    return Edition.objects.current().count() <= SMALL


def waiting_jobs():
    """Jobs not begun, and those cut off in the middle, from the oldest."""
    lost = ExportJob.objects.filter(state=State.RUNNING, started_at__lt=timezone.now() - LOST_AFTER)
    return (ExportJob.objects.filter(state=State.QUEUED) | lost).order_by("pk")


def run_export(job: ExportJob) -> ExportJob:
    """Write the file of a job, once: a second call sees it running or done. The job records a failure."""
    now = timezone.now()
    if not waiting_jobs().filter(pk=job.pk).order_by().update(state=State.RUNNING, started_at=now):
        job.refresh_from_db()
        return job
    job.refresh_from_db()
    try:
        _write(job)
    except Exception:  # the list tells that it failed, whatever the reason; the log tells which
        logger.exception("export %s failed", job.pk)
        job.state = State.FAILED
    job.finished_at = timezone.now()
    job.save(update_fields=["state", "finished_at", "cards", "file", "size", "sha256"])
    return job


def _write(job: ExportJob) -> None:
    with tempfile.TemporaryDirectory(prefix="osservatorio-export-") as scratch:
        path = Path(scratch, f"schede.{job.format}")
        if job.format == ExportJob.Format.ALL:
            counts = export_national(Path(scratch, "out"), archive=path)
            job.cards = next(iter(counts.values()))
        else:
            keys = list(Edition.objects.current().order_by("code").values_list("pk", flat=True))
            job.cards = len(keys)
            with path.open("wb") as file:
                file.writelines(project_chunks(keys, job.format))
        with path.open("rb") as file:
            job.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            job.size = path.stat().st_size
            file.seek(0)
            job.file.save(path.name, File(file), save=False)
    job.state = State.DONE
