"""The workflow of an adoption (the reuse of a project by another body): states, transitions, deadlines.

Which side a person is on is decided in rules.py; what a transition writes, in actions/adopting.py.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.deadlines import Rule, Unit
from lib.workflow import State, Transition, Workflow


class AdoptionState(models.TextChoices):
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


class AdoptionTransition(models.TextChoices):
    ASK = "ask", _("Chiedi il riuso")
    REPLY = "reply", _("Rispondi")
    AGREE = "agree", _("Registra l’accordo")
    ADAPT = "adapt", _("Comincia l’adattamento")
    START = "start", _("Metti in servizio")
    TELL = "tell", _("Racconta com’è andata")
    WRITE = "write", _("Scrivi una nota")
    DECLINE = "decline", _("Non accogliere")
    WITHDRAW = "withdraw", _("Ritira la richiesta")


CLOSED = frozenset({AdoptionState.DECLINED, AdoptionState.WITHDRAWN})
OPEN = frozenset(set(AdoptionState) - CLOSED)
ADOPTED = frozenset({AdoptionState.IN_SERVICE, AdoptionState.FEEDBACK})
UNDER_WAY = frozenset({AdoptionState.CONTACT, AdoptionState.AGREEMENT, AdoptionState.ADAPTATION})
# All that counts in the score is public, so that anybody can check it; a request alone is not.
PUBLIC = ADOPTED | UNDER_WAY
# In these states the adopter may name its own project that came of the adoption.
WITH_RESULT = ADOPTED | {AdoptionState.ADAPTATION}


def _transition(verb: AdoptionTransition, sources, target, *sides: Side, needs_note=False) -> Transition:
    """A transition for these sides; staff may make it for either of them."""
    allowed = frozenset({*sides, Side.STAFF})
    return Transition(verb, verb.label, frozenset(sources), target, allowed, needs_note=needs_note)


ADOPTION = Workflow(
    kind="adoption",
    field="step",
    start=AdoptionState.INTEREST,
    states=[State(state, state.label, state.label, is_end=state in CLOSED) for state in AdoptionState],
    transitions=[
        _transition(
            AdoptionTransition.REPLY,
            {AdoptionState.INTEREST},
            AdoptionState.CONTACT,
            Side.GIVER,
            needs_note=True,
        ),
        _transition(
            AdoptionTransition.AGREE,
            {AdoptionState.CONTACT},
            AdoptionState.AGREEMENT,
            Side.GIVER,
            Side.ADOPTER,
        ),
        _transition(
            AdoptionTransition.ADAPT, {AdoptionState.AGREEMENT}, AdoptionState.ADAPTATION, Side.ADOPTER
        ),
        _transition(
            AdoptionTransition.START, {AdoptionState.ADAPTATION}, AdoptionState.IN_SERVICE, Side.ADOPTER
        ),
        _transition(AdoptionTransition.TELL, ADOPTED, AdoptionState.FEEDBACK, Side.ADOPTER),
        _transition(AdoptionTransition.WRITE, OPEN, None, Side.GIVER, Side.ADOPTER, needs_note=True),
        _transition(
            AdoptionTransition.DECLINE,
            {AdoptionState.INTEREST, AdoptionState.CONTACT},
            AdoptionState.DECLINED,
            Side.GIVER,
            needs_note=True,
        ),
        _transition(
            AdoptionTransition.WITHDRAW, OPEN, AdoptionState.WITHDRAWN, Side.ADOPTER, needs_note=True
        ),
    ],
    # The side that has to act in a state, and after how long it is reminded.
    waits={
        AdoptionState.INTEREST: (Side.GIVER, Rule(15, Unit.DAYS)),
        AdoptionState.CONTACT: (Side.ADOPTER, Rule(30, Unit.DAYS)),
        AdoptionState.AGREEMENT: (Side.ADOPTER, Rule(90, Unit.DAYS)),
        AdoptionState.ADAPTATION: (Side.ADOPTER, Rule(180, Unit.DAYS)),
        AdoptionState.IN_SERVICE: (Side.ADOPTER, Rule(180, Unit.DAYS)),
    },
)
# The transition that the side which has to act is expected to make.
NEXT = {
    AdoptionState.INTEREST: AdoptionTransition.REPLY,
    AdoptionState.CONTACT: AdoptionTransition.AGREE,
    AdoptionState.AGREEMENT: AdoptionTransition.ADAPT,
    AdoptionState.ADAPTATION: AdoptionTransition.START,
    AdoptionState.IN_SERVICE: AdoptionTransition.TELL,
}
# The same as a task in a sentence: «Tocca a te: rispondere».
TASKS = {
    AdoptionState.INTEREST: _("rispondere"),
    AdoptionState.CONTACT: _("registrare l’accordo"),
    AdoptionState.AGREEMENT: _("cominciare l’adattamento"),
    AdoptionState.ADAPTATION: _("mettere in servizio"),
    AdoptionState.IN_SERVICE: _("raccontare com’è andata"),
}
