"""The same move on many projects: each in its own transaction, each with its own answer in words.

Sent twice, as by a double click, nothing happens twice: what is done already is said to be done.
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
MOST = 100


class Refused(Exception):
    """Why one project stays as it is, in words for the person who asked."""


@dataclass(frozen=True)
class Verb:
    """One move for many: what to call it, what it will do, how to make it."""

    key: str
    label: str
    explained: str
    run: Callable
    needs_message: bool = False


@dataclass(frozen=True)
class Result:
    project: Project
    is_done: bool
    words: str


def run(verb: Verb, projects: list[Project], *, by, told: Mapping | None = None) -> list[Result]:
    """Make the move on each project; one that cannot make it does not stop the others."""
    return [_run_one(verb, project, by, told or {}) for project in projects]


def _run_one(verb: Verb, project: Project, by, told: Mapping) -> Result:
    try:
        return Result(project, True, verb.run(project, by, **told))
    except Refused as refusal:
        return Result(project, False, str(refusal))
    except HeldByAnother as held:
        return Result(
            project, False, _("In carico a {}: prendila in carico tu, poi riprova.").format(held.args[0])
        )
    except WrongMove:
        return Result(project, False, _where(project))
    except Exception:  # whatever happens to one, the others go on and the person is told
        logger.exception("a move on many projects failed on %s", project.code)
        return Result(
            project, False, _("C’è stato un problema tecnico: la scheda è rimasta com’era. Riprova.")
        )


def _where(project: Project) -> str:
    current = Project.objects.only("status").get(pk=project.pk)
    return _("Non si può: ora la scheda è nello stato «{}».").format(current.get_status_display())


def _open_sending(project: Project):
    return project.submissions.filter(decided_at=None).select_related("taken_by").first()


def _take(project: Project, by) -> str:
    sending = _open_sending(project)
    if project.status == Status.IN_REVIEW and sending and sending.taken_by_id == by.pk:
        return _("Era già in carico a te.")
    if project.status == Status.IN_REVIEW and sending:
        raise HeldByAnother(sending.taken_by)
    reviewing.take(project, by=by)
    return _("Presa in carico.")


def _publish(project: Project, by) -> str:
    card = project.record.editions.current().first()
    if project.status == Status.PUBLISHED and card and card.published_by_id == by.pk:
        return _("Era già pubblica: edizione {}.").format(card.edition)
    if project.status == Status.SUBMITTED:
        raise Refused(_("Prendila in carico, poi pubblicala."))
    checks = check([project])[project.pk]
    if not checks.is_clean:
        reasons = [*checks.errors, *(f"{twin['why']}: {twin['code']}" for twin in checks.twins)]
        raise Refused(_("Da guardare una per una: {}").format("; ".join(reasons)))
    card = publishing.publish(project, by=by)
    return _("Pubblicata: edizione {}.").format(card.edition)


def _ask(project: Project, by, message: str) -> str:
    last = project.submissions.order_by("-number").first()
    if (
        project.status == Status.CHANGES_REQUESTED
        and last
        and last.message == message
        and last.decided_by_id == by.pk
    ):
        return _("Le integrazioni erano già chieste.")
    if project.status == Status.SUBMITTED:
        raise Refused(_("Prendila in carico, poi chiedi le integrazioni."))
    reviewing.request_changes(project, by=by, message=message)
    return _("Integrazioni chieste: abbiamo scritto all’ente.")


def _remind(project: Project, by) -> str:
    """Ask the office whether its card still holds: once for each moment it was last confirmed."""
    card = project.record.editions.current().first()
    if card is None:
        raise Refused(_("Non ha una scheda pubblica."))
    since = last_confirmation(project, card)
    people = remind(Due(project, Reminder.Matter.AGEING, since, card))
    if people:
        return _("Promemoria inviato a {}.").format(", ".join(people))
    told = project.reminders.filter(matter=Reminder.Matter.AGEING, since=since).first()
    if told and told.project.owner.memberships.filter(user__is_active=True).exists():
        return _("Il promemoria era già partito.")
    raise Refused(_("L’ente non ha nessuno a cui scrivere."))


VERBS = {
    verb.key: verb
    for verb in (
        Verb(
            "take",
            gettext_lazy("Prendi in carico"),
            gettext_lazy("Le schede passano in revisione, in carico a te."),
            _take,
        ),
        Verb(
            "publish",
            gettext_lazy("Pubblica quelle pronte"),
            gettext_lazy(
                "Le schede in carico a te e senza avvisi diventano pubbliche; le altre restano come sono."
            ),
            _publish,
        ),
        Verb(
            "ask",
            gettext_lazy("Chiedi la stessa integrazione"),
            gettext_lazy("Le schede in carico a te tornano agli enti con questo messaggio."),
            _ask,
            needs_message=True,
        ),
        Verb(
            "remind",
            gettext_lazy("Chiedi se sono ancora valide"),
            gettext_lazy("Chi lavora per l’ente riceve un promemoria, una volta sola."),
            _remind,
        ),
    )
}
EXPORT = "csv"
CHOICES = [*((verb.key, verb.label) for verb in VERBS.values()), (EXPORT, gettext_lazy("Scarica in CSV"))]
