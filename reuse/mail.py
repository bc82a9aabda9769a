"""Messages between the two sides of an adoption. Sent after commit, never in anybody's name."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.rules import BODY_ROLES
from cards.records import title_of
from lib.mail import send
from reuse.models import Adoption, AdoptionStep
from reuse.transitions import ADOPTION, TASKS, AdoptionMove, Side


def people_of(adoption: Adoption, side: str) -> list[str]:
    """Addresses of those who can act for a side; the desk's own where nobody can yet."""
    body = adoption.giver_id if side == Side.GIVER else adoption.adopter_id
    users = User.objects.filter(
        memberships__organisation=body, memberships__role__in=BODY_ROLES, is_active=True
    )
    found = list(users.distinct().order_by("pk").values_list("email", flat=True))
    return found or [settings.DEFAULT_FROM_EMAIL]


def moved(step: AdoptionStep) -> None:
    """Tell the other side what was done; both of them when staff did it."""
    adoption = step.adoption
    others = [side for side in (Side.GIVER, Side.ADOPTER) if side != step.side]
    title = title_of(adoption.record_id)
    with override("it"):
        what = f"{AdoptionMove(step.move).label} – {step.get_step_display()}"
    words = [f"Riuso di «{title}»: {adoption.adopter} riusa il progetto di {adoption.giver}.", what]
    words += [text for text in (step.note, step.what_changed, step.what_learnt) if text]
    words.append(_next(adoption))
    for address in dict.fromkeys(a for side in others for a in people_of(adoption, side)):
        send(address, f"Riuso di «{title}»: {step.get_step_display().lower()}", "\n\n".join(words))


def reminder(adoption: Adoption, address: str) -> None:
    """To one person of the side that is waited for."""
    title = title_of(adoption.record_id)
    send(
        address,
        f"Ti aspettano: riuso di «{title}»",
        f"{adoption.adopter} riusa «{title}» di {adoption.giver}.\n"
        f"È fermo dal {adoption.waiting_since:%d/%m/%Y}.\n\n{_next(adoption)}",
    )


def _next(adoption: Adoption) -> str:
    with override("it"):
        link = settings.SITE_URL + reverse("officer:adoption", args=[adoption.pk])
        turn = ADOPTION.turn_of(adoption.step)
        who = {Side.GIVER: adoption.giver.name, Side.ADOPTER: adoption.adopter.name}.get(turn)
        task = f"Ora tocca a {who}: {TASKS[adoption.step]}.\n" if who else ""
    return f"{task}Tutto il percorso è qui:\n{link}\n"
