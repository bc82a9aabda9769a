"""E-mail to followers in their language, with List-Unsubscribe (RFC 2369) of one click (RFC 8058)."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from following.models import Follower
from following.news import News, title_of
from lib.mail import send


def send_confirmation_request(follower: Follower) -> bool:
    """Send the link that confirms, changes or stops a subscription; return whether it was sent."""
    with override(follower.language):
        title, link = title_of(follower), _url("public:follow-manage", follower.key)
        body = _(
            "Qualcuno, forse tu, vuole ricevere a questo indirizzo gli aggiornamenti di:\n"
            "%(title)s\n\n"
            "Conferma qui; se non sei stato tu, non fare nulla: fra 7 giorni dimentichiamo la richiesta.\n"
            "%(link)s\n"
        ) % {"title": title, "link": link}
        return send(follower.email, _("Conferma: aggiornamenti di %(title)s") % {"title": title}, body)


def send_news(follower: Follower, news: News) -> bool:
    """Send the new cards with their URLs; return whether the message was sent."""
    with override(follower.language):
        title = title_of(follower)
        parts = [_count_line(news), *(f"{c.title}\n{_url('public:card-detail', c.slug)}" for c in news.cards)]
        if news.withdrawn:
            sentence = _("La scheda «%(title)s» è stata ritirata. Motivo: %(reason)s")
            values = {"title": news.withdrawn.title, "reason": news.withdrawn.withdrawal_reason}
            parts.append(sentence % values)
        if news.count > len(news.cards):
            path = reverse("public:card-list") + (f"?{follower.query}" if follower.query else "")
            sentence = _("Le altre sono qui: %(link)s")
            parts.append(sentence % {"link": settings.SITE_URL + path})
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


def _count_line(news: News) -> str:
    line = ngettext("%(n)s scheda nuova o aggiornata:", "%(n)s schede nuove o aggiornate:", news.count)
    return line % {"n": news.count} if news.count else ""


def _url(name: str, *args) -> str:
    return settings.SITE_URL + reverse(name, args=args)
