"""What the shell of every page needs. Nothing here reads the session until a template asks."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.rules import bodies_in_words, is_officer, is_reviewer


@dataclass(frozen=True)
class Entry:
    """A line of the menu; `is_current` also for the pages below it."""

    label: str
    url: str
    is_current: bool


def shell(request):
    return {
        "DEMO": settings.DEMO,
        "SITE_URL": settings.SITE_URL,
        "ACCESSIBILITY_URL": settings.ACCESSIBILITY_URL,
        "data_url": data_address(),
        "rated_page": is_rated(request),
        "menu": SimpleLazyObject(lambda: menu(request)),
        "person_of": lambda: bodies_in_words(request.user),
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
        found = _addressed(reserved_entries(request.user))
    else:
        found = _public(get_language(), get_script_prefix())
    here = max((url for _label, url in found if request.path.startswith(url)), key=len, default="")
    home = address("public:home")
    return [Entry(label, url, url == here and url != home) for label, url in found]


@cache
def _public(_language: str | None, _prefix: str) -> list[tuple[str, str]]:
    return _addressed(public_entries())


def _addressed(entries: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(label, url) for label, name in entries if (url := address(name))]


def public_entries() -> list[tuple[str, str]]:
    return [
        (_("Progetti"), "public:card-list"),
        (_("Città"), "public:city-list"),
        (_("Mappa"), "public:map"),
        (_("Aree"), "public:area-list"),
        (_("Protocolli"), "protocols:protocol-list"),
        (_("Dati aperti"), "opendata:home" if address("opendata:home") else "api:docs"),
    ]


def data_address() -> str:
    """The page of open data; until there is one, that of the API, which gives files too."""
    return address("opendata:home") or address("api:docs")


def reserved_entries(user) -> list[tuple[str, str]]:
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


def address(name: str) -> str:
    """The path of a route, empty while the part of the portal that answers there is not installed."""
    return _address(name, get_language(), get_script_prefix())


@cache
def _address(name: str, _language: str | None, _prefix: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
