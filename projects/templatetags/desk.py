"""Words of the desk's templates: what waits behind each entry of its menu, what each event is called."""

from django import template
from django.db.models import Exists, OuterRef

from municipalities.models import Adhesion
from projects.models import Assessment, Card, ErrorReport, Project
from projects.replicability.criteria import OBSERVATORY

register = template.Library()


@register.simple_tag
def desk_counts() -> dict[str, int]:
    """How much waits in each part of the desk, in four queries."""
    rated = Assessment.objects.completed().filter(project=OuterRef("project"), rater=OBSERVATORY)
    return {
        "queue": Project.objects.waiting_for_review().count(),
        "assessments": Card.objects.current().filter(~Exists(rated)).count(),
        "adhesions": Adhesion.objects.waiting().count(),
        "reports": ErrorReport.objects.filter(status=ErrorReport.Status.RECEIVED).count(),
    }
