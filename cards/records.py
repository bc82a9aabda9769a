from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.text import slugify

from cards.models import CodeCounter
from lib.workflow import WrongMove
from municipalities.models import Organisation
from projects.models import Project

# The kind of projects and of what hangs on them in the audit log.
RECORD = "record"


def next_code(owner: Organisation) -> str:
    """The next free code of the owner's province this year, such as TO-2026-0001."""
    province = owner.territory and (owner.territory.province or owner.territory)
    prefix, year = (province.code if province else "IT"), timezone.localdate().year
    CodeCounter.objects.get_or_create(prefix=prefix, year=year)
    CodeCounter.objects.filter(prefix=prefix, year=year).update(last=F("last") + 1)
    number = CodeCounter.objects.get(prefix=prefix, year=year).last
    return f"{prefix}-{year}-{number:04d}"


def _give_slug(project_id: int) -> str:
    """Once and for ever: the title, then the municipality, then a number when others have it."""
    project = Project.objects.select_related("lead_municipality").get(pk=project_id)
    base = slugify(project.title)[:120].strip("-") or project.code.lower()
    place = project.lead_municipality.slug if project.lead_municipality_id else ""
    candidates = [base, f"{base}-{place}"[:130]] + [f"{base}-{n}" for n in range(2, 200)]
    for slug in candidates:
        if Project.objects.filter(slug=slug).exists():
            continue
        try:
            with transaction.atomic():
                Project.objects.filter(pk=project_id).update(slug=slug)
        except IntegrityError:
            continue
        return slug
    raise WrongMove("no free slug")
