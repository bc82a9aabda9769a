"""What the register and the histories call each thing that was done."""

from collections.abc import Mapping

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cards.records import RECORD
from lib import audit
from lib.audit import Entry, history
from projects.models import Project

EVENTS = {
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
    "release": _("Rimessa in coda"),
    "request_changes": _("Chieste integrazioni"),
    "publish": _("Scheda pubblicata"),
    "archive": _("Non pubblicata"),
    "withdraw": _("Scheda ritirata"),
    "revise": _("Aperta una modifica"),
    "confirm": _("Confermata ancora valida"),
    "rate": _("Valutato il servizio"),
    "assess": _("Replicabilità valutata"),
    "save_assessment": _("Bozza di valutazione salvata"),
    "second_assessment": _("Valutazione confermata da un secondo lettore"),
    "error_reported": _("Segnalato un errore"),
    "error_answered": _("Risposto a una segnalazione"),
    "accept_adhesion": _("Adesione accolta"),
    "decline_adhesion": _("Adesione non accolta"),
    "resend_invitation": _("Invito inviato di nuovo"),
    "invite": _("Persona invitata"),
    "accept_invitation": _("Invito accettato"),
    "cancel_invitation": _("Invito annullato"),
    "mail_failed": _("Messaggio non partito"),
    "remove": _("Accesso tolto"),
    "write_city": _("Testi della città scritti"),
    "hide_city": _("Testi della città nascosti"),
    "show_city": _("Testi della città mostrati di nuovo"),
    "export": _("Esportazione preparata"),
    "adopt": _("Passo avanti di un riuso"),
    "outside_practice": _("Pratica da fuori del registro"),
    "hide_adoption_words": _("Parole di un riuso nascoste"),
}


def label_of(verb: str) -> str:
    """What was done, in few words; a verb without words is its own."""
    return str(EVENTS.get(verb, verb))


def label_with_changes(verb: str, changes: Mapping) -> str:
    """The same in the history of one project, with what the entry says of it."""
    match verb:
        case "save" if changes.get("automatic"):
            return gettext("Bozza salvata da sola")
        case "submit":
            return f"{gettext('Inviata')} ({changes.get('receipt', '')})"
        case "publish":
            return gettext("Pubblicata, edizione %(n)s") % {"n": changes.get("edition", "")}
        case "confirm":
            return gettext("Confermata")
        case "duplicate":
            return gettext("Copiata da %(code)s") % {"code": changes.get("source", "")}
        case "adopt":
            return gettext("Riuso di %(body)s: un passo avanti") % {"body": changes.get("adopter", "")}
    return label_of(verb)


def labelled_history(code: str) -> list[Entry]:
    """The last entries of a project, each with its `label`, the newest first. One query."""
    entries = list(history(RECORD, code).select_related("by")[:50])
    for entry in entries:
        entry.label = label_with_changes(entry.verb, entry.changes)
    return entries


def record(project: Project, verb: str, by, changes: Mapping | None = None) -> None:
    """One entry in a project's history; call it inside the transaction of what happened."""
    audit.record(verb, by=by, on=subject_of(project), changes=changes)


def subject_of(project: Project) -> audit.Subject:
    """A project as the subject of an entry of the audit log."""
    return audit.Subject(RECORD, project.code, project.title, project.owner.slug)
