"""What an office is reminded of: a public card that ages, a draft that stands still, changes asked long ago.

Each matter is told once for the moment that set it off; a later moment (a save, a confirmation) starts anew.
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
LINK_LASTS = timedelta(days=60)
SALT = "projects.confirm"


@dataclass(frozen=True)
class Due:
    """One thing to remind an office of: which project, of what, since when, and the public card if any."""

    project: Project
    matter: str
    since: datetime
    card: Edition | None = None


def last_word(project: Project, card: Edition) -> datetime:
    """When the public card was last known to hold: published, or confirmed later."""
    return max(filter(None, [project.record.confirmed_at, card.published_at]))


def needs_confirming(project: Project, card: Edition, *, now: datetime | None = None) -> bool:
    """Whether a public card is so old that its office is asked."""
    return last_word(project, card) < (now or timezone.now()) - AGEING_AFTER


def make_token(project: Project, card: Edition, user: User) -> str:
    """The signed end of a link that lets one person confirm one edition, for two months."""
    told = {"project": project.pk, "edition": card.edition, "user": user.pk, "at": time.time()}
    return signing.dumps(told, salt=SALT, compress=True)


def read_token(token: str) -> dict:
    """What make_token put in; signing.BadSignature when it is not ours or too old."""
    return signing.loads(token, salt=SALT, max_age=LINK_LASTS)


def due_reminders(*, now: datetime) -> Iterator[Due]:
    """All that offices should hear now and have not heard yet."""
    heard = set(Reminder.objects.values_list("project_id", "matter", "since"))
    for due in (*_ageing(now), *_idle(now), *_overdue(now)):
        if (due.project.pk, due.matter, due.since) not in heard:
            yield due


def _ageing(now: datetime) -> Iterator[Due]:
    held = Greatest("published_at", Coalesce("record__confirmed_at", "published_at"))
    cards = Edition.objects.current().annotate(held=held).filter(held__lt=now - AGEING_AFTER)
    projects = Project.objects.filter(status=Status.PUBLISHED, origin="entered").in_bulk(
        cards.values_list("record", flat=True)
    )
    for card in cards.order_by("held", "pk"):
        if project := projects.get(card.record_id):
            yield Due(project, Reminder.Matter.AGEING, card.held, card)


def _idle(now: datetime) -> Iterator[Due]:
    drafts = Project.objects.filter(status=Status.DRAFT, deleted_at=None, updated_at__lt=now - IDLE_AFTER)
    for project in drafts.order_by("updated_at", "pk"):
        yield Due(project, Reminder.Matter.IDLE, project.updated_at)


def _overdue(now: datetime) -> Iterator[Due]:
    asked = Project.objects.filter(status=Status.CHANGES_REQUESTED, deleted_at=None)
    asked = asked.annotate(asked_at=Max("submissions__decided_at")).filter(asked_at__lt=now - CHANGES_WITHIN)
    for project in asked.order_by("asked_at", "pk"):
        yield Due(project, Reminder.Matter.OVERDUE, project.asked_at)


def recipients(project: Project) -> list[User]:
    """The people of the owning body who can act, in a fixed order."""
    roles = Q(memberships__organisation=project.owner_id, memberships__role__in=BODY_ROLES)
    return list(User.objects.filter(roles, is_active=True).distinct().order_by("pk"))


@transaction.atomic
def remind(due: Due) -> list[str]:
    """Write to the people of the office, once; their addresses. None again when it was told already."""
    _row, is_new = Reminder.objects.get_or_create(project=due.project, matter=due.matter, since=due.since)
    if not is_new:
        return []
    people = recipients(due.project)
    for user in people:
        token = make_token(due.project, due.card, user) if due.card else ""
        transaction.on_commit(lambda user=user, token=token: mail.reminder(due, user, token))
    return [user.email for user in people]
