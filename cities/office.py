"""The office's page of its own city card, and the desk's: texts are public at once, staff may hide them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rules import is_officer, is_reviewer
from cards.search.query import ProjectQuery, find
from cards.vocabulary.areas import AREA_BY_KEY
from cities import actions as city_actions
from cities import rules as city_rules
from cities.forms import CityForm, need_forms, needs_of
from cities.models import CityProfile
from lib.forms.base import ReasonForm
from municipalities.models import Territory
from municipalities.names import read_municipality

CHOICES = 60


@login_required
@require_safe
def municipalities(request):
    """The municipalities whose card this person writes; with one alone, straight to it."""
    if not (is_officer(request.user) or is_reviewer(request.user)):
        raise PermissionDenied
    if wanted := request.GET.get("comune", "").strip():
        try:
            return redirect("officer:city-edit", read_municipality(wanted).slug)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
    mine = list(city_rules.municipalities_of(request.user).order_by("name"))
    if len(mine) == 1 and not is_reviewer(request.user):
        return redirect("officer:city-edit", mine[0].slug)
    return render(
        request, "cities/office/city_list.html", {"municipalities": mine, "staff": is_reviewer(request.user)}
    )


def _load(request, slug: str) -> Territory:
    """The municipality, or 403: the same for what is not theirs and for what is not there."""
    related = Territory.objects.municipalities().current().select_related("province")
    municipality = related.filter(slug=slug).first()
    if municipality is None or not city_rules.can_write_city(request.user, municipality):
        raise PermissionDenied
    return municipality


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, slug):
    """Write, look at a preview in the same page, publish."""
    municipality = _load(request, slug)
    profile = CityProfile.objects.filter(municipality=municipality).first() or CityProfile(
        municipality=municipality
    )
    needs = profile.needs.order_by("pk") if profile.pk else ()
    data = request.POST if request.method == "POST" else None
    form = CityForm(data, instance=profile, projects=_projects(municipality))
    rows = need_forms(data, needs=needs)
    preview = None
    if data is not None and form.is_valid() and rows.is_valid():
        if "preview" not in request.POST:
            texts = form.texts()
            city_actions.write_city(municipality, by=request.user, needs=needs_of(rows), **texts)
            messages.success(request, _("La scheda città è aggiornata."))
            return redirect("public:city-detail", municipality.slug)
        preview = {"profile": form.instance, "needs": shown_needs(needs_of(rows))}
    failed = bool(data is not None and (form.errors or any(rows.errors)))
    context = {
        "municipality": municipality,
        "form": form,
        "rows": rows,
        "preview": preview,
        "profile": profile,
    }
    context |= {"failed": failed, "row_errors": [e for row in rows for e in row.errors.get("title", ())]}
    return render(request, "cities/office/city_edit.html", context, status=422 if failed else 200)


def shown_needs(needs) -> list[dict]:
    """Needs with the area in words, from rows of the database or of the form."""
    rows = [need if isinstance(need, dict) else vars(need) for need in needs]
    return [{"title": r["title"], "text": r["text"], "area": AREA_BY_KEY.get(r["area"])} for r in rows]


def _projects(municipality: Territory) -> list[tuple[str, str]]:
    cards = find(ProjectQuery(facets={"municipality": (municipality.code,)}))
    return [(card.code, card.title) for card in cards[:CHOICES]]


@login_required
@require_safe
def desk_list(request):
    """What municipalities wrote, from the last: the desk reads after publication."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    profiles = CityProfile.objects.select_related("municipality__province", "updated_by")
    profiles = profiles.order_by("-updated_at")
    context = {"profiles": profiles[:200], "form": ReasonForm()}
    return render(request, "cities/desk/city_list.html", context)


@login_required
@require_POST
def desk_hide(request, slug):
    """Hide with a reason, or show again what was hidden."""
    if not is_reviewer(request.user):
        raise PermissionDenied
    profile = get_object_or_404(CityProfile.objects.select_related("municipality"), municipality__slug=slug)
    if "show" in request.POST:
        city_actions.show_city(profile, by=request.user)
        messages.success(request, _("I testi sono di nuovo pubblici."))
        return redirect("desk:city-list")
    form = ReasonForm(request.POST)
    if not form.is_valid() or len(form.cleaned_data["reason"]) > 300:
        messages.error(request, _("Scrivi il motivo, al massimo 300 caratteri: non è cambiato nulla."))
        return redirect("desk:city-list")
    city_actions.hide_city(profile, by=request.user, reason=form.cleaned_data["reason"])
    messages.success(request, _("I testi non sono più pubblici."))
    return redirect("desk:city-list")
