"""E-mail about reports of readers, sent after commit."""

from django.conf import settings
from django.urls import reverse

from cards.records import title_of
from lib.mail import send


def error_reported(report) -> None:
    """Notify staff and the office of the card (see _addresses) of a new report."""
    subject = title_of(report.record_id) if report.record_id else report.page
    if report.topic == report.Topic.QUESTION:
        title, said = "Una domanda su", f"Un lettore chiede di «{subject}»:\n\n{report.text}"
        ask = f"Rispondi qui:\n{_url('officer:question-detail', report.pk)}"
    else:
        topic = report.get_topic_display()
        title, said = (
            "Segnalazione su",
            f"Un lettore segnala un errore: «{subject}».\n\n{topic}\n\n{report.text}",
        )
        ask = (
            "La redazione risponde a chi ha scritto. La segnalazione è qui:\n"
            f"{_url('desk:report-detail', report.pk)}"
        )
    for address in _addresses(report):
        send(address, f"{title} «{subject}»", f"{said}\n\n{ask}\n")


def _addresses(report) -> list[str]:
    """DEFAULT_FROM_EMAIL, and `Record.notify_email`, else at most five active members of the owner."""
    addresses = [settings.DEFAULT_FROM_EMAIL]
    if report.record:
        people = report.record.owner.memberships.filter(user__is_active=True)
        offices = [report.record.notify_email] if report.record.notify_email else []
        addresses += offices or list(people.order_by("pk").values_list("user__email", flat=True)[:5])
    return list(dict.fromkeys(addresses))


def report_answered(report, address: str) -> None:
    """Send the answer to the address that the report no longer has."""
    send(
        address,
        "Abbiamo risposto alla tua segnalazione",
        f"Esito: {report.get_status_display()}.\n\n{report.answer}\n\n"
        f"La segnalazione è qui:\n{_url('public:report-status', report.token)}\n\n"
        "Il tuo indirizzo e-mail non è più conservato.\n",
    )


def _url(name: str, *args) -> str:
    return settings.SITE_URL + reverse(name, args=args)
