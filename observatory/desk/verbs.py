"""Labels of all verbs of the audit log: of projects, adhesions, accounts, cities and exports."""

from django.utils.translation import gettext_lazy as _

from projects import history

LABELS = {
    **history.LABELS,
    "accept_adhesion": _("Adesione accolta"),
    "decline_adhesion": _("Adesione non accolta"),
    "resend_invitation": _("Invito inviato di nuovo"),
    "invite": _("Persona invitata"),
    "accept_invitation": _("Invito accettato"),
    "cancel_invitation": _("Invito annullato"),
    "mail_failed": _("Messaggio non partito"),
    "change_role": _("Ruolo cambiato"),
    "make_token": _("Chiave dell’API creata"),
    "revoke_token": _("Chiave dell’API revocata"),
    "sign_in": _("Accesso"),
    "sign_in_failed": _("Accesso non riuscito"),
    "sign_out": _("Uscita"),
    "new_password": _("Password cambiata"),
    "new_email": _("E-mail cambiata"),
    "totp_activated": _("Secondo fattore attivato"),
    "totp_deactivated": _("Secondo fattore disattivato"),
    "recovery_codes_generated": _("Codici di riserva generati"),
    "account_connected": _("Identità digitale collegata"),
    "account_disconnected": _("Identità digitale scollegata"),
    "single_sign_on_refused": _("Identità digitale senza account"),
    "single_sign_on_failed": _("Accesso con identità digitale non riuscito"),
    "end_session": _("Sessione chiusa"),
    "rename": _("Nome cambiato"),
    "denied": _("Pagina negata"),
    "change_account": _("Persona modificata nell’amministrazione"),
    "erase_person": _("Persona cancellata"),
    "remove": _("Accesso tolto"),
    "write_city": _("Testi della città scritti"),
    "hide_city": _("Testi della città nascosti"),
    "show_city": _("Testi della città mostrati di nuovo"),
    "write_reply_text": _("Testo pronto scritto"),
    "delete_reply_text": _("Testo pronto eliminato"),
    "export": _("Esportazione preparata"),
}


def label_of(verb: str) -> str:
    """The label of a verb; a verb without a label is given as it is."""
    return str(LABELS.get(verb, verb))
