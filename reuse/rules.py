"""Who may assess, adopt and read evidence: predicates on a user and a row."""

from accounts.rules import is_officer, is_reviewer, organisations_of
from cards.models import Record
from municipalities.models import Organisation
from reuse.criteria import OBSERVATORY, PEER, SELF
from reuse.models import Adoption, Assessment, EvidenceFile, OutsidePractice
from reuse.transitions import ADOPTION, WITH_RESULT, AdoptionTransition, Side


def rater_for(user, record: Record) -> tuple[str, Organisation] | None:
    """`(rater, organisation)` for which an officer may assess a project, else None.

    Their own body's project as SELF; a published one of another body as PEER, for a municipality of theirs.
    """
    if is_officer(user, record.owner_id):
        return SELF, record.owner
    mine = Organisation.objects.filter(
        pk__in=organisations_of(user), kind=Organisation.Kind.MUNICIPALITY
    ).order_by("pk")
    body = mine.first() if record.editions.current().exists() else None
    return (PEER, body) if body else None


def staff_rater_for(user, record: Record) -> tuple[str, Organisation] | None:
    """`(OBSERVATORY, organisation)` for which staff may assess a published project, else None."""
    if not (is_reviewer(user) and record.editions.current().exists()):
        return None
    body = Organisation.objects.filter(kind=Organisation.Kind.OBSERVATORY, memberships__user=user).first()
    return (OBSERVATORY, body) if body else None


def can_second(user, assessment: Assessment) -> bool:
    """Whether a user may confirm an observatory's assessment: another reviewer than its author, once."""
    is_open = assessment.rater == OBSERVATORY and assessment.made_at and not assessment.seconded_at
    return bool(is_open) and is_reviewer(user) and assessment.by_id != user.pk


def can_use_evidence(user, evidence: EvidenceFile) -> bool:
    """Whether a user may read evidence that is not public yet, or withdraw it: the rater's body and staff."""
    return is_officer(user, evidence.organisation_id) or is_reviewer(user)


def adopters_for(user, record: Record):
    """The organisations of a user that may request a published project: all but its owner, by name."""
    if not record.editions.current().exists():
        return Organisation.objects.none()
    return Organisation.objects.filter(pk__in=organisations_of(user) - {record.owner_id}).order_by("name")


def sides_of(user, adoption: Adoption) -> list[Side]:
    """The sides a user acts for: those of their organisations, else STAFF for reviewers, else none."""
    mine = organisations_of(user)
    sides = {Side.GIVER: adoption.giver_id, Side.ADOPTER: adoption.adopter_id}
    own = [side for side, organisation in sides.items() if organisation in mine]
    return own or ([Side.STAFF] if is_reviewer(user) else [])


def can_see_adoption(user, adoption: Adoption) -> bool:
    """Whether a user may read an adoption: both sides, the owner of the project, staff."""
    return bool(sides_of(user, adoption)) or is_officer(user, adoption.record.owner_id)


def side_for(user, transition: str, adoption: Adoption) -> Side | None:
    """The side for which a person may make a transition now; None when they may not."""
    sides = sides_of(user, adoption)
    return next((side for side in sides if ADOPTION.allows(transition, adoption.step, {side})), None)


def transitions_for(user, adoption: Adoption) -> list[AdoptionTransition]:
    """The transitions that a user may make now, in the order of ADOPTION."""
    return [
        AdoptionTransition(offered.verb) for offered in ADOPTION.offered(adoption, sides_of(user, adoption))
    ]


def can_set_result(user, adoption: Adoption) -> bool:
    """Whether a user may name the project that came of an adoption: its adopter, or staff."""
    is_ours = bool({Side.ADOPTER, Side.STAFF} & {*sides_of(user, adoption)})
    return is_ours and adoption.step in WITH_RESULT


def can_remove_practice(user, practice: OutsidePractice) -> bool:
    """Its adopter, or staff."""
    return is_officer(user, practice.adopter_id) or is_reviewer(user)
