"""The pages of words that the search of the site finds: their addresses by name, which the roof provides."""

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from lib.text import fold

# route → (title, other words under which one looks for it)
SITE_PAGES = {
    "public:card-list": (_("Progetti"), _("schede elenco filtri")),
    "public:map": (_("Mappa dei progetti"), _("cartina regioni province Comuni")),
    "public:city-list": (_("Città"), _("Comuni schede città abitanti")),
    "public:area-list": (_("Le otto aree"), _("ambiente energia mobilità governo")),
    "protocols:protocol-list": (_("Protocolli"), _("accordi adesione aderire")),
    "pages:for-municipalities": (_("Per i Comuni"), _("pubblicare inviare un progetto aderire referente")),
    "api:docs": (_("Dati aperti e API"), _("scaricare CSV JSON open data licenza")),
    "pages:help": (_("Assistenza"), _("aiuto contatti scrivere")),
    "pages:questions": (_("Domande frequenti"), _("aiuto spiegazioni")),
    "pages:accessibility": (_("Dichiarazione di accessibilità"), _("feedback WCAG")),
    "pages:privacy": (_("Informativa privacy"), _("dati personali cookie GDPR")),
    "pages:legal": (_("Note legali"), _("licenza riuso")),
    "pages:site-map": (_("Mappa del sito"), _("indice pagine")),
}


def pages_with(text: str) -> list[dict]:
    """`[{title, url}]` of the pages all of whose words begin some word of title or description."""
    words = fold(text).split()
    found = []
    for route, (title, about) in SITE_PAGES.items():
        known = fold(f"{title} {about}").split()
        if (
            words
            and all(any(k.startswith(word) for k in known) for word in words)
            and (url := _address(route))
        ):
            found.append({"title": title, "url": url})
    return found


def _address(route: str) -> str:
    """Empty while the part of the portal that answers there is not installed."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return ""
