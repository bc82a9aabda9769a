"""Context of every page: menu, links, whether it is rated. Only templates that use it read the session."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.rules import is_officer, is_reviewer, organisation_names, organisations_of
from feedback.actions import questions_to
from feedback.models import ErrorReport
from reuse.models import Adoption
from reuse.transitions import AdoptionState


@dataclass(frozen=True)
class Entry:
    """An entry of the menu; `is_current` also for the pages below it."""

    label: str
    url: str
    is_current: bool


def shell(request) -> dict:
    """The context processor (settings.TEMPLATES)."""
    return {
        "DEMO": settings.DEMO,
        "SITE_URL": settings.SITE_URL,
        "ACCESSIBILITY_URL": settings.ACCESSIBILITY_URL,
        "data_url": reverse("opendata:home"),
        "rated_page": is_rated(request),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "office_tasks": SimpleLazyObject(lambda: office_tasks(request.user)),
        "person_of": lambda: organisation_names(request.user),
    }


def is_rated(request) -> bool:
    """Whether the page asks its readers how clear it is: public pages, as the response to a GET."""
    return request.method == "GET" and _is_in("rated", request)


def _is_in(trait: str, request) -> bool:
    match = request.resolver_match
    return bool(match) and trait in settings.URL_NAMESPACES.get(match.app_name, ())


def menu(request) -> list[Entry]:
    """The public menu, or on reserved pages that of the signed-in person."""
    if _is_in("reserved", request) and request.user.is_authenticated:
        routes = reserved_entries(request.user)
    else:
        routes = public_entries()
    entries = [(label, reverse(name)) for label, name in routes]
    here = max((url for _label, url in entries if request.path.startswith(url)), key=len, default="")
    home = reverse("public:home")
    return [Entry(label, url, url == here and url != home) for label, url in entries]


def office_tasks(user) -> list[dict]:
    """What waits for the bodies of a person besides their projects: `[{text, url}]`. Two queries."""
    bodies = organisations_of(user)
    if not bodies:
        return []
    questions = questions_to(bodies).filter(status=ErrorReport.Status.RECEIVED).count()
    asked = Adoption.objects.visible().filter(giver__in=bodies, step=AdoptionState.INTEREST).count()
    tasks = []
    if questions:
        text = ngettext("Una domanda di un cittadino", "%(n)s domande di cittadini", questions)
        tasks.append({"text": text % {"n": questions}, "url": reverse("officer:question-list")})
    if asked:
        text = ngettext("Una richiesta di riuso", "%(n)s richieste di riuso", asked)
        tasks.append({"text": text % {"n": asked}, "url": reverse("officer:adoption-list")})
    return tasks


def public_entries() -> list[tuple[str, str]]:
    """`[(label, route)]` of the public menu."""
    return [
        (_("Progetti"), "public:card-list"),
        (_("Città"), "public:city-list"),
        (_("Mappa"), "public:map"),
        (_("Aree"), "public:area-list"),
        (_("Protocolli"), "protocols:protocol-list"),
        (_("Dati aperti"), "opendata:home"),
    ]


def reserved_entries(user) -> list[tuple[str, str]]:
    """`[(label, route)]` of the menu of a signed-in person, by role."""
    entries = []
    if is_officer(user):
        entries += [(_("I tuoi progetti"), "officer:home"), (_("Nuovo progetto"), "officer:project-create")]
    if is_reviewer(user):
        entries += [
            (_("Moderazione"), "desk:home"),
            (_("Cruscotto"), "desk:dashboard"),
            (_("Esportazioni"), "desk:export-list"),
            (_("Adesioni"), "desk:adhesion-list"),
        ]
    return [*entries, (_("Sito pubblico"), "public:home")]
