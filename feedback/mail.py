from django.conf import settings

from lib.mail import send
from projects.mail import _url


def error_reported(report) -> None:
    """To the office that answers for the card, and to the desk."""
    where = report.project.title if report.project else report.page
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
    if report.project:
        people = report.project.owner.memberships.filter(user__is_active=True)
        offices = [report.project.contact_email] if report.project.contact_email else []
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
