"""Which addresses are answered in brief: without request, response or middleware (observatory/quick.py)."""

import re

from api.views.base import PublicView
from api.views.projects import ProjectDetail, ProjectList

LIST = "/api/v1/projects"
# By code or slug; `facets` is a resource of its own.
CARD = re.compile(r"/api/v1/projects/(?!facets$)([A-Za-z0-9-]+)")


def way_of(path: str) -> tuple[type[PublicView], str] | None:
    """The view that answers this path in brief, and the key in it; None for all other paths."""
    if path == LIST:
        return ProjectList, ""
    found = CARD.fullmatch(path)
    return (ProjectDetail, found[1]) if found else None
