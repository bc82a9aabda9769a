"""Who may do what to a project. Views, API and templates use these functions.

| action | officer of the owning body | reviewer | administrator |
|---|---|---|---|
| create, edit, submit | yes, own body | on behalf | yes |
| write the texts of a city card | yes, own municipality | on behalf | yes |
| hide them, answer reports of readers | no | yes | yes |
| take, comment, request changes, publish, withdraw | no | yes | yes |
| read a file that proves a rating before it is public, withdraw it | who rated | yes | yes |
| assess replicability | self; as a peer, the published projects of others | as the observatory | yes |
| ask to reuse a project | for another body than its owner | no | no |
| advance an adoption | the side in reuse.transitions | for either side | for either side |
| link the project that results from an adoption | the adopter, of its own | yes | yes |
| hide texts of an adoption | no | yes | yes |
"""

from accounts.rules import is_officer, is_reviewer
from projects.models import Project
from projects.workflow import DESK, OFFICE, PROJECT, Status, Verb


def owns(user, project: Project) -> bool:
    """Whether a user is an officer of the owning body, or a reviewer, who acts on its behalf."""
    return is_officer(user, project.owner_id) or is_reviewer(user)


def can_see(user, project: Project) -> bool:
    """Whether a user may see the working copy, its history and comments. Nobody sees a deleted draft."""
    return project.deleted_at is None and owns(user, project)


def can_create(user, organisation_id: int | None = None) -> bool:
    """Whether a user may create projects, for one organisation or for any."""
    return is_officer(user, organisation_id) or is_reviewer(user)


def can_edit(user, project: Project) -> bool:
    """Whether a user may change the working copy, in a state that allows it."""
    return can_see(user, project) and project.is_editable


def can_submit(user, project: Project) -> bool:
    """Whether a user may submit the project now."""
    return can_see(user, project) and PROJECT.allows(Verb.SUBMIT, project.status, {OFFICE})


def can_recall(user, project: Project) -> bool:
    """Whether a user may take the submission back."""
    return can_see(user, project) and PROJECT.allows(Verb.RECALL, project.status, {OFFICE})


def can_revise(user, project: Project) -> bool:
    """Whether a user may make the project a draft again."""
    return can_see(user, project) and PROJECT.allows(Verb.REVISE, project.status, {OFFICE})


def can_delete(user, project: Project) -> bool:
    """Whether a user may delete a draft: only one that was never submitted."""
    is_unsubmitted = project.status == Status.DRAFT and project.deleted_at is None and project.slug is None
    return can_see(user, project) and is_unsubmitted and not project.submissions.exists()


def can_restore(user, project: Project) -> bool:
    """Whether a user may take the draft out of the bin."""
    return owns(user, project) and project.deleted_at is not None


def can_confirm(user, project: Project) -> bool:
    """Whether a user may confirm that the public card is still valid: while there is one."""
    return can_see(user, project) and project.record.editions.current().exists()


def can_take(user, project: Project) -> bool:
    """Whether a user may take the submission into review."""
    return is_reviewer(user) and PROJECT.allows(Verb.TAKE, project.status, {DESK})


def can_review(user, project: Project) -> bool:
    """Whether a user may comment, request changes, publish or archive: only what is under review."""
    return is_reviewer(user) and PROJECT.allows(Verb.PUBLISH, project.status, {DESK})


def can_withdraw(user, project: Project) -> bool:
    """Whether a user may withdraw the public card."""
    return is_reviewer(user)
