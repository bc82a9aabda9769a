"""Reminders to offices: of cards not confirmed for a year, idle drafts, overdue requests for changes.

One reminder for each project, matter and `since`, the moment from which the time counts; a later save or
confirmation is a new `since`.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction
from django.db.models import Max, Q
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from accounts.models import User
from accounts.rules import BODY_ROLES
from cards.models import Edition
from projects import mail
from projects.models import Project, Reminder
from projects.workflow import Status

AGEING_AFTER = timedelta(days=365)
IDLE_AFTER = timedelta(days=30)
CHANGES_WITHIN = timedelta(days=30)
LINK_VALID_FOR = timedelta(days=60)
SALT = "projects.confirm"


@dataclass(frozen=True)
class Due:
    """A reminder to send: the project, a Reminder.Matter, `since`, the current edition for AGEING."""

    project: Project
    matter: str
    since: datetime
    card: Edition | None = None


def last_confirmation(project: Project, card: Edition) -> datetime:
    """When the card was published, or confirmed later."""
    return max(filter(None, [project.record.confirmed_at, card.published_at]))


def needs_confirming(project: Project, card: Edition, *, now: datetime | None = None) -> bool:
    """Whether a public card was last confirmed more than AGEING_AFTER before `now`."""
    return last_confirmation(project, card) < (now or timezone.now()) - AGEING_AFTER


def make_token(project: Project, card: Edition, user: User) -> str:
    """A signed token for a link by which one person confirms one edition, within LINK_VALID_FOR."""
    payload = {"project": project.pk, "edition": card.edition, "user": user.pk, "at": time.time()}
    return signing.dumps(payload, salt=SALT, compress=True)


def read_token(token: str) -> dict:
    """The payload of make_token. Raises signing.BadSignature when the token is forged or too old."""
    return signing.loads(token, salt=SALT, max_age=LINK_VALID_FOR)


def due_reminders(*, now: datetime) -> Iterator[Due]:
    """Reminders that are due at `now` and were not sent yet."""
    sent = set(Reminder.objects.values_list("project_id", "matter", "since"))
    for due in (*_ageing(now), *_idle(now), *_overdue(now)):
        if (due.project.pk, due.matter, due.since) not in sent:
            yield due


def _ageing(now: datetime) -> Iterator[Due]:
    confirmed = Greatest("published_at", Coalesce("record__confirmed_at", "published_at"))
    cards = Edition.objects.current().annotate(confirmed=confirmed).filter(confirmed__lt=now - AGEING_AFTER)
    projects = Project.objects.filter(status=Status.PUBLISHED, origin="entered").in_bulk(
        cards.values_list("record", flat=True)
    )
    for card in cards.order_by("confirmed", "pk"):
        if project := projects.get(card.record_id):
            yield Due(project, Reminder.Matter.AGEING, card.confirmed, card)


def _idle(now: datetime) -> Iterator[Due]:
    drafts = Project.objects.filter(status=Status.DRAFT, deleted_at=None, updated_at__lt=now - IDLE_AFTER)
    for project in drafts.order_by("updated_at", "pk"):
        yield Due(project, Reminder.Matter.IDLE, project.updated_at)


def _overdue(now: datetime) -> Iterator[Due]:
    projects = Project.objects.filter(status=Status.CHANGES_REQUESTED, deleted_at=None)
    projects = projects.annotate(requested_at=Max("submissions__decided_at"))
    late = projects.filter(requested_at__lt=now - CHANGES_WITHIN)
    for project in late.order_by("requested_at", "pk"):
        yield Due(project, Reminder.Matter.OVERDUE, project.requested_at)


def recipients(project: Project) -> list[User]:
    """The active users of the owning body who may edit, by primary key."""
    roles = Q(memberships__organisation=project.owner_id, memberships__role__in=BODY_ROLES)
    return list(User.objects.filter(roles, is_active=True).distinct().order_by("pk"))


@transaction.atomic
def remind(due: Due) -> list[str]:
    """Send a reminder to the office, unless it was sent already. Gives the addresses."""
    _row, is_new = Reminder.objects.get_or_create(project=due.project, matter=due.matter, since=due.since)
    if not is_new:
        return []
    people = recipients(due.project)
    for user in people:
        token = make_token(due.project, due.card, user) if due.card else ""
        transaction.on_commit(lambda user=user, token=token: mail.reminder(due, user, token))
    return [user.email for user in people]
