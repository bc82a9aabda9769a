"""Assessing replicability: drafts, completed versions, second readers, links, past rankings.

Each action is one transaction and one audit entry. Whoever moves a public card's place takes the index first.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

import orjson
from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone

from cards.index import writer
from cards.models import Record
from cards.records import subject_of
from lib import audit
from lib.content_version import bump_content_version
from lib.workflow import StaleDraft
from municipalities.models import Organisation
from reuse.actions import refresh
from reuse.criteria import OBSERVATORY, PRESETS
from reuse.models import Assessment, DemonstrationDocument, EvidenceFile, RankingRelease, Rating
from reuse.ranking import FIRST, ranked
from reuse.reads import standing
from reuse.score import gaps

SAVE, ASSESS, SECOND = "save_assessment", "assess", "second_assessment"
WITHDRAW = "withdraw_evidence"
# Entries that say nothing about the words of a project.
EVENTS = (SAVE, ASSESS, SECOND, WITHDRAW)


class NothingRated(Exception):
    """An assessment without a single rating cannot be completed."""


@transaction.atomic
def open_assessment(record: Record, *, by, rater: str, organisation: Organisation) -> Assessment:
    """The draft of this rater, or a new one that starts from the rater's last version."""
    seat = {"record": record, "rater": rater, "organisation": organisation}
    if draft := Assessment.objects.open().filter(**seat).first():
        return draft
    last = last_version(**seat)
    try:
        with transaction.atomic():
            draft = Assessment.objects.create(**seat, by=by)
    except IntegrityError:
        return Assessment.objects.open().get(**seat)
    for rating in last.ratings.all() if last else ():
        rating.pk, rating.assessment = None, draft
        rating.save()
    return draft


def last_version(record: Record, *, rater: str, organisation: Organisation) -> Assessment | None:
    """The rater's newest completed assessment, demonstrations left out."""
    seat = {"record": record, "rater": rater, "organisation": organisation, "is_demonstration": False}
    return Assessment.objects.completed().filter(**seat).order_by("-version").first()


@transaction.atomic
def save_assessment(
    draft: Assessment, *, by, revision: int, ratings: Mapping[str, Mapping], quiet: bool = False
) -> Assessment:
    """Keep the ratings of a draft: `{criterion: {value, motive, evidence_url, evidence_document, …}}`, the
    fields of Rating.

    Raises StaleDraft when a colleague saved or completed it since; nothing is written then.
    """
    mine = Assessment.objects.open().filter(pk=draft.pk, revision=revision)
    if not mine.update(revision=F("revision") + 1, by=by, saved_at=timezone.now()):
        raise StaleDraft
    draft.refresh_from_db()
    draft.ratings.all().delete()
    Rating.objects.bulk_create(Rating(assessment=draft, key=key, **given) for key, given in ratings.items())
    if not quiet:
        _record(draft, SAVE, by, {"rated": sum(given["value"] is not None for given in ratings.values())})
    return draft


@transaction.atomic
def complete_assessment(
    draft: Assessment, *, by, revision: int, ratings: Mapping[str, Mapping]
) -> Assessment:
    """Close a draft into the rater's next version, which from now on is the one in force.

    Raises NothingRated, StaleDraft.
    """
    rated = {key: given for key, given in ratings.items() if given["value"] is not None}
    if not rated:
        raise NothingRated
    writer.lock()
    done = save_assessment(draft, by=by, revision=revision, ratings=rated, quiet=True)
    _close(done, by, timezone.now())
    _record(done, ASSESS, by, {"rater": done.rater, "version": done.version, "rated": len(rated)})
    _drop_loose_evidence(done)
    bump_content_version()
    return done


@transaction.atomic
def keep_evidence(evidence: EvidenceFile, *, by) -> EvidenceFile:
    """Keep a checked file beside a draft. It proves nothing until a rating of the draft names it."""
    seat = {"record": evidence.record, "rater": evidence.rater, "organisation": evidence.organisation}
    if twin := EvidenceFile.objects.filter(**seat, sha256=evidence.sha256, withdrawn_at=None).first():
        # The same form sent twice keeps one file.
        return twin
    evidence.by = by
    evidence.save()
    return evidence


@transaction.atomic
def withdraw_evidence(evidence: EvidenceFile, *, by) -> None:
    """Take a file away from all readers: ratings still say that there was one, and since when not."""
    standing_ones = EvidenceFile.objects.filter(pk=evidence.pk, withdrawn_at=None)
    if standing_ones.update(withdrawn_at=timezone.now(), withdrawn_by=by):
        changes = {"name": evidence.name, "rater": evidence.rater}
        audit.record(WITHDRAW, by=by, on=subject_of(evidence.record_id), changes=changes)
        bump_content_version()


def _drop_loose_evidence(done: Assessment) -> None:
    """Delete the files of a seat that no rating names: they were replaced before anybody read them."""
    seat = {"record": done.record, "rater": done.rater, "organisation": done.organisation}
    for loose in EvidenceFile.objects.filter(**seat, ratings=None, withdrawn_at=None):
        storage, name = loose.file.storage, loose.file.name
        loose.delete()
        transaction.on_commit(partial(storage.delete, name))


def _close(draft: Assessment, by, moment: datetime) -> None:
    card = draft.record.editions.current().first()
    seat = {"record": draft.record, "rater": draft.rater, "organisation": draft.organisation}
    last = Assessment.objects.completed().filter(**seat).aggregate(n=Max("version"))["n"]
    draft.by, draft.made_at, draft.version = by, moment, (last or 0) + 1
    draft.edition = card and card.edition
    draft.save()
    if card:
        refresh.refresh(card, orjson.loads(card.document))


@transaction.atomic
def demonstrate(
    record: Record, *, rater: str, organisation: Organisation, made_at: datetime, ratings
) -> Assessment:
    """A demonstration assessment, complete at once: the loader's. No event, nobody has acted."""
    writer.lock()
    seat = {"record": record, "rater": rater, "organisation": organisation}
    draft = Assessment.objects.create(**seat, is_demonstration=True)
    Rating.objects.bulk_create(Rating(assessment=draft, key=key, **given) for key, given in ratings.items())
    _close(draft, None, made_at)
    bump_content_version()
    return draft


@transaction.atomic
def demonstrate_kit(record: Record, documents: Iterable[DemonstrationDocument]) -> None:
    """Put these documents in the place of the project's demonstration kit: the loader's. No event.

    Files of the former ones go when the transaction has come through.
    """
    writer.lock()
    former = list(record.demonstration_documents.all())
    record.demonstration_documents.all().delete()
    DemonstrationDocument.objects.bulk_create(documents)
    for document in former:
        if document.file:
            transaction.on_commit(lambda gone=document.file: gone.storage.delete(gone.name))
    card = record.editions.current().first()
    if card:
        refresh.refresh(card, orjson.loads(card.document))
    bump_content_version()


@transaction.atomic
def second(assessment: Assessment, *, by) -> Assessment:
    """A second reader agrees with an observatory's assessment that differs from another by two steps."""
    open_ones = Assessment.objects.completed().filter(pk=assessment.pk, seconded_at=None)
    if open_ones.update(seconded_at=timezone.now(), seconded_by=by):
        _record(assessment, SECOND, by, {"version": assessment.version})
        bump_content_version()
    return Assessment.objects.get(pk=assessment.pk)


def wants_second_reader(assessments: list[Assessment]) -> bool:
    """Whether the observatory's rating in force differs by two steps from another, and nobody read again."""
    ours = next((a for a in assessments if a.rater == OBSERVATORY), None)
    if ours is None or ours.seconded_at:
        return False
    values = {a.rater: {r.key: r.value for r in a.ratings.all() if r.value is not None} for a in assessments}
    return any(OBSERVATORY in pair for pair in gaps(values).values())


@transaction.atomic
def release_ranking(*, note: str = "") -> RankingRelease:
    """Keep the first hundred as they are now, so that later rankings can say what moved."""
    placed = ranked(standing.entries(), PRESETS["equal"])[:FIRST]
    places = [[p.entry.code, p.position, str(p.score.score)] for p in placed]
    release = RankingRelease.objects.create(note=note, places=places)
    bump_content_version()
    return release


def _record(assessment: Assessment, verb: str, by, changes: Mapping) -> None:
    audit.record(verb, by=by, on=subject_of(assessment.record_id), changes=changes)
