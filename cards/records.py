"""Records: opened with a draft, given a slug by their first edition, confirmed by their owner."""

from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone
from django.utils.text import slugify

from cards.models import CodeCounter, Edition, Record
from lib.audit import Subject
from municipalities.models import Organisation, Territory

# The kind of records in the audit log, also for entries of features about a record.
RECORD = "record"


def open_record(owner: Organisation) -> Record:
    """Create a record with the next code of its owner. Within the transaction that creates the draft."""
    return Record.objects.create(code=next_code(owner), owner=owner)


def next_code(owner: Organisation) -> str:
    """The next code of the owner's province this year, such as TO-2026-0001; IT without one."""
    province = owner.territory and (owner.territory.province or owner.territory)
    prefix, year = (province.code if province else "IT"), timezone.localdate().year
    CodeCounter.objects.get_or_create(prefix=prefix, year=year)
    CodeCounter.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    number = CodeCounter.objects.get(prefix=prefix, year=year).last
    return f"{prefix}-{year}-{number:04d}"


def give_slug(record: Record, title: str, municipality_code: str | None) -> str:
    """Store and give the slug of a record: of its title, with municipality or number if taken.

    `municipality_code` is a Belfiore code. Raises ValueError when no candidate is free.
    """
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


def newest_title(record: str = "record") -> Subquery:
    """The title of the newest edition, for annotate(); null without one. `record`: field with its key."""
    editions = Edition.objects.filter(record=OuterRef(record)).order_by("-edition")
    return Subquery(editions.values("title")[:1])


def title_of(record_id: int) -> str:
    """The title of the newest edition of a record; empty without one. One query."""
    editions = Edition.objects.filter(record=record_id).order_by("-edition")
    return editions.values_list("title", flat=True).first() or ""


def subject_of(record_id: int) -> Subject:
    """A record as subject of an audit entry, titled as its newest edition. One query; raises DoesNotExist."""
    rows = Record.objects.filter(pk=record_id).annotate(title=newest_title("pk"))
    code, title, body = rows.values_list("code", "title", "owner__slug").get()
    return Subject(RECORD, code, title or "", body)
