"""The register: who did what and when, on projects, adhesions and accounts, from the newest."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Coalesce
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.models import Event
from accounts.rules import staff_page
from projects.desk.verbs import EVENTS
from projects.models import ProjectEvent

PER_PAGE = 50
DAY = forms.DateField(
    required=False,
    input_formats=["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y"],
    error_messages={"invalid": gettext_lazy("Scrivi la data come giorno/mese/anno, per esempio 1/3/2026")},
)


class Both:
    """Events of projects and of accounts as one list for a paginator: two counts, one union a page."""

    def __init__(self, *parts):
        self.parts = parts

    def count(self) -> int:
        return sum(part.count() for part in self.parts)

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, wanted):
        first, *others = (_narrow(part) for part in self.parts)
        return list(first.union(*others, all=True).order_by("-at", "-pk")[wanted])


def _narrow(events):
    """The same columns of both kinds, so that the database can put them in one order."""
    is_project = events.model is ProjectEvent
    code = "project__code" if is_project else Value("")
    title = "project__title" if is_project else "organisation__name"
    about = Value("") if is_project else "person__email"
    text = CharField()
    return events.order_by().values(
        "pk",
        "at",
        "verb",
        who=Coalesce("by__name", Value(""), output_field=text),
        who_email=Coalesce("by__email", Value(""), output_field=text),
        code=Cast(code, text),
        title=Coalesce(title, Value(""), output_field=text),
        about=Coalesce(about, Value(""), output_field=text),
    )


@staff_page
@require_safe
def register(request):
    """Filtered by person, verb, thing and days, as the address says; a day that cannot be read is told."""
    asked = {
        name: request.GET.get(name, "").replace("\x00", "").strip()[:120]
        for name in ("chi", "cosa", "scheda", "dal", "al")
    }
    projects, accounts = ProjectEvent.objects.all(), Event.objects.all()
    if asked["chi"]:
        who = Q(by__name__icontains=asked["chi"]) | Q(by__email__icontains=asked["chi"])
        projects, accounts = projects.filter(who), accounts.filter(who)
    if asked["cosa"] in EVENTS:
        projects, accounts = projects.filter(verb=asked["cosa"]), accounts.filter(verb=asked["cosa"])
    if asked["scheda"]:
        words = asked["scheda"]
        projects = projects.filter(Q(project__code__iexact=words) | Q(project__title__icontains=words))
        accounts = accounts.filter(organisation__name__icontains=words)
    wrong = {}
    for name, lookup in (("dal", "at__date__gte"), ("al", "at__date__lte")):
        if day := _day(asked, name, wrong):
            projects, accounts = projects.filter(**{lookup: day}), accounts.filter(**{lookup: day})
    page = Paginator(Both(projects, accounts), PER_PAGE).get_page(request.GET.get("pagina"))
    for row in page.object_list:
        row["words"] = EVENTS.get(row["verb"], row["verb"])
    verbs = sorted(((verb, str(words)) for verb, words in EVENTS.items()), key=lambda pair: pair[1])
    context = {"page": page, "asked": asked, "verbs": verbs, "wrong": wrong, "nobody": _("Il sistema")}
    return render(request, "desk/register.html", context)


def _day(asked: dict, name: str, wrong: dict):
    """The day typed under a name; one that cannot be read goes to `wrong` with its words."""
    try:
        return DAY.clean(asked[name])
    except ValidationError as error:
        wrong[name] = error.messages[0]
        return None
