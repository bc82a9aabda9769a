"""Sessions that expire while somebody fills in a form: the time left, and what was posted afterwards.

What was posted without a session is stashed in the visitor's own anonymous session, on the server, for two
hours; after signing in, the same page restores it.
"""

import time

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib.limits import may_send

# Keys of the session.
RENEWED_AT, STASHED_POST = "renewed_at", "stashed_post"
# Seconds. A page renews a session that is older than this: fewer writes than at every request.
RENEW_AFTER, STASH_AGE = 300, 7200
# Characters of one stash; stashes of one address in an hour.
MAX_STASH, MAX_AN_HOUR = 300_000, 30


def seconds_left(request: HttpRequest) -> int:
    """The seconds until the session expires; renews it first when it is older than RENEW_AFTER."""
    now, renewed = time.time(), request.session.get(RENEWED_AT, 0)
    if now - renewed > min(RENEW_AFTER, settings.SESSION_COOKIE_AGE / 4):
        request.session[RENEWED_AT] = renewed = now
    return int(renewed + settings.SESSION_COOKIE_AGE - now)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_state(request):
    """JSON: whether the person is signed in, and a CSRF token for the next save; POST renews the session."""
    if not request.user.is_authenticated:
        return JsonResponse({"signed_in": False, "token": get_token(request)})
    if request.method == "POST":
        request.session[RENEWED_AT] = time.time()
    left = int(request.session.get(RENEWED_AT, time.time()) + settings.SESSION_COOKIE_AGE - time.time())
    return JsonResponse({"signed_in": True, "seconds": left, "token": get_token(request)})


def stash(request: HttpRequest) -> HttpResponse:
    """Store what was posted in the session and redirect to the sign-in page."""
    posted = request.POST
    values = {name: texts for name, texts in posted.lists() if name != "csrfmiddlewaretoken"}
    size = sum(len(text) for texts in values.values() for text in texts)
    # Limited by address too: anybody may post here.
    if values and size <= MAX_STASH and may_send(request, "stash", MAX_AN_HOUR, 3600):
        request.session[STASHED_POST] = {"path": request.path, "values": values, "at": time.time()}
    return redirect_to_login(request.path)


def restore(request: HttpRequest) -> QueryDict | None:
    """What was stashed by a post to this path, unless it is older than STASH_AGE; it stays stashed."""
    stashed = request.session.get(STASHED_POST)
    if not stashed or stashed["path"] != request.path or time.time() - stashed["at"] > STASH_AGE:
        return None
    data = QueryDict(mutable=True)
    for name, texts in stashed["values"].items():
        data.setlist(name, texts)
    return data


def discard(request: HttpRequest) -> None:
    """Delete what is stashed, if anything is."""
    request.session.pop(STASHED_POST, None)
