"""Assessing replicability: drafts, completed versions, evidence, second readers, released rankings.

Each action is one transaction and one audit entry. Actions that change the index lock it first.
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
# Verbs of audit entries that change no text of a project.
EVENTS = (SAVE, ASSESS, SECOND, WITHDRAW)


class NothingRated(Exception):
    """An assessment without a single rating cannot be completed."""


@transaction.atomic
def open_assessment(record: Record, *, by, rater: str, organisation: Organisation) -> Assessment:
    """The rater's draft, or a new one with the ratings of the rater's last version."""
    rated_by = {"record": record, "rater": rater, "organisation": organisation}
    if draft := Assessment.objects.open().filter(**rated_by).first():
        return draft
    last = last_version(**rated_by)
    try:
        with transaction.atomic():
            draft = Assessment.objects.create(**rated_by, by=by)
    except IntegrityError:
        return Assessment.objects.open().get(**rated_by)
    for rating in last.ratings.all() if last else ():
        rating.pk, rating.assessment = None, draft
        rating.save()
    return draft


def last_version(record: Record, *, rater: str, organisation: Organisation) -> Assessment | None:
    """The rater's newest completed assessment, demonstrations left out."""
    rated_by = {"record": record, "rater": rater, "organisation": organisation, "is_demonstration": False}
    return Assessment.objects.completed().filter(**rated_by).order_by("-version").first()


@transaction.atomic
def save_assessment(
    draft: Assessment, *, by, revision: int, ratings: Mapping[str, Mapping], quiet: bool = False
) -> Assessment:
    """Replace the ratings of a draft by `{criterion: fields of Rating}`; `quiet` writes no audit entry.

    Raises StaleDraft when `revision` is no longer that of the draft: a colleague saved or completed it.
    Nothing is written then.
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
    """Complete a draft as the rater's next version, which is then in force.

    `ratings` as for save_assessment. Raises NothingRated without a value, StaleDraft.
    """
    rated = {key: given for key, given in ratings.items() if given["value"] is not None}
    if not rated:
        raise NothingRated
    writer.lock()
    completed = save_assessment(draft, by=by, revision=revision, ratings=rated, quiet=True)
    _close(completed, by, timezone.now())
    changes = {"rater": completed.rater, "version": completed.version, "rated": len(rated)}
    _record(completed, ASSESS, by, changes)
    _delete_unused_evidence(completed)
    bump_content_version()
    return completed


@transaction.atomic
def store_evidence(evidence: EvidenceFile, *, by) -> EvidenceFile:
    """Store a checked, unsaved file for the ratings of a draft. Returns the stored row.

    The same file of the same rater is stored once.
    """
    rated_by = {"record": evidence.record, "rater": evidence.rater, "organisation": evidence.organisation}
    if existing := EvidenceFile.objects.filter(**rated_by, sha256=evidence.sha256, withdrawn_at=None).first():
        return existing
    evidence.by = by
    evidence.save()
    return evidence


@transaction.atomic
def withdraw_evidence(evidence: EvidenceFile, *, by) -> None:
    """Stop serving a file; ratings that name it show the day it was withdrawn."""
    available = EvidenceFile.objects.filter(pk=evidence.pk, withdrawn_at=None)
    if available.update(withdrawn_at=timezone.now(), withdrawn_by=by):
        changes = {"name": evidence.name, "rater": evidence.rater}
        audit.record(WITHDRAW, by=by, on=subject_of(evidence.record_id), changes=changes)
        bump_content_version()


def _delete_unused_evidence(completed: Assessment) -> None:
    """Delete the rater's files that no rating names: they were replaced before they became public."""
    rated_by = {"record": completed.record, "rater": completed.rater, "organisation": completed.organisation}
    for file in EvidenceFile.objects.filter(**rated_by, ratings=None, withdrawn_at=None):
        storage, name = file.file.storage, file.file.name
        file.delete()
        transaction.on_commit(partial(storage.delete, name))


def _close(draft: Assessment, by, moment: datetime) -> None:
    card = draft.record.editions.current().first()
    rated_by = {"record": draft.record, "rater": draft.rater, "organisation": draft.organisation}
    last = Assessment.objects.completed().filter(**rated_by).aggregate(n=Max("version"))["n"]
    draft.by, draft.made_at, draft.version = by, moment, (last or 0) + 1
    draft.edition = card and card.edition
    draft.save()
    if card:
        refresh.refresh(card, orjson.loads(card.document))


@transaction.atomic
def demonstrate(
    record: Record, *, rater: str, organisation: Organisation, made_at: datetime, ratings
) -> Assessment:
    """Store a complete demonstration assessment, for the loader. No audit entry: nobody has acted."""
    writer.lock()
    rated_by = {"record": record, "rater": rater, "organisation": organisation}
    draft = Assessment.objects.create(**rated_by, is_demonstration=True)
    Rating.objects.bulk_create(Rating(assessment=draft, key=key, **given) for key, given in ratings.items())
    _close(draft, None, made_at)
    bump_content_version()
    return draft


@transaction.atomic
def demonstrate_kit(record: Record, documents: Iterable[DemonstrationDocument]) -> None:
    """Replace the demonstration kit of a record by these documents, for the loader. No audit entry.

    The files of the former ones are deleted after commit.
    """
    writer.lock()
    former = list(record.demonstration_documents.all())
    record.demonstration_documents.all().delete()
    DemonstrationDocument.objects.bulk_create(documents)
    for document in former:
        if document.file:
            transaction.on_commit(lambda file=document.file: file.storage.delete(file.name))
    card = record.editions.current().first()
    if card:
        refresh.refresh(card, orjson.loads(card.document))
    bump_content_version()


@transaction.atomic
def second(assessment: Assessment, *, by) -> Assessment:
    """Record that a second reader confirms an assessment; only the first one counts. Returns it reloaded."""
    unconfirmed = Assessment.objects.completed().filter(pk=assessment.pk, seconded_at=None)
    if unconfirmed.update(seconded_at=timezone.now(), seconded_by=by):
        _record(assessment, SECOND, by, {"version": assessment.version})
        bump_content_version()
    return Assessment.objects.get(pk=assessment.pk)


def needs_second_reader(assessments: list[Assessment]) -> bool:
    """Whether the observatory's assessment in force has gaps (score.gaps) and no second reader yet."""
    ours = next((a for a in assessments if a.rater == OBSERVATORY), None)
    if ours is None or ours.seconded_at:
        return False
    values = {a.rater: {r.key: r.value for r in a.ratings.all() if r.value is not None} for a in assessments}
    return any(OBSERVATORY in pair for pair in gaps(values).values())


@transaction.atomic
def release_ranking(*, note: str = "") -> RankingRelease:
    """Store the first hundred of the ranking of now, with which later rankings are compared."""
    placed = ranked(standing.entries(), PRESETS["equal"])[:FIRST]
    places = [[p.entry.code, p.position, str(p.score.score)] for p in placed]
    release = RankingRelease.objects.create(note=note, places=places)
    bump_content_version()
    return release


def _record(assessment: Assessment, verb: str, by, changes: Mapping) -> None:
    audit.record(verb, by=by, on=subject_of(assessment.record_id), changes=changes)
