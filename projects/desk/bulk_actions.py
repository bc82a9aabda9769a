"""The same action on many projects: each in its own transaction, each with its own result.

All are idempotent: what the same person has done already counts as done.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.workflow import HeldByAnother, WrongMove
from projects import publishing, reviewing
from projects.desk.checks import check
from projects.models import Project, Reminder
from projects.reminders import Due, last_confirmation, remind
from projects.workflow import Status

logger = logging.getLogger(__name__)
MAXIMUM = 100


class NotApplicable(Exception):
    """The action does not apply to a project; the message, for the reviewer, says why."""


@dataclass(frozen=True)
class BulkAction:
    """`run(project, by, **arguments)` gives a message of success; `explained` is shown before."""

    key: str
    label: str
    explained: str
    run: Callable
    needs_message: bool = False


@dataclass(frozen=True)
class Result:
    """Whether the action was done, and the message that says so or why not."""

    project: Project
    is_done: bool
    message: str


def run(
    bulk_action: BulkAction, projects: list[Project], *, by, arguments: Mapping | None = None
) -> list[Result]:
    """Apply an action to each project; a failure of one does not stop the others."""
    return [_run_one(bulk_action, project, by, arguments or {}) for project in projects]


def _run_one(bulk_action: BulkAction, project: Project, by, arguments: Mapping) -> Result:
    try:
        return Result(project, True, bulk_action.run(project, by, **arguments))
    except NotApplicable as refusal:
        return Result(project, False, str(refusal))
    except HeldByAnother as held:
        return Result(
            project, False, _("In carico a {}: prendila in carico tu, poi riprova.").format(held.args[0])
        )
    except WrongMove:
        return Result(project, False, _wrong_state(project))
    except Exception:  # an unforeseen failure of one project must not stop the others
        logger.exception("a bulk action failed on %s", project.code)
        return Result(
            project, False, _("C’è stato un problema tecnico: la scheda è rimasta com’era. Riprova.")
        )


def _wrong_state(project: Project) -> str:
    current = Project.objects.only("status").get(pk=project.pk)
    return _("Non si può: ora la scheda è nello stato «{}».").format(current.get_status_display())


def _open_submission(project: Project):
    return project.submissions.filter(decided_at=None).select_related("taken_by").first()


def _take(project: Project, by) -> str:
    submission = _open_submission(project)
    if project.status == Status.IN_REVIEW and submission and submission.taken_by_id == by.pk:
        return _("Era già in carico a te.")
    if project.status == Status.IN_REVIEW and submission:
        raise HeldByAnother(submission.taken_by)
    reviewing.take(project, by=by)
    return _("Presa in carico.")


def _publish(project: Project, by) -> str:
    card = project.record.editions.current().first()
    if project.status == Status.PUBLISHED and card and card.published_by_id == by.pk:
        return _("Era già pubblica: edizione {}.").format(card.edition)
    if project.status == Status.SUBMITTED:
        raise NotApplicable(_("Prendila in carico, poi pubblicala."))
    checks = check([project])[project.pk]
    if not checks.is_clean:
        reasons = [*checks.errors, *(f"{twin['why']}: {twin['code']}" for twin in checks.twins)]
        raise NotApplicable(_("Da guardare una per una: {}").format("; ".join(reasons)))
    card = publishing.publish(project, by=by)
    return _("Pubblicata: edizione {}.").format(card.edition)


def _request_changes(project: Project, by, message: str) -> str:
    last = project.submissions.order_by("-number").first()
    if (
        project.status == Status.CHANGES_REQUESTED
        and last
        and last.message == message
        and last.decided_by_id == by.pk
    ):
        return _("Le integrazioni erano già chieste.")
    if project.status == Status.SUBMITTED:
        raise NotApplicable(_("Prendila in carico, poi chiedi le integrazioni."))
    reviewing.request_changes(project, by=by, message=message)
    return _("Integrazioni chieste: abbiamo scritto all’ente.")


def _remind(project: Project, by) -> str:
    """Remind the office to confirm its card, once since its last confirmation."""
    card = project.record.editions.current().first()
    if card is None:
        raise NotApplicable(_("Non ha una scheda pubblica."))
    since = last_confirmation(project, card)
    people = remind(Due(project, Reminder.Matter.AGEING, since, card))
    if people:
        return _("Promemoria inviato a {}.").format(", ".join(people))
    is_sent = project.reminders.filter(matter=Reminder.Matter.AGEING, since=since).exists()
    if is_sent and project.owner.memberships.filter(user__is_active=True).exists():
        return _("Il promemoria era già partito.")
    raise NotApplicable(_("L’ente non ha nessuno a cui scrivere."))


BULK_ACTIONS = {
    bulk_action.key: bulk_action
    for bulk_action in (
        BulkAction(
            "take",
            gettext_lazy("Prendi in carico"),
            gettext_lazy("Le schede passano in revisione, in carico a te."),
            _take,
        ),
        BulkAction(
            "publish",
            gettext_lazy("Pubblica quelle pronte"),
            gettext_lazy(
                "Le schede in carico a te e senza avvisi diventano pubbliche; le altre restano come sono."
            ),
            _publish,
        ),
        BulkAction(
            "ask",
            gettext_lazy("Chiedi la stessa integrazione"),
            gettext_lazy("Le schede in carico a te tornano agli enti con questo messaggio."),
            _request_changes,
            needs_message=True,
        ),
        BulkAction(
            "remind",
            gettext_lazy("Chiedi se sono ancora valide"),
            gettext_lazy("Chi lavora per l’ente riceve un promemoria, una volta sola."),
            _remind,
        ),
    )
}
EXPORT = "csv"
CHOICES = [
    *((each.key, each.label) for each in BULK_ACTIONS.values()),
    (EXPORT, gettext_lazy("Scarica in CSV")),
]
