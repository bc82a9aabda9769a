"""Messages of the workflow. Sent after commit; a mail server that is away never undoes a decision."""

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from municipalities.mail import send


def receipt(submission) -> None:
    """The office's proof of sending: number, time, what happens next."""
    project = submission.project
    send(
        submission.submitted_by.email,
        f"Abbiamo ricevuto la scheda «{project.title}»",
        f"Hai inviato la scheda «{project.title}».\n"
        f"Numero della ricevuta: {submission.receipt}\n"
        f"Inviata il: {_moment(submission.submitted_at)}\n\n"
        "La redazione risponde entro 10 giorni lavorativi. Segui la scheda qui:\n"
        f"{_url('officer:project-status', project.code)}\n",
    )


def changes_requested(submission) -> None:
    project, comments = submission.project, submission.comments.count()
    send(
        submission.submitted_by.email,
        f"La redazione chiede integrazioni: «{project.title}»",
        f"La redazione ha esaminato la scheda «{project.title}» e ha lasciato {comments} "
        f"{'commento' if comments == 1 else 'commenti'}.\n"
        + (f"\n{submission.message}\n" if submission.message else "")
        + f"\nRispondi e invia di nuovo la scheda:\n{_url('officer:project-status', project.code)}\n",
    )


def published(submission, card) -> None:
    send(
        submission.submitted_by.email,
        f"La scheda «{card.title}» è pubblica",
        f"La redazione ha pubblicato la scheda «{card.title}» (edizione {card.edition}).\n"
        f"La trovi qui:\n{_url('projects:card-detail', card.slug)}\n",
    )


def archived(submission) -> None:
    project = submission.project
    send(
        submission.submitted_by.email,
        f"La scheda «{project.title}» non sarà pubblicata",
        f"La redazione ha deciso di non pubblicare la scheda «{project.title}».\n\n"
        f"Motivo: {submission.message}\n",
    )


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
        f"La segnalazione è qui:\n{_url('projects:report-status', report.token)}\n\n"
        "Il tuo indirizzo e-mail non è più conservato.\n",
    )


def _moment(at) -> str:
    return timezone.localtime(at).strftime("%d/%m/%Y alle %H:%M")


def _url(name: str, *args) -> str:
    with override("it"):
        return settings.SITE_URL + reverse(name, args=args)
