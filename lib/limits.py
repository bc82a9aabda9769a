"""Public forms without a cookie: same-origin check, rate limit by address, honeypot."""

from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

from lib import rates
from lib.networks import network_of

# Name of a field that is hidden from people and must be empty.
HONEYPOT = "sito_web"


def is_own_page(request) -> bool:
    """Whether a page of this site sent the form, by `Sec-Fetch-Site`, else by `Origin`."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if not origin:
        return True  # an old browser: current ones send one of the two with every cross-site POST
    known = {request.get_host(), *(urlsplit(url).netloc for url in settings.CSRF_TRUSTED_ORIGINS)}
    return urlsplit(origin).netloc in known


def open_form(*, scope: str, limit: int, seconds: int):
    """Decorator of a view whose POST needs no CSRF token, and so no cookie.

    POST is for own pages (403 otherwise), `limit` times in `seconds` from one address (429 otherwise).
    `scope` names the counter.
    """

    def decorate(view):
        @csrf_exempt
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if request.method == "POST":
                if not is_own_page(request):
                    raise PermissionDenied
                if not may_send(request, scope, limit, seconds):
                    response = render(request, "429.html", {"is_form": True}, status=429)
                    response["Retry-After"] = str(seconds)
                    return response
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def may_send(request, scope: str, limit: int, seconds: int) -> bool:
    """Count one request of this address in `scope`; False above the limit."""
    return rates.use(f"form-{scope}", network_of(sender(request)), seconds) <= limit


def sender(request) -> str:
    """The client's IP address: of X-Forwarded-For only the part that our NUM_PROXIES proxies wrote."""
    proxies = settings.REST_FRAMEWORK.get("NUM_PROXIES") or 0
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-min(proxies, len(hops))] if proxies and hops else request.META.get("REMOTE_ADDR", "")


def is_trapped(request) -> bool:
    """Whether the honeypot field was filled in, as programs do."""
    return bool(request.POST.get(HONEYPOT, "").strip())
