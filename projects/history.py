"""The audit log of projects: entries of the kind «record», their labels and the history of one project."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.records import RECORD
from lib import audit
from lib.audit import history
from projects.models import Project

LABELS = {
    "load": _("Caricata da un archivio"),
    "create": _("Bozza creata"),
    "save": _("Bozza salvata"),
    "duplicate": _("Bozza copiata da un’altra scheda"),
    "delete": _("Messa nel cestino"),
    "restore": _("Tolta dal cestino"),
    "add_document": _("Documento aggiunto"),
    "remove_document": _("Documento tolto"),
    "submit": _("Inviata alla redazione"),
    "recall": _("Ripresa dall’ente"),
    "take": _("Presa in carico"),
    "take_over": _("Passata in carico a un’altra persona"),
    "assign": _("Affidata a una persona della redazione"),
    "release": _("Rimessa in coda"),
    "request_changes": _("Chieste integrazioni"),
    "publish": _("Scheda pubblicata"),
    "archive": _("Non pubblicata"),
    "withdraw": _("Scheda ritirata"),
    "restore_card": _("Scheda rimessa in pubblico"),
    "keep_file": _("File caricato, da completare"),
    "revise": _("Aperta una modifica"),
    "confirm": _("Confermata ancora valida"),
    "rate": _("Valutato il servizio"),
    "assess": _("Replicabilità valutata"),
    "save_assessment": _("Bozza di valutazione salvata"),
    "second_assessment": _("Valutazione confermata da un secondo lettore"),
    "error_reported": _("Segnalato un errore"),
    "error_answered": _("Risposto a una segnalazione"),
    "adopt": _("Passo avanti di un riuso"),
    "outside_practice": _("Pratica da fuori del registro"),
    "hide_adoption_words": _("Parole di un riuso nascoste"),
}


# Verbs of entries that are folded into one line.
SAVES = {"save", "keep_file"}


def label_with_changes(verb: str, changes: Mapping) -> str:
    """The label of an entry in the history of one project, with details from its `changes`.

    A verb without a label is given as it is.
    """
    match verb:
        case "save" if changes.get("automatic"):
            return gettext("Bozza salvata da sola")
        case "submit":
            return f"{gettext('Inviata')} ({changes.get('receipt', '')})"
        case "publish":
            return gettext("Pubblicata, edizione %(n)s") % {"n": changes.get("edition", "")}
        case "assign":
            return gettext("Affidata a %(name)s") % {"name": changes.get("to", "")}
        case "confirm":
            return gettext("Confermata")
        case "duplicate":
            return gettext("Copiata da %(code)s") % {"code": changes.get("source", "")}
        case "adopt":
            return gettext("Riuso di %(body)s: un passo avanti") % {"body": changes.get("adopter", "")}
    return str(LABELS.get(verb, verb))


def labelled_history(code: str) -> list[dict]:
    """The last 200 entries of a project, the newest first: `{label, at, by, first, count}`. One query.

    Saves of one person on one day, with nothing between them, are one line; `first` is the earliest of them.
    """
    lines: list[dict] = []
    for entry in history(RECORD, code).select_related("by")[:200]:
        last = lines[-1] if lines else None
        day = timezone.localdate(entry.at)
        if (
            last
            and entry.verb in SAVES
            and last["verb"] in SAVES
            and (last["by"], last["day"]) == (entry.by, day)
        ):
            last |= {"first": entry.at, "count": last["count"] + 1}
            continue
        label = label_with_changes(entry.verb, entry.changes)
        line = {"verb": entry.verb, "label": label, "at": entry.at, "by": entry.by, "day": day}
        lines.append({**line, "first": entry.at, "count": 1})
    return lines


def record(project: Project, verb: str, by, changes: Mapping | None = None) -> None:
    """Add an entry about a project to the audit log; call it in the transaction of the action."""
    audit.record(verb, by=by, on=subject_of(project), changes=changes)


def subject_of(project: Project) -> audit.Subject:
    """A project as the subject of an audit entry, with its title and owner of now."""
    return audit.Subject(RECORD, project.code, project.title, project.owner.slug)
