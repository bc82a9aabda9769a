"""What happens in the reuse of a project: asking, each move of either side, practices from outside.

Each action is one transaction, one step that never changes, one audit entry; mail after commit. Of two people
who move at once exactly one wins; the same form sent twice counts once.
"""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q
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
from reuse.transitions import ADOPTED, ADOPTION, WITH_RESULT, AdoptionMove, Side, Step

ADOPT, PRACTICE, HIDE, RESULT = "adopt", "outside_practice", "hide_adoption_words", "adoption_result"
# Entries that say nothing about the words of a project.
EVENTS = (ADOPT, PRACTICE, HIDE, RESULT)


class AlreadyAsked(Exception):
    """The body already has a living request for this project; `args[0]` is that adoption."""


@transaction.atomic
def ask(
    record: Record,
    *,
    by,
    adopter: Organisation,
    nonce: uuid.UUID,
    note: str,
    parent: Adoption | None = None,
) -> Adoption:
    """Ask to reuse a project, of its owner or of who adopted it before. One nonce is one request.

    Raises AlreadyAsked, WrongMove when the giver would be the adopter or has not adopted it.
    """
    if existing := Adoption.objects.filter(nonce=nonce, record=record, adopter=adopter).first():
        return existing
    giver = parent.adopter if parent else record.owner
    is_stranger = parent and (parent.record_id != record.pk or parent.step not in ADOPTED)
    if giver == adopter or record.owner_id == adopter.pk or is_stranger:
        raise WrongMove
    made = Adoption(record=record, giver=giver, adopter=adopter, parent=parent, nonce=nonce)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError as error:
        mine = Adoption.objects.filter(record=record, adopter=adopter, is_demonstration=False)
        if twin := mine.filter(nonce=nonce).first():
            return twin
        if living := mine.living().first():
            raise AlreadyAsked(living) from error
        raise WrongMove from error
    _note(made, AdoptionMove.ASK, side=Side.ADOPTER, by=by, nonce=uuid.uuid4(), note=note)
    return made


@transaction.atomic
def advance(
    adoption: Adoption,
    move: AdoptionMove,
    *,
    by,
    side: Side,
    nonce: uuid.UUID,
    on: date | None = None,
    **words,
) -> AdoptionStep:
    """Make one move of the table; `words` are the text fields of AdoptionStep and their `…_public` flags.

    Raises WrongMove when the side may not, or no longer. The same nonce twice gives the step already made.
    """
    writer.lock()
    if twin := AdoptionStep.objects.filter(nonce=nonce, adoption=adoption).first():
        return twin
    stood = Adoption.objects.select_for_update().get(pk=adoption.pk)
    if not ADOPTION.allows(move, stood.step, {side}):
        raise WrongMove(move)
    # A note of the side that is not waited for does not end the wait.
    ends_wait = move != AdoptionMove.WRITE or side == ADOPTION.turn_of(stood.step)
    ADOPTION.apply(stood, move, values={"waiting_since": timezone.now()} if ends_wait else None)
    step = _note(stood, move, side=side, by=by, nonce=nonce, on=on, **words)
    refresh_standing([stood.record_id])
    return step


def _note(
    adoption: Adoption, move: str, *, side: str, by, nonce, on: date | None = None, **words
) -> AdoptionStep:
    """The row of a move, its entry in the audit log, its message."""
    step = AdoptionStep.objects.create(
        adoption=adoption,
        move=move,
        step=adoption.step,
        side=side,
        by=by,
        nonce=nonce,
        on=on or localdate(),
        **words,
    )
    _record(adoption, ADOPT, by, {"adopter": adoption.adopter.name, "step": adoption.step, "move": move})
    transaction.on_commit(lambda: adoption_mail.moved(step))
    return step


@transaction.atomic
def hide(step: AdoptionStep, *, by) -> None:
    """Staff take the public words of a step off the public pages; both sides still read them."""
    if AdoptionStep.objects.filter(pk=step.pk, hidden_at=None).update(hidden_at=timezone.now(), hidden_by=by):
        _record(step.adoption, HIDE, by, {"adopter": step.adoption.adopter.name})
        bump_content_version()


@transaction.atomic
def tell_result(adoption: Adoption, *, by, result: Record | None) -> Adoption:
    """Say which project of the adopter came of it, None for none: the two cards then name each other.

    Raises WrongMove while nothing was adapted yet, or for a project that is not the adopter's.
    """
    stood = Adoption.objects.select_for_update().get(pk=adoption.pk)
    is_theirs = result is None or (result.owner_id == stood.adopter_id and result.pk != stood.record_id)
    if stood.step not in WITH_RESULT or not is_theirs:
        raise WrongMove
    if stood.result_id != (result and result.pk):
        stood.result = result
        stood.save(update_fields=["result"])
        told = {"adopter": stood.adopter.name, "result": result.code if result else ""}
        _record(stood, RESULT, by, told)
        bump_content_version()
    return stood


@transaction.atomic
def add_practice(practice: OutsidePractice, *, by) -> OutsidePractice:
    """Publish a practice taken from outside the registry. The same nonce twice is one practice."""
    if existing := OutsidePractice.objects.filter(nonce=practice.nonce).first():
        return existing
    practice.by = by
    try:
        with transaction.atomic():
            practice.save()
    except IntegrityError:
        return OutsidePractice.objects.get(nonce=practice.nonce)
    if practice.record_id:
        _record(practice, PRACTICE, by, {"name": practice.name})
    bump_content_version()
    return practice


@transaction.atomic
def remove_practice(practice: OutsidePractice, *, by) -> None:
    """Take a practice off the public pages; the row stays on record."""
    standing = OutsidePractice.objects.filter(pk=practice.pk, removed_at=None)
    if standing.update(removed_at=timezone.now(), removed_by=by):
        if practice.record_id:
            _record(practice, PRACTICE, by, {"name": practice.name, "removed": True})
        bump_content_version()


def waiting(now: datetime) -> list[Adoption]:
    """Adoptions in which a side has been waited for too long and was not reminded since."""
    late = Q()
    for step, (_side, rule) in ADOPTION.waits.items():
        late |= Q(step=step, waiting_since__lt=now - timedelta(days=rule.amount))
    unheard = Q(reminded_at=None) | Q(reminded_at__lt=F("waiting_since"))
    found = Adoption.objects.filter(late & unheard, is_demonstration=False)
    return list(found.select_related("record", "giver", "adopter").order_by("waiting_since", "pk"))


@transaction.atomic
def remind(adoption: Adoption, *, now: datetime) -> list[str]:
    """Write once to the people of the side that is waited for; their addresses."""
    unheard = Adoption.objects.filter(
        pk=adoption.pk, step=adoption.step, waiting_since=adoption.waiting_since
    )
    unheard = unheard.filter(Q(reminded_at=None) | Q(reminded_at__lt=F("waiting_since")))
    if not unheard.update(reminded_at=now):
        return []
    people = adoption_mail.people_of(adoption, ADOPTION.turn_of(adoption.step))
    for address in people:
        transaction.on_commit(lambda address=address: adoption_mail.reminder(adoption, address))
    return people


@transaction.atomic
def demonstrate(
    record: Record,
    *,
    adopter: Organisation,
    steps: list[dict],
    parent: Adoption | None = None,
    result: Record | None = None,
) -> Adoption:
    """A demonstration adoption, whole at once: the loader's. No event and no mail, nobody has acted.

    `steps`: `[{move, on, note, note_is_public, what_changed, what_learnt, lessons_are_public}]`.
    """
    writer.lock()
    giver = parent.adopter if parent else record.owner
    made = Adoption(record=record, giver=giver, adopter=adopter, parent=parent, is_demonstration=True)
    made.result = result
    made.asked_at = made.waiting_since = _noon(steps[0]["on"])
    made.save()
    for number, given in enumerate(steps):
        move, at = given["move"], _noon(given["on"]) + timedelta(minutes=number)
        made.step = (
            Step.INTEREST if move == AdoptionMove.ASK else ADOPTION.transitions[move].target or made.step
        )
        side = Side.GIVER if move == AdoptionMove.REPLY else Side.ADOPTER
        AdoptionStep.objects.create(adoption=made, step=made.step, side=side, at=at, **given)
        made.waiting_since = at
    made.save()
    refresh_standing([record.pk])
    return made


@transaction.atomic
def demonstrate_practice(practice: OutsidePractice) -> OutsidePractice:
    """A practice of the demonstration: the loader's, without event."""
    practice.save()
    bump_content_version()
    return practice


def _noon(day: date) -> datetime:
    return make_aware(datetime.combine(day, time(12)))


def _record(row: Adoption | OutsidePractice, verb: str, by, changes: dict) -> None:
    audit.record(verb, by=by, on=subject_of(row.record_id), changes=changes)
