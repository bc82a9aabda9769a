"""Records: opened with a draft, given a slug by their first edition, confirmed by their owner."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.text import slugify

from cards.models import CodeCounter, Edition, Record
from lib.audit import Subject
from lib.content_version import bump_content_version
from municipalities.models import Organisation, Territory

# The kind of records, and of what hangs on them, in the audit log.
RECORD = "record"


def open_record(owner: Organisation) -> Record:
    """A record with the next code of its owner. Within the transaction that creates the draft."""
    return Record.objects.create(code=next_code(owner), owner=owner)


def next_code(owner: Organisation) -> str:
    """The next free code of the owner's province this year, such as TO-2026-0001."""
    province = owner.territory and (owner.territory.province or owner.territory)
    prefix, year = (province.code if province else "IT"), timezone.localdate().year
    CodeCounter.objects.get_or_create(prefix=prefix, year=year)
    CodeCounter.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    number = CodeCounter.objects.get(prefix=prefix, year=year).last
    return f"{prefix}-{year}-{number:04d}"


def give_slug(record: Record, title: str, municipality_code: str | None) -> str:
    """Store the slug of a record for ever: its title, then the municipality, then a number if others have it."""
    base = slugify(title)[:120].strip("-") or record.code.lower()
    place = Territory.objects.municipalities().filter(code=municipality_code).values_list("slug", flat=True)
    candidates = [base, f"{base}-{place.first() or ''}"[:130]] + [f"{base}-{n}" for n in range(2, 200)]
    for slug in candidates:
        if Record.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                Record.objects.filter(pk=record.pk).update(slug=slug)
        except IntegrityError:
            continue
        record.slug = slug
        return slug
    raise ValueError(f"no free slug for {record.code}")


def confirm(record: Record, *, at: datetime) -> None:
    """Store that the current edition still holds. Within a transaction."""
    record.confirmed_at = at
    record.save(update_fields=["confirmed_at"])
    bump_content_version()


def newest_title(record: str = "record") -> Subquery:
    """The title of the newest edition of `record`, a field of the row, for annotate(); null before the first."""
    editions = Edition.objects.filter(record=OuterRef(record)).order_by("-edition")
    return Subquery(editions.values("title")[:1])


def title_of(record_id: int) -> str:
    """The title of the newest edition; empty before the first. One query."""
    editions = Edition.objects.filter(record=record_id).order_by("-edition")
    return editions.values_list("title", flat=True).first() or ""


def subject_of(record_id: int) -> Subject:
    """A record as the subject of an entry of the audit log, under the title of its newest edition. One query."""
    rows = Record.objects.filter(pk=record_id).annotate(title=newest_title("pk"))
    code, title, body = rows.values_list("code", "title", "owner__slug").get()
    return Subject(RECORD, code, title or "", body)
