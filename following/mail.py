"""Messages to those who follow, in their language. Each has its way out (RFC 2369, one click: RFC 8058)."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from following.models import Follower
from following.news import News, title_of
from lib.mail import send


def ask_to_confirm(follower: Follower) -> bool:
    """The message that proves the address; one who has already confirmed finds the way to change or stop."""
    with override(follower.language):
        title, link = title_of(follower), _url("public:follow-manage", follower.key)
        body = _(
            "Qualcuno, forse tu, vuole ricevere a questo indirizzo gli aggiornamenti di:\n"
            "%(title)s\n\n"
            "Conferma qui; se non sei stato tu, non fare nulla: fra 7 giorni dimentichiamo la richiesta.\n"
            "%(link)s\n"
        ) % {"title": title, "link": link}
        return send(follower.email, _("Conferma: aggiornamenti di %(title)s") % {"title": title}, body)


def news(follower: Follower, found: News) -> bool:
    """The cards that are new, with their addresses. Whether the message left."""
    with override(follower.language):
        title = title_of(follower)
        parts = [_count(found), *(f"{c.title}\n{_url('public:card-detail', c.slug)}" for c in found.cards)]
        if found.withdrawn:
            told = _("La scheda «%(title)s» è stata ritirata. Motivo: %(reason)s")
            parts.append(told % {"title": found.withdrawn.title, "reason": found.withdrawn.withdrawal_reason})
        if found.count > len(found.cards):
            listed = reverse("public:card-list") + (f"?{follower.query}" if follower.query else "")
            told = _("Le altre sono qui: %(link)s")
            parts.append(told % {"link": settings.SITE_URL + listed})
        manage = _url("public:follow-manage", follower.key)
        parts.append(_("Non vuoi più ricevere questi messaggi? %(link)s") % {"link": manage})
        stop = _url("public:follow-stop", follower.key)
        headers = {
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        }
        subject = _("Novità: %(title)s") % {"title": title}
        return send(follower.email, subject, "\n\n".join(filter(None, parts)) + "\n", headers)


def _count(found: News) -> str:
    told = ngettext("%(n)s scheda nuova o aggiornata:", "%(n)s schede nuove o aggiornate:", found.count)
    return told % {"n": found.count} if found.count else ""


def _url(name: str, *args) -> str:
    return settings.SITE_URL + reverse(name, args=args)
