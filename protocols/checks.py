"""What staff should look at before they accept a request to join a protocol."""

from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from accounts.actions import account_of
from municipalities.names import municipalities_meant, place_label
from protocols.models import Adhesion

# Providers of addresses that anybody can have: they prove no body.
FREE_DOMAINS = frozenset(
    [
        "gmail.com",
        "googlemail.com",
        "yahoo.it",
        "yahoo.com",
        "hotmail.it",
        "hotmail.com",
        "outlook.it",
        "outlook.com",
        "live.it",
        "live.com",
        "libero.it",
        "virgilio.it",
        "alice.it",
        "tin.it",
        "tiscali.it",
        "icloud.com",
        "me.com",
        "proton.me",
        "protonmail.com",
        "email.it",
        "fastwebnet.it",
        "inwind.it",
        "iol.it",
        "msn.com",
        "aol.com",
        "gmx.com",
    ]
)


def checks_of(adhesion: Adhesion) -> list[str]:
    """Doubts about a request, in words: territory, homonyms, domain of the address, existing account."""
    return [text for text in (*_place(adhesion), *_address(adhesion)) if text]


def _place(adhesion: Adhesion) -> list[str]:
    municipality = adhesion.municipality
    if municipality is None:
        return []
    doubts = []
    if not adhesion.protocol.covers(municipality):
        values = {"place": place_label(municipality), "territory": adhesion.protocol.territory.name}
        doubts.append(_("%(place)s è fuori dal territorio del protocollo: %(territory)s.") % values)
    others = [place for place in municipalities_meant(municipality.name) if place.pk != municipality.pk]
    if others:
        names = ", ".join(place_label(place) for place in others)
        doubts.append(_("Ci sono altri Comuni con lo stesso nome: %(names)s.") % {"names": names})
    return doubts


def _address(adhesion: Adhesion) -> list[str]:
    domain, doubts = adhesion.email.rpartition("@")[2].lower(), []
    site = adhesion.municipality.website if adhesion.municipality else ""
    host = (urlsplit(site).hostname or "").removeprefix("www.")
    if domain in FREE_DOMAINS:
        doubts.append(_("L’indirizzo è di un servizio aperto a tutti (%(domain)s).") % {"domain": domain})
    elif host and not (domain == host or domain.endswith(f".{host}") or host.endswith(f".{domain}")):
        values = {"domain": domain, "host": host}
        doubts.append(
            _("Il dominio dell’e-mail (%(domain)s) non è quello del sito del Comune (%(host)s).") % values
        )
    account = account_of(adhesion.email)
    if account:
        bodies = ", ".join(m.organisation.name for m in account.memberships.select_related("organisation"))
        values = {"bodies": bodies or _("nessun ente")}
        doubts.append(_("L’indirizzo ha già un account, per: %(bodies)s.") % values)
    return doubts
