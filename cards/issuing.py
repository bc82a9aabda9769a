"""Publishes and withdraws editions. All three functions lock the index before they write any row."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import orjson
from django.db import transaction
from django.utils import timezone

from cards.document.build import build_card, serialise
from cards.document.derive import derive_columns
from cards.document.places import Place, cached_places_of
from cards.extensions import Issue, extensions
from cards.index import terms, writer
from cards.models import Edition, File, Record
from cards.reads.bulk import store_csv_row
from cards.records import give_slug
from lib.content_version import bump_content_version


@transaction.atomic(savepoint=False)
def issue(
    record_id: int,
    source: Mapping,
    *,
    files: Mapping[int, str],
    by,
    change_note: str = "",
    notify_email: str = "",
) -> Edition:
    """Store the next edition of a record and make it the current one.

    `source` has the keys of cards.document.shape, `files` the storage names of the documents that are files,
    by their number, `by` the user, None for a command. Extensions act before the index is written, and any
    exception undoes all. Raises Record.DoesNotExist.
    """
    lock, now = writer.lock(), timezone.now()
    last = last_edition(record_id)
    record = last.record if last else Record.objects.get(pk=record_id)
    if not record.slug:
        give_slug(record, source["title"], source["lead_municipality"])
    if record.notify_email != notify_email:
        record.notify_email = notify_email
        record.save(update_fields=["notify_email"])
    former = {last.pk: terms.terms_of(last)} if last and last.is_current else {}
    if former:
        Edition.objects.filter(pk=last.pk).update(is_current=False)
    edition = Edition(record=record, edition=last.edition + 1 if last else 1, published_at=now)
    edition.published_by, edition.change_note = by, change_note
    if last:
        # A confirmation was of the edition before.
        edition.live_values = with_facets(last.live_values, {terms.CONFIRMED: ()})
    document = build_card(source, slug=record.slug, edition=edition.edition, published_at=now)
    write_edition(edition, document, cached_places_of(document))
    _write_files(edition, source["documents"], files)
    _extend(edition, document)
    writer.change(added={edition.pk: terms.terms_of(edition)}, dropped=former, index_version=lock)
    return edition


def _write_files(edition: Edition, documents: Iterable[Mapping], files: Mapping[int, str]) -> None:
    rows = [
        File(
            id=document["id"],
            record_id=edition.record_id,
            title=document["title"],
            file=files[document["id"]],
            media_type=document["media_type"],
        )
        for document in documents
        if document["id"] in files
    ]
    if rows:
        fields = ["title", "file", "media_type"]
        File.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=fields)
        links = File.editions.through
        links.objects.bulk_create(links(file_id=row.pk, edition_id=edition.pk) for row in rows)


def _extend(edition: Edition, document: Mapping) -> None:
    """Call `issued` of the extensions and store the live facets they return."""
    event = Issue(edition.record_id, edition.pk, edition.edition, document)
    facets = {}
    for extension in extensions():
        facets |= extension.issued(event)
    live_values = with_facets(edition.live_values, facets)
    if live_values != edition.live_values:
        edition.live_values = live_values
        Edition.objects.filter(pk=edition.pk).update(live_values=live_values)


@transaction.atomic(savepoint=False)
def reissue(edition: Edition, *, by, change_note: str) -> Edition:
    """Issue the document of a withdrawn edition again, as the next edition of its record.

    Raises LookupError when the edition is not withdrawn, or the record has a current one.
    """
    current = Edition.objects.filter(record=edition.record_id, is_current=True)
    if not edition.withdrawn_at or current.exists():
        raise LookupError(edition.pk)
    files = dict(File.objects.filter(editions=edition).values_list("pk", "file"))
    notify_email = edition.record.notify_email
    document = orjson.loads(edition.document)
    return issue(
        edition.record_id, document, files=files, by=by, change_note=change_note, notify_email=notify_email
    )


@transaction.atomic(savepoint=False)
def withdraw(edition: Edition, *, by, reason: str) -> Edition:
    """Withdraw the current edition of a record: its page answers 410 with the `reason`; gives the edition.

    Raises LookupError when it is not current.
    """
    lock = writer.lock()
    current = Edition.objects.filter(pk=edition.pk, is_current=True)
    withdrawal = {"withdrawn_at": timezone.now(), "withdrawn_by": by, "withdrawal_reason": reason}
    if not current.update(is_current=False, **withdrawal):
        raise LookupError(edition.pk)
    edition.refresh_from_db()
    writer.change(added={}, dropped={edition.pk: terms.terms_of(edition)}, index_version=lock)
    for extension in extensions():
        extension.withdrawn(edition.record_id)
    return edition


def confirm(record: Record, *, at: datetime) -> None:
    """Store that the owner confirmed the current edition at this moment. Within a transaction."""
    record.confirmed_at = at
    record.save(update_fields=["confirmed_at"])
    set_live(record.pk, {terms.CONFIRMED: [timezone.localdate(at).isoformat()]})
    bump_content_version()


def set_live(record_id: int, facets: Mapping[str, Iterable[str]]) -> None:
    """Store the values of live facets of a record between two editions, `{facet: values}`.

    Other facets stay. They are stored with the newest edition, also a withdrawn one; without any edition
    nothing is stored. Within the transaction that changes what they come from.
    """
    lock = writer.lock()
    edition = last_edition(record_id)
    if edition is None:
        return
    live_values = with_facets(edition.live_values, facets)
    if live_values == edition.live_values:
        return
    before, edition.live_values = terms.terms_of(edition), live_values
    Edition.objects.filter(pk=edition.pk).update(live_values=live_values)
    if edition.is_current:
        after = terms.terms_of(edition)
        added, dropped = terms.added_terms(before, after), terms.added_terms(after, before)
        writer.change(added={edition.pk: added}, dropped={edition.pk: dropped}, index_version=lock)


def with_facets(live_values: str, facets: Mapping[str, Iterable[str]]) -> str:
    """`Edition.live_values` with the values of these facets replaced."""
    others = [tuple(pair) for pair in orjson.loads(live_values) if pair[0] not in facets]
    replaced = {(facet, value) for facet, values in facets.items() for value in values}
    return orjson.dumps(sorted([*others, *replaced])).decode()


def write_edition(edition: Edition, document: Mapping, places: Mapping[str, Place]) -> None:
    """Store document, derived columns and CSV row of an edition; the caller writes the index."""
    edition.document = serialise(document)
    derive_into(edition, document, places)


def derive_into(edition: Edition, document: Mapping, places: Mapping[str, Place]) -> None:
    """Store columns and CSV row derived from the stored document, which does not change."""
    derived = derive_columns(document, places)
    for name, value in derived["columns"].items():
        setattr(edition, name, value)
    edition.save()
    store_csv_row(edition.pk, derived["csv_row"])


def last_edition(record_id: int) -> Edition | None:
    """The newest edition with its record and the columns that the next one needs: number, index terms."""
    editions = Edition.objects.filter(record=record_id).order_by("-edition").select_related("record")
    columns = ("edition", "is_current", *terms.TERM_FIELDS)
    return editions.only(*columns, "record__code", "record__slug", "record__notify_email").first()
