"""Forms open to everybody, without a cookie: whose page sent them, and how often one address may."""

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
# A field that people do not see and leave empty.
HONEYPOT = "sito_web"


def is_own_page(request) -> bool:
    """Whether a page of ours sent the form, as the browser says it; no browser says it falsely."""
    site = request.headers.get("Sec-Fetch-Site")
    if site:
        return site in ("same-origin", "none")
    origin = request.headers.get("Origin")
    if not origin:
        return True  # an old browser; those that could be used against us all send one of the two
    known = {request.get_host(), *(urlsplit(url).netloc for url in settings.CSRF_TRUSTED_ORIGINS)}
    return urlsplit(origin).netloc in known


def open_form(*, scope: str, limit: int, seconds: int):
    """A view whose POST needs no token, and so no cookie: own pages only, `limit` in `seconds` an address."""

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
    """Count one more sending of this address; a cache that is away stops nobody."""
    ident = hashlib.sha256(f"{settings.SECRET_KEY}{sender(request)}".encode()).hexdigest()[:32]
    key = f"form-rate:{scope}:{ident}:{int(time.time()) // seconds}"
    try:
        cache.add(key, 0, seconds * 2)
        return cache.incr(key) <= limit
    except Exception:  # each cache engine has its own errors, and none may close a form
        logger.exception("the cache did not count a form")
        return True


def sender(request) -> str:
    """The address that sent the request; beyond our own proxies X-Forwarded-For is not believed."""
    proxies = settings.REST_FRAMEWORK.get("NUM_PROXIES") or 0
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-min(proxies, len(hops))] if proxies and hops else request.META.get("REMOTE_ADDR", "")


def is_trapped(request) -> bool:
    """Whether a program filled in what no person sees."""
    return bool(request.POST.get(HONEYPOT, "").strip())
