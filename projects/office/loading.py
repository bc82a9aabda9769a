"""Loading the project of an office page, with the permission check."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from accounts.rules import is_reviewer, organisations_of
from municipalities.models import Organisation
from projects import rules
from projects.models import Project

RELATED = (
    "record__owner__territory",
    "promoter",
    "lead_municipality__province",
    "lead_municipality__region",
    "updated_by",
)


def load(request: HttpRequest, code: str, may) -> Project:
    """The project with this code, when `may(user, project)`.

    Raises PermissionDenied, also for an unknown code, so that codes cannot be probed; Http404 to reviewers.
    """
    project = Project.objects.select_related(*RELATED).filter(record__code=code).first()
    if project is None and is_reviewer(request.user):
        raise Http404
    if project is None or not may(request.user, project):
        raise PermissionDenied
    return project


def office_only(request: HttpRequest) -> None:
    """Raises PermissionDenied for users who may create no projects."""
    if not rules.can_create(request.user):
        raise PermissionDenied


def bodies_of(user):
    """The organisations a user may create projects for: their own, for reviewers all."""
    bodies = Organisation.objects.order_by("name")
    return bodies if is_reviewer(user) else bodies.filter(pk__in=organisations_of(user))
