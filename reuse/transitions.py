"""The life of a request to reuse a project as a table: states, whose the transitions are, who is waited for.

Who somebody is belongs to rules, what a transition does to adopting.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.deadlines import Rule, Unit
from lib.workflow import State, Transition, Workflow


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


CLOSED = frozenset({Step.DECLINED, Step.WITHDRAWN})
LIVING = frozenset(set(Step) - CLOSED)
ADOPTED = frozenset({Step.IN_SERVICE, Step.FEEDBACK})
UNDER_WAY = frozenset({Step.CONTACT, Step.AGREEMENT, Step.ADAPTATION})
# What counts in the score is public, so that anybody can count it; a mere interest is not.
PUBLIC = ADOPTED | UNDER_WAY
# From here on there may be a project of the adopter that came of it.
WITH_RESULT = ADOPTED | {Step.ADAPTATION}


def _transition(move: AdoptionMove, sources, target, *sides: Side, needs_note=False) -> Transition:
    """Staff stand in for either side."""
    whose = frozenset({*sides, Side.STAFF})
    return Transition(move, move.label, frozenset(sources), target, whose, needs_note=needs_note)


ADOPTION = Workflow(
    kind="adoption",
    field="step",
    start=Step.INTEREST,
    states=[State(step, step.label, step.label, is_end=step in CLOSED) for step in Step],
    transitions=[
        _transition(AdoptionMove.REPLY, {Step.INTEREST}, Step.CONTACT, Side.GIVER, needs_note=True),
        _transition(AdoptionMove.AGREE, {Step.CONTACT}, Step.AGREEMENT, Side.GIVER, Side.ADOPTER),
        _transition(AdoptionMove.ADAPT, {Step.AGREEMENT}, Step.ADAPTATION, Side.ADOPTER),
        _transition(AdoptionMove.START, {Step.ADAPTATION}, Step.IN_SERVICE, Side.ADOPTER),
        _transition(AdoptionMove.TELL, ADOPTED, Step.FEEDBACK, Side.ADOPTER),
        _transition(AdoptionMove.WRITE, LIVING, None, Side.GIVER, Side.ADOPTER, needs_note=True),
        _transition(
            AdoptionMove.DECLINE,
            {Step.INTEREST, Step.CONTACT},
            Step.DECLINED,
            Side.GIVER,
            needs_note=True,
        ),
        _transition(AdoptionMove.WITHDRAW, LIVING, Step.WITHDRAWN, Side.ADOPTER, needs_note=True),
    ],
    # Whose turn it is in a state, and after how long they are reminded.
    waits={
        Step.INTEREST: (Side.GIVER, Rule(15, Unit.DAYS)),
        Step.CONTACT: (Side.ADOPTER, Rule(30, Unit.DAYS)),
        Step.AGREEMENT: (Side.ADOPTER, Rule(90, Unit.DAYS)),
        Step.ADAPTATION: (Side.ADOPTER, Rule(180, Unit.DAYS)),
        Step.IN_SERVICE: (Side.ADOPTER, Rule(180, Unit.DAYS)),
    },
)
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
