"""The life of a request to reuse a project, as a table: which moves there are, whose they are, who waits.

Who somebody is belongs to rules, what a move does to adopting.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _


class Step(models.TextChoices):
    INTEREST = "interest", _("Interesse")
    CONTACT = "contact", _("Contatto")
    AGREEMENT = "agreement", _("Accordo")
    ADAPTATION = "adaptation", _("Adattamento")
    IN_SERVICE = "in_service", _("In servizio")
    FEEDBACK = "feedback", _("Riscontro")
    DECLINED = "declined", _("Non accolta")
    WITHDRAWN = "withdrawn", _("Ritirata")


class Side(models.TextChoices):
    GIVER = "giver", _("Ente cedente")
    ADOPTER = "adopter", _("Ente riusante")
    STAFF = "staff", _("Redazione")


class AdoptionMove(models.TextChoices):
    ASK = "ask", _("Chiedi il riuso")
    REPLY = "reply", _("Rispondi")
    AGREE = "agree", _("Registra l’accordo")
    ADAPT = "adapt", _("Comincia l’adattamento")
    START = "start", _("Metti in servizio")
    TELL = "tell", _("Racconta com’è andata")
    WRITE = "write", _("Scrivi una nota")
    DECLINE = "decline", _("Non accogliere")
    WITHDRAW = "withdraw", _("Ritira la richiesta")


@dataclass(frozen=True)
class Rule:
    """From which steps a move starts, where it leads (None: it stays), whose it is."""

    sources: frozenset[str]
    target: str | None
    sides: frozenset[str]
    needs_note: bool = False


CLOSED = frozenset({Step.DECLINED, Step.WITHDRAWN})
LIVING = frozenset(set(Step) - CLOSED)
ADOPTED = frozenset({Step.IN_SERVICE, Step.FEEDBACK})
UNDER_WAY = frozenset({Step.CONTACT, Step.AGREEMENT, Step.ADAPTATION})
# What counts in the score is public, so that anybody can count it; a mere interest is not.
PUBLIC = ADOPTED | UNDER_WAY


def _rule(sources, target, *sides, needs_note=False) -> Rule:
    return Rule(frozenset(sources), target, frozenset(sides), needs_note)


MOVES = {
    AdoptionMove.REPLY: _rule({Step.INTEREST}, Step.CONTACT, Side.GIVER, needs_note=True),
    AdoptionMove.AGREE: _rule({Step.CONTACT}, Step.AGREEMENT, Side.GIVER, Side.ADOPTER),
    AdoptionMove.ADAPT: _rule({Step.AGREEMENT}, Step.ADAPTATION, Side.ADOPTER),
    AdoptionMove.START: _rule({Step.ADAPTATION}, Step.IN_SERVICE, Side.ADOPTER),
    AdoptionMove.TELL: _rule(ADOPTED, Step.FEEDBACK, Side.ADOPTER),
    AdoptionMove.WRITE: _rule(LIVING, None, Side.GIVER, Side.ADOPTER, needs_note=True),
    AdoptionMove.DECLINE: _rule({Step.INTEREST, Step.CONTACT}, Step.DECLINED, Side.GIVER, needs_note=True),
    AdoptionMove.WITHDRAW: _rule(LIVING, Step.WITHDRAWN, Side.ADOPTER, needs_note=True),
}

# Whose turn it is at a step, and after how long they are reminded.
TURNS = {
    Step.INTEREST: (Side.GIVER, timedelta(days=15)),
    Step.CONTACT: (Side.ADOPTER, timedelta(days=30)),
    Step.AGREEMENT: (Side.ADOPTER, timedelta(days=90)),
    Step.ADAPTATION: (Side.ADOPTER, timedelta(days=180)),
    Step.IN_SERVICE: (Side.ADOPTER, timedelta(days=180)),
}
# What is expected next of the side whose turn it is.
NEXT = {
    Step.INTEREST: AdoptionMove.REPLY,
    Step.CONTACT: AdoptionMove.AGREE,
    Step.AGREEMENT: AdoptionMove.ADAPT,
    Step.ADAPTATION: AdoptionMove.START,
    Step.IN_SERVICE: AdoptionMove.TELL,
}
# The same as something to do: «Tocca a te: …».
TASKS = {
    Step.INTEREST: _("rispondere"),
    Step.CONTACT: _("registrare l’accordo"),
    Step.AGREEMENT: _("cominciare l’adattamento"),
    Step.ADAPTATION: _("mettere in servizio"),
    Step.IN_SERVICE: _("raccontare com’è andata"),
}


def allows(move: str, step: str, side: str) -> bool:
    """Whether a side may make a move at a step. Staff stand in for either side."""
    rule = MOVES.get(move)
    return rule is not None and step in rule.sources and (side == Side.STAFF or side in rule.sides)


def turn_of(step: str) -> str | None:
    """The side that is waited for; None when nothing is awaited."""
    return TURNS[step][0] if step in TURNS else None
