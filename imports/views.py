"""The public list of what national files tell: funded projects, which are no cards of municipalities."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.shortcuts import render
from django.views.decorators.http import require_safe

from imports.models import ImportedProject
from imports.profiles import PROFILES
from municipalities.names import place_label, read_municipality

PER_PAGE = 50


@require_safe
def imported_list(request):
    """Filters `comune` in any spelling, `fonte`, `q` (title, body, CUP); what cannot be read is told."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:100]
    place_text = request.GET.get("comune", "").replace("\x00", "").strip()[:100]
    source = request.GET.get("fonte", "")
    projects, problem = ImportedProject.objects.current(), ""
    if place_text:
        try:
            place = read_municipality(place_text)
            projects, place_text = projects.of(place.code), place_label(place)
        except ValidationError as error:
            problem, projects = " ".join(error.messages), projects.none()
    if source in ImportedProject.Source.values:
        projects = projects.filter(source=source)
    if text:
        named = projects.filter(title__icontains=text) | projects.filter(body__icontains=text)
        projects = named | projects.filter(cup=text.replace(" ", "").upper())
    sums = projects.aggregate(sum=Sum("amount"), known=Count("amount"))
    page = Paginator(projects.order_by("-decided_on", "-pk"), PER_PAGE).get_page(request.GET.get("pagina"))
    base = request.GET.copy()
    base.pop("pagina", None)
    context = {
        "page": page,
        "count": page.paginator.count,
        "sums": sums,
        "text": text,
        "place_text": place_text,
        "problem": problem,
        "source": source,
        "sources": ImportedProject.Source.choices,
        "licences": [(profile.home, profile.licence) for profile in PROFILES.values() if profile.home],
        "base": base.urlencode(),
    }
    return render(request, "imports/imported_list.html", context)
