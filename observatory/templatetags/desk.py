"""Tags of the desk's templates: the numbers beside the entries of its menu."""

from django import template
from django.db.models import Exists, OuterRef

from cards.models import Edition
from feedback.models import ErrorReport
from projects.models import Project
from protocols.models import Adhesion
from reuse.criteria import OBSERVATORY
from reuse.models import Assessment

register = template.Library()


@register.simple_tag
def desk_counts() -> dict[str, int]:
    """Open items of each part of the desk, in four queries."""
    rated = Assessment.objects.completed().filter(record=OuterRef("record"), rater=OBSERVATORY)
    return {
        "queue": Project.objects.waiting_for_review().count(),
        "assessments": Edition.objects.current().filter(~Exists(rated)).count(),
        "adhesions": Adhesion.objects.received().count(),
        "reports": ErrorReport.objects.filter(status=ErrorReport.Status.RECEIVED).count(),
    }
