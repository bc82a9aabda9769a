"""Messages about reports of readers. Sent after commit."""

from django.conf import settings
from django.urls import reverse

from cards.records import title_of
from lib.mail import send


def error_reported(report) -> None:
    """To the office that answers for the card, and to the desk."""
    where = title_of(report.record_id) if report.record_id else report.page
    words = (
        f"Un lettore segnala un errore: «{where}».\n\n{report.get_topic_display()}\n\n{report.text}\n\n"
        "La redazione risponde a chi ha scritto. La segnalazione è qui:\n"
        f"{_url('desk:report-detail', report.pk)}\n"
    )
    for address in _addresses(report):
        send(address, f"Segnalazione su «{where}»", words)


def _addresses(report) -> list[str]:
    """The contact that the card shows, else who works for the body; the desk's own address always."""
    found = [settings.DEFAULT_FROM_EMAIL]
    if report.record:
        people = report.record.owner.memberships.filter(user__is_active=True)
        offices = [report.record.notify_email] if report.record.notify_email else []
        found += offices or list(people.order_by("pk").values_list("user__email", flat=True)[:5])
    return list(dict.fromkeys(found))


def report_answered(report, address: str) -> None:
    send(
        address,
        "Abbiamo risposto alla tua segnalazione",
        f"Esito: {report.get_status_display()}.\n\n{report.answer}\n\n"
        f"La segnalazione è qui:\n{_url('public:report-status', report.token)}\n\n"
        "Il tuo indirizzo e-mail non è più conservato.\n",
    )


def _url(name: str, *args) -> str:
    return settings.SITE_URL + reverse(name, args=args)
