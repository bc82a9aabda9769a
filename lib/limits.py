"""Public forms without a cookie: same-origin check, rate limit by address, honeypot."""

import hashlib
import logging
import time
from functools import wraps
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

logger = logging.getLogger(__name__)
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
    """Count one request of this address in `scope`; False above the limit. True when the cache fails."""
    ident = hashlib.sha256(f"{settings.SECRET_KEY}{sender(request)}".encode()).hexdigest()[:32]
    key = f"form-rate:{scope}:{ident}:{int(time.time()) // seconds}"
    try:
        cache.add(key, 0, seconds * 2)
        return cache.incr(key) <= limit
    except Exception:  # each cache engine has its own errors, and none may close a form
        logger.exception("the cache did not count a form")
        return True


def sender(request) -> str:
    """The client's IP address: of X-Forwarded-For only the part that our NUM_PROXIES proxies wrote."""
    proxies = settings.REST_FRAMEWORK.get("NUM_PROXIES") or 0
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-min(proxies, len(hops))] if proxies and hops else request.META.get("REMOTE_ADDR", "")


def is_trapped(request) -> bool:
    """Whether the honeypot field was filled in, as programs do."""
    return bool(request.POST.get(HONEYPOT, "").strip())
