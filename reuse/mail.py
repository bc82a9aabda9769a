"""E-mail to the two sides of an adoption, sent after commit from the portal's own address."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.rules import BODY_ROLES
from cards.records import title_of
from lib.mail import send
from reuse.models import Adoption, AdoptionStep
from reuse.transitions import ADOPTION, TASKS, AdoptionTransition, Side


def people_of(adoption: Adoption, side: str) -> list[str]:
    """E-mail addresses of the active users of a side; DEFAULT_FROM_EMAIL where it has none."""
    organisation = adoption.giver_id if side == Side.GIVER else adoption.adopter_id
    users = User.objects.filter(
        memberships__organisation=organisation, memberships__role__in=BODY_ROLES, is_active=True
    )
    addresses = list(users.distinct().order_by("pk").values_list("email", flat=True))
    return addresses or [settings.DEFAULT_FROM_EMAIL]


def step_recorded(step: AdoptionStep) -> None:
    """Report a transition to the other side; to both when staff made it."""
    adoption = step.adoption
    others = [side for side in (Side.GIVER, Side.ADOPTER) if side != step.side]
    title = title_of(adoption.record_id)
    with override("it"):
        headline = f"{AdoptionTransition(step.move).label} – {step.get_step_display()}"
    parts = [f"Riuso di «{title}»: {adoption.adopter} riusa il progetto di {adoption.giver}.", headline]
    parts += [text for text in (step.note, step.what_changed, step.what_learnt) if text]
    parts.append(_next_task(adoption))
    for address in dict.fromkeys(a for side in others for a in people_of(adoption, side)):
        send(address, f"Riuso di «{title}»: {step.get_step_display().lower()}", "\n\n".join(parts))


def reminder(adoption: Adoption, address: str) -> None:
    """Remind one person of the side that has to act."""
    title = title_of(adoption.record_id)
    send(
        address,
        f"Ti aspettano: riuso di «{title}»",
        f"{adoption.adopter} riusa «{title}» di {adoption.giver}.\n"
        f"È fermo dal {adoption.waiting_since:%d/%m/%Y}.\n\n{_next_task(adoption)}",
    )


def _next_task(adoption: Adoption) -> str:
    with override("it"):
        link = settings.SITE_URL + reverse("officer:adoption", args=[adoption.pk])
        turn = ADOPTION.turn_of(adoption.step)
        who = {Side.GIVER: adoption.giver.name, Side.ADOPTER: adoption.adopter.name}.get(turn)
        task = f"Ora tocca a {who}: {TASKS[adoption.step]}.\n" if who else ""
    return f"{task}Tutto il percorso è qui:\n{link}\n"
