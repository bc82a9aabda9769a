"""Adoptions: requests, transitions of either side, results, practices from outside, reminders.

Each action is one transaction with one inserted step and one audit entry; mail goes out after commit. Of two
concurrent transitions exactly one succeeds; a form sent twice (the same `idempotency_key`) is stored once.
"""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError
from django.db.models import F, Q
from django.db.transaction import atomic, on_commit
from django.utils import timezone
from django.utils.timezone import localdate, make_aware

from cards.index import writer
from cards.models import Record
from cards.records import subject_of
from lib import audit
from lib.content_version import bump_content_version
from lib.workflow import WrongMove
from municipalities.models import Organisation
from reuse import mail as adoption_mail
from reuse.actions.refresh import refresh_standing
from reuse.models import Adoption, AdoptionStep, OutsidePractice
from reuse.transitions import ADOPTED, ADOPTION, WITH_RESULT, AdoptionState, AdoptionTransition, Side

ADOPT, PRACTICE, HIDE, RESULT = "adopt", "outside_practice", "hide_adoption_words", "adoption_result"
# Verbs of audit entries that change no text of a project.
EVENTS = (ADOPT, PRACTICE, HIDE, RESULT)


class AlreadyRequested(Exception):
    """The organisation already has an open request for this project; `args[0]` is that adoption."""


@atomic
def ask(
    record: Record,
    *,
    by,
    adopter: Organisation,
    idempotency_key: uuid.UUID,
    note: str,
    parent: Adoption | None = None,
) -> Adoption:
    """Request a project from its owner, or from the adopter of `parent`. One key is one request.

    Raises AlreadyRequested; WrongMove when the giver would be the adopter or has not adopted the project.
    """
    if existing := Adoption.objects.filter(
        idempotency_key=idempotency_key, record=record, adopter=adopter
    ).first():
        return existing
    giver = parent.adopter if parent else record.owner
    is_foreign = parent and (parent.record_id != record.pk or parent.step not in ADOPTED)
    if giver == adopter or record.owner_id == adopter.pk or is_foreign:
        raise WrongMove
    adoption = Adoption(
        record=record, giver=giver, adopter=adopter, parent=parent, idempotency_key=idempotency_key
    )
    try:
        with atomic():
            adoption.save()
    except IntegrityError as error:
        mine = Adoption.objects.filter(record=record, adopter=adopter, is_demonstration=False)
        if existing := mine.filter(idempotency_key=idempotency_key).first():
            return existing
        if current := mine.open().first():
            raise AlreadyRequested(current) from error
        raise WrongMove from error
    _add_step(
        adoption, AdoptionTransition.ASK, side=Side.ADOPTER, by=by, idempotency_key=uuid.uuid4(), note=note
    )
    return adoption


@atomic
def advance(
    adoption: Adoption,
    transition: AdoptionTransition,
    *,
    by,
    side: Side,
    idempotency_key: uuid.UUID,
    on: date | None = None,
    **texts,
) -> AdoptionStep:
    """Make one transition of ADOPTION and return its step.

    `on` is the day it happened, today by default; `texts` are the text fields of AdoptionStep and their
    `…_public` flags. Raises WrongMove when the side may not make it in the current state. The same key
    twice returns the step already stored.
    """
    writer.lock()
    if existing := AdoptionStep.objects.filter(idempotency_key=idempotency_key, adoption=adoption).first():
        return existing
    locked = Adoption.objects.select_for_update().get(pk=adoption.pk)
    if not ADOPTION.allows(transition, locked.step, {side}):
        raise WrongMove(transition)
    # A note of the side that does not have to act does not restart the deadline.
    ends_wait = transition != AdoptionTransition.WRITE or side == ADOPTION.turn_of(locked.step)
    ADOPTION.apply(locked, transition, values={"waiting_since": timezone.now()} if ends_wait else None)
    step = _add_step(locked, transition, side=side, by=by, idempotency_key=idempotency_key, on=on, **texts)
    refresh_standing([locked.record_id])
    return step


def _add_step(
    adoption: Adoption, transition: str, *, side: str, by, idempotency_key, on: date | None = None, **texts
) -> AdoptionStep:
    """Insert the step of a transition with its audit entry and its mail."""
    step = AdoptionStep.objects.create(
        adoption=adoption,
        move=transition,
        step=adoption.step,
        side=side,
        by=by,
        idempotency_key=idempotency_key,
        on=on or localdate(),
        **texts,
    )
    changes = {"adopter": adoption.adopter.name, "step": adoption.step, "move": transition}
    _record(adoption, ADOPT, by, changes)
    on_commit(lambda: adoption_mail.step_recorded(step))
    return step


@atomic
def hide(step: AdoptionStep, *, by) -> None:
    """Hide the public texts of a step from public pages; both sides still read them."""
    if AdoptionStep.objects.filter(pk=step.pk, hidden_at=None).update(hidden_at=timezone.now(), hidden_by=by):
        _record(step.adoption, HIDE, by, {"adopter": step.adoption.adopter.name})
        bump_content_version()


@atomic
def set_result(adoption: Adoption, *, by, result: Record | None) -> Adoption:
    """Set the adopter's record that came of the adoption, None for none: the two cards then link each other.

    Raises WrongMove before ADAPTATION, or for a record that is not the adopter's.
    """
    locked = Adoption.objects.select_for_update().get(pk=adoption.pk)
    is_valid = result is None or (result.owner_id == locked.adopter_id and result.pk != locked.record_id)
    if locked.step not in WITH_RESULT or not is_valid:
        raise WrongMove
    if locked.result_id != (result and result.pk):
        locked.result = result
        locked.save(update_fields=["result"])
        changes = {"adopter": locked.adopter.name, "result": result.code if result else ""}
        _record(locked, RESULT, by, changes)
        bump_content_version()
    return locked


@atomic
def add_practice(practice: OutsidePractice, *, by) -> OutsidePractice:
    """Publish a practice adopted from outside the registry. One practice for each `idempotency_key`."""
    if existing := OutsidePractice.objects.filter(idempotency_key=practice.idempotency_key).first():
        return existing
    practice.by = by
    try:
        with atomic():
            practice.save()
    except IntegrityError:
        return OutsidePractice.objects.get(idempotency_key=practice.idempotency_key)
    if practice.record_id:
        _record(practice, PRACTICE, by, {"name": practice.name})
    bump_content_version()
    return practice


@atomic
def remove_practice(practice: OutsidePractice, *, by) -> None:
    """Mark a practice as removed: it leaves the public pages, the row stays."""
    available = OutsidePractice.objects.filter(pk=practice.pk, removed_at=None)
    if available.update(removed_at=timezone.now(), removed_by=by):
        if practice.record_id:
            _record(practice, PRACTICE, by, {"name": practice.name, "removed": True})
        bump_content_version()


def overdue(now: datetime) -> list[Adoption]:
    """Adoptions past the deadline of their state (ADOPTION.waits) and not reminded since, oldest first."""
    late = Q()
    for step, (_side, rule) in ADOPTION.waits.items():
        late |= Q(step=step, waiting_since__lt=now - timedelta(days=rule.amount))
    unreminded = Q(reminded_at=None) | Q(reminded_at__lt=F("waiting_since"))
    adoptions = Adoption.objects.filter(late & unreminded, is_demonstration=False)
    return list(adoptions.select_related("record", "giver", "adopter").order_by("waiting_since", "pk"))


@atomic
def remind(adoption: Adoption, *, now: datetime) -> list[str]:
    """Remind the side that has to act, once a deadline; return the addresses written to."""
    unreminded = Adoption.objects.filter(
        pk=adoption.pk, step=adoption.step, waiting_since=adoption.waiting_since
    )
    unreminded = unreminded.filter(Q(reminded_at=None) | Q(reminded_at__lt=F("waiting_since")))
    if not unreminded.update(reminded_at=now):
        return []
    addresses = adoption_mail.people_of(adoption, ADOPTION.turn_of(adoption.step))
    for address in addresses:
        on_commit(lambda address=address: adoption_mail.reminder(adoption, address))
    return addresses


@atomic
def demonstrate(
    record: Record,
    *,
    adopter: Organisation,
    steps: list[dict],
    parent: Adoption | None = None,
    result: Record | None = None,
) -> Adoption:
    """Store a demonstration adoption with all its steps, for the loader. No audit entry, no mail.

    `steps` is `[{move, on, note, note_is_public, what_changed, what_learnt, lessons_are_public}]`.
    """
    writer.lock()
    giver = parent.adopter if parent else record.owner
    adoption = Adoption(record=record, giver=giver, adopter=adopter, parent=parent, is_demonstration=True)
    adoption.result = result
    adoption.asked_at = adoption.waiting_since = _noon(steps[0]["on"])
    adoption.save()
    for number, fields in enumerate(steps):
        verb, at = fields["move"], _noon(fields["on"]) + timedelta(minutes=number)
        if verb == AdoptionTransition.ASK:
            adoption.step = AdoptionState.INTEREST
        else:
            adoption.step = ADOPTION.transitions[verb].target or adoption.step
        side = Side.GIVER if verb == AdoptionTransition.REPLY else Side.ADOPTER
        AdoptionStep.objects.create(adoption=adoption, step=adoption.step, side=side, at=at, **fields)
        adoption.waiting_since = at
    adoption.save()
    refresh_standing([record.pk])
    return adoption


@atomic
def demonstrate_practice(practice: OutsidePractice) -> OutsidePractice:
    """Store a practice of the demonstration, for the loader. No audit entry."""
    practice.save()
    bump_content_version()
    return practice


def _noon(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(12)))


def _record(row: Adoption | OutsidePractice, verb: str, by, changes: dict) -> None:
    audit.record(verb, by=by, on=subject_of(row.record_id), changes=changes)
