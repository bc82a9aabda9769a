"""Messages of the workflow, in Italian. Sent after commit: a failing mail server never undoes a decision."""

from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.models import User
from accounts.rules import BODY_ROLES
from cards.document.diff import label_of
from lib.deadlines import Deadline
from lib.mail import send
from projects.workflow import ANSWER


def answer_due(submission) -> date:
    """The last day for the desk to decide on a submission."""
    return Deadline(ANSWER, submission.submitted_at).last_day


def receipt(submission) -> None:
    """To the submitter: number and time of the submission, what happens next and by when."""
    project = submission.project
    send(
        submission.submitted_by.email,
        f"Abbiamo ricevuto la scheda «{project.title}»",
        f"Hai inviato la scheda «{project.title}».\n"
        f"Numero della ricevuta: {submission.receipt}\n"
        f"Inviata il: {_moment(submission.submitted_at)}\n\n"
        "Che cosa succede ora: la redazione prende in carico la scheda e risponde entro "
        f"{ANSWER.amount} giorni lavorativi, cioè entro il {answer_due(submission):%d/%m/%Y}. "
        "Fino ad allora puoi riprendere la bozza, se nessuno l’ha ancora presa in carico.\n\n"
        "Segui la scheda qui:\n"
        f"{_url('officer:project-status', project.code)}\n",
    )


def assigned(submission, by) -> None:
    """To the reviewer: a colleague has given them a submission."""
    project = submission.project
    send(
        submission.taken_by.email,
        f"Ti è stata affidata la scheda «{project.title}»",
        f"{by} ti ha affidato la revisione della scheda «{project.title}» di {project.owner}.\n"
        f"La redazione risponde entro il {answer_due(submission):%d/%m/%Y}.\n\n"
        f"La trovi qui:\n{_url('desk:project-review', project.code)}\n",
    )


def changes_requested(submission) -> None:
    """To the submitter: the message and the comments of the reviewer."""
    project, notes = submission.project, list(submission.comments.order_by("pk"))
    comments = len(notes)
    with override("it"):
        lines = [f"\n- {str(label_of(note.field)).capitalize()}: {note.text}\n" for note in notes]
    send(
        submission.submitted_by.email,
        f"La redazione chiede integrazioni: «{project.title}»",
        f"La redazione ha esaminato la scheda «{project.title}» e ha lasciato {comments} "
        f"{'commento' if comments == 1 else 'commenti'}.\n"
        + (f"\n{submission.message}\n" if submission.message else "")
        + "".join(lines)
        + f"\nRispondi e invia di nuovo la scheda:\n{_url('officer:project-status', project.code)}\n",
    )


def published(submission, card) -> None:
    """To the submitter: the card is public, and its address."""
    send(
        submission.submitted_by.email,
        f"La scheda «{card.title}» è pubblica",
        f"La redazione ha pubblicato la scheda «{card.title}» (edizione {card.edition}).\n"
        f"La trovi qui:\n{_url('public:card-detail', card.slug)}\n",
    )


def archived(submission) -> None:
    """To the submitter: the project will not be published, and why."""
    project = submission.project
    send(
        submission.submitted_by.email,
        f"La scheda «{project.title}» non sarà pubblicata",
        f"La redazione ha deciso di non pubblicare la scheda «{project.title}».\n\n"
        f"Motivo: {submission.message}\n",
    )


def withdrawn(card) -> None:
    """To the officers of the body: the public card was withdrawn, and why."""
    _to_office(
        card,
        f"La scheda «{card.title}» è stata ritirata",
        f"La redazione ha ritirato la scheda «{card.title}» (edizione {card.edition}).\n\n"
        f"Motivo: {card.withdrawal_reason}\n\n"
        "La pagina pubblica lo dice, con il motivo. I dati restano nella tua area riservata:\n",
    )


def restored(card) -> None:
    """To the officers of the body: the card is public again."""
    _to_office(
        card,
        f"La scheda «{card.title}» è di nuovo pubblica",
        f"La redazione ha rimesso in pubblico la scheda «{card.title}», com’era.\n\n"
        "Nella tua area riservata vedi a che punto è:\n",
    )


def _to_office(card, subject: str, body: str) -> None:
    """To every officer and manager of the owner of a card, with the address of its status."""
    people = User.objects.filter(
        memberships__organisation=card.record.owner_id, memberships__role__in=BODY_ROLES, is_active=True
    )
    for user in people.distinct().order_by("pk"):
        send(user.email, subject, f"{body}{_url('officer:project-status', card.record.code)}\n")


REMINDERS = {
    "ageing": (
        "La scheda «{title}» è ancora valida?",
        "Nessuno conferma o aggiorna la scheda «{title}» dal {since}.\n\n"
        "Se è tutto come allora, basta un clic: apri la pagina e premi «È ancora valida».\n{link}\n\n"
        "Se qualcosa è cambiato, aggiornala qui:\n{status}\n",
    ),
    "idle": (
        "La bozza «{title}» ti aspetta",
        "La bozza «{title}» è ferma dal {since}. "
        "Quello che hai scritto è salvato: riprendi da dove eri.\n{status}\n",
    ),
    "overdue": (
        "La redazione aspetta le integrazioni: «{title}»",
        "Il {since} la redazione ha chiesto integrazioni alla scheda «{title}».\n"
        "Rispondi e invia di nuovo la scheda:\n{status}\n",
    ),
}


def reminder(due, user, token: str) -> bool:
    """Send a projects.reminders.Due, with `token` in the link that confirms. Gives whether it was sent."""
    subject, body = REMINDERS[due.matter]
    values = {
        "title": due.card.title if due.card else str(due.project),
        "since": f"{timezone.localtime(due.since):%d/%m/%Y}",
        "link": _url("officer:confirm-by-link", token) if token else "",
        "status": _url("officer:project-status", due.project.code),
    }
    return send(user.email, subject.format(**values), body.format(**values))


def _moment(at) -> str:
    return timezone.localtime(at).strftime("%d/%m/%Y alle %H:%M")


def _url(name: str, *args) -> str:
    with override("it"):
        return settings.SITE_URL + reverse(name, args=args)
