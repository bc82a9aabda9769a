"""Loading the project of a desk page."""

from django.shortcuts import get_object_or_404

from projects.models import Project


def load(code: str) -> Project:
    """The project with this code, with owner, promoter and places. Raises Http404."""
    related = ("record__owner", "promoter", "lead_municipality__province", "lead_municipality__region")
    return get_object_or_404(Project.objects.select_related(*related), record__code=code)
