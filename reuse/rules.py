from accounts.rules import is_officer, is_reviewer, organisations_of
from cards.models import Record
from municipalities.models import Organisation
from reuse.criteria import OBSERVATORY, PEER, SELF
from reuse.models import Adoption, Assessment, EvidenceFile, OutsidePractice
from reuse.transitions import ADOPTION, WITH_RESULT, AdoptionMove, Side


def seat_for(user, record: Record) -> tuple[str, Organisation] | None:
    """As whom an officer may assess a project: its own body, or another municipality's. Else None.

    Another municipality only looks at what is public.
    """
    if is_officer(user, record.owner_id):
        return SELF, record.owner
    mine = Organisation.objects.filter(
        pk__in=organisations_of(user), kind=Organisation.Kind.MUNICIPALITY
    ).order_by("pk")
    body = mine.first() if record.editions.current().exists() else None
    return (PEER, body) if body else None


def staff_seat_for(user, record: Record) -> tuple[str, Organisation] | None:
    """As whom staff may assess a published project: the observatory they belong to. Else None."""
    if not (is_reviewer(user) and record.editions.current().exists()):
        return None
    body = Organisation.objects.filter(kind=Organisation.Kind.OBSERVATORY, memberships__user=user).first()
    return (OBSERVATORY, body) if body else None


def can_second(user, assessment: Assessment) -> bool:
    """A second reader is another reviewer than the one who rated."""
    is_open = assessment.rater == OBSERVATORY and assessment.made_at and not assessment.seconded_at
    return bool(is_open) and is_reviewer(user) and assessment.by_id != user.pk


def can_use_evidence(user, evidence: EvidenceFile) -> bool:
    """Read a file that proves a rating before all may, or withdraw it: who rated, and staff."""
    return is_officer(user, evidence.organisation_id) or is_reviewer(user)


def adopters_for(user, record: Record):
    """The bodies of a person that may ask to reuse a published project: their own but its owner."""
    if not record.editions.current().exists():
        return Organisation.objects.none()
    return Organisation.objects.filter(pk__in=organisations_of(user) - {record.owner_id}).order_by("name")


def sides_of(user, adoption: Adoption) -> list[Side]:
    """As whom a person acts in an adoption: for its bodies, else as staff, else not at all."""
    mine = organisations_of(user)
    sides = {Side.GIVER: adoption.giver_id, Side.ADOPTER: adoption.adopter_id}
    found = [side for side, body in sides.items() if body in mine]
    return found or ([Side.STAFF] if is_reviewer(user) else [])


def can_see_adoption(user, adoption: Adoption) -> bool:
    """Both sides, the owner of the project, staff."""
    return bool(sides_of(user, adoption)) or is_officer(user, adoption.record.owner_id)


def side_for(user, move: str, adoption: Adoption) -> Side | None:
    """As whom a person may make a move now; None when they may not."""
    sides = sides_of(user, adoption)
    return next((side for side in sides if ADOPTION.allows(move, adoption.step, {side})), None)


def moves_for(user, adoption: Adoption) -> list[AdoptionMove]:
    """What a person may do now, in the order of the table."""
    return [AdoptionMove(found.verb) for found in ADOPTION.offered(adoption, sides_of(user, adoption))]


def can_tell_result(user, adoption: Adoption) -> bool:
    """Say which project came of an adoption: its adopter, or staff for it."""
    is_ours = bool({Side.ADOPTER, Side.STAFF} & {*sides_of(user, adoption)})
    return is_ours and adoption.step in WITH_RESULT


def can_remove_practice(user, practice: OutsidePractice) -> bool:
    return is_officer(user, practice.adopter_id) or is_reviewer(user)
