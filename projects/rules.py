"""Who may do what to a project. Views, API and buttons ask the same functions.

| move | officer of the owning body | reviewer | administrator |
|---|---|---|---|
| create, edit, submit | yes, own body | on behalf | yes |
| write the texts of a city card | yes, own municipality | on behalf | yes |
| hide them, answer reports of readers | no | yes | yes |
| take, comment, request changes, publish, withdraw | no | yes | yes |
| read a file that proves a rating before it is public, withdraw it | who rated | yes | yes |
| assess replicability | self; as a peer, the published projects of others | as the observatory | yes |
| ask to reuse a project | for another body than its owner | no | no |
| move an adoption | the side the table in projects.adoption names | for either side | for either side |
| name the project that came of an adoption | the adopter, of its own | yes | yes |
| hide words of an adoption | no | yes | yes |
"""

from accounts.rules import is_officer, is_reviewer, organisations_of
from municipalities.models import Organisation, Territory
from projects.adoption.moves import ADOPTION, WITH_RESULT, AdoptionMove, Side
from projects.models import Adoption, Assessment, EvidenceFile, OutsidePractice, Project
from projects.replicability.criteria import OBSERVATORY, PEER, SELF
from projects.workflow import DESK, OFFICE, PROJECT, Move, Status


def owns(user, project: Project) -> bool:
    """Officers of the owning body, and the desk on its behalf."""
    return is_officer(user, project.owner_id) or is_reviewer(user)


def can_see(user, project: Project) -> bool:
    """The working copy, its events and comments; not what lies in the bin."""
    return project.deleted_at is None and owns(user, project)


def can_create(user, organisation_id: int | None = None) -> bool:
    return is_officer(user, organisation_id) or is_reviewer(user)


def can_edit(user, project: Project) -> bool:
    return can_see(user, project) and project.is_editable


def can_submit(user, project: Project) -> bool:
    return can_see(user, project) and PROJECT.allows(Move.SUBMIT, project.status, {OFFICE})


def can_recall(user, project: Project) -> bool:
    return can_see(user, project) and PROJECT.allows(Move.RECALL, project.status, {OFFICE})


def can_revise(user, project: Project) -> bool:
    return can_see(user, project) and PROJECT.allows(Move.REVISE, project.status, {OFFICE})


def can_delete(user, project: Project) -> bool:
    """Throw a draft away: one that was never sent."""
    is_fresh = project.status == Status.DRAFT and project.deleted_at is None and project.slug is None
    return can_see(user, project) and is_fresh and not project.submissions.exists()


def can_restore(user, project: Project) -> bool:
    return owns(user, project) and project.deleted_at is not None


def can_confirm(user, project: Project) -> bool:
    """Say that the public card still holds: while there is one."""
    return can_see(user, project) and project.cards.current().exists()


def can_take(user, project: Project) -> bool:
    return is_reviewer(user) and PROJECT.allows(Move.TAKE, project.status, {DESK})


def can_review(user, project: Project) -> bool:
    """Comment, ask for changes, publish or archive: only what is under review."""
    return is_reviewer(user) and PROJECT.allows(Move.PUBLISH, project.status, {DESK})


def can_withdraw(user, project: Project) -> bool:
    return is_reviewer(user)


def seat_for(user, project: Project) -> tuple[str, Organisation] | None:
    """As whom an officer may assess a project: its own body, or another municipality's. Else None.

    Another municipality only looks at what is public.
    """
    if is_officer(user, project.owner_id):
        return SELF, project.owner
    mine = Organisation.objects.filter(
        pk__in=organisations_of(user), kind=Organisation.Kind.MUNICIPALITY
    ).order_by("pk")
    body = mine.first() if project.cards.current().exists() else None
    return (PEER, body) if body else None


def staff_seat_for(user, project: Project) -> tuple[str, Organisation] | None:
    """As whom staff may assess a published project: the observatory they belong to. Else None."""
    if not (is_reviewer(user) and project.cards.current().exists()):
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


def towns_of(user):
    """The municipalities whose city card the person's bodies write."""
    mine = Organisation.objects.filter(pk__in=organisations_of(user), kind=Organisation.Kind.MUNICIPALITY)
    return Territory.objects.municipalities().current().filter(pk__in=mine.values("territory"))


def can_write_city(user, town: Territory) -> bool:
    return is_reviewer(user) or towns_of(user).filter(pk=town.pk).exists()


def adopters_for(user, project: Project):
    """The bodies of a person that may ask to reuse a published project: their own but its owner."""
    if not project.cards.current().exists():
        return Organisation.objects.none()
    return Organisation.objects.filter(pk__in=organisations_of(user) - {project.owner_id}).order_by("name")


def sides_of(user, adoption: Adoption) -> list[Side]:
    """As whom a person acts in an adoption: for its bodies, else as staff, else not at all."""
    mine = organisations_of(user)
    sides = {Side.GIVER: adoption.giver_id, Side.ADOPTER: adoption.adopter_id}
    found = [side for side, body in sides.items() if body in mine]
    return found or ([Side.STAFF] if is_reviewer(user) else [])


def can_see_adoption(user, adoption: Adoption) -> bool:
    """Both sides, the owner of the project, staff."""
    return bool(sides_of(user, adoption)) or is_officer(user, adoption.project.owner_id)


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
