"""Sessions that end while somebody writes: how long is left, and what was posted too late.

What was posted too late waits in the visitor's own session, on the server, for two hours: after signing in
the same page shows it again.
"""

import time

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, JsonResponse, QueryDict
from django.middleware.csrf import get_token
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from lib.forms.fields import tidied
from lib.limits import may_send

RENEWED, PARKED = "renewed_at", "parked_answers"
# A page renews the session when it is older than this; fewer writes than at every click.
RENEW_AFTER, KEPT_FOR = 300, 7200
MAX_PARKED, MAX_AN_HOUR = 300_000, 30


def seconds_left(request: HttpRequest) -> int:
    """How long the session lasts if nothing else is asked. Opening a page makes it last anew."""
    now, renewed = time.time(), request.session.get(RENEWED, 0)
    if now - renewed > min(RENEW_AFTER, settings.SESSION_COOKIE_AGE / 4):
        request.session[RENEWED] = renewed = now
    return int(renewed + settings.SESSION_COOKIE_AGE - now)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def session_state(request):
    """Whether the person is signed in, with a token for the next save; a POST makes the session last anew."""
    if not request.user.is_authenticated:
        return JsonResponse({"signed_in": False, "token": get_token(request)})
    if request.method == "POST":
        request.session[RENEWED] = time.time()
    left = int(request.session.get(RENEWED, time.time()) + settings.SESSION_COOKIE_AGE - time.time())
    return JsonResponse({"signed_in": True, "seconds": left, "token": get_token(request)})


def park(request: HttpRequest):
    """Keep what was posted without a session, and ask to sign in."""
    posted = tidied(request.POST)
    answers = {name: values for name, values in posted.lists() if name != "csrfmiddlewaretoken"}
    size = sum(len(value) for values in answers.values() for value in values)
    if answers and size <= MAX_PARKED and _is_patient(request):
        request.session[PARKED] = {"path": request.path, "answers": answers, "at": time.time()}
    return redirect_to_login(request.path)


def _is_patient(request: HttpRequest) -> bool:
    """At most some an hour from one address: the text of strangers is not a store."""
    return may_send(request, "parked", MAX_AN_HOUR, 3600)


def unpark(request: HttpRequest) -> QueryDict | None:
    """What was posted to this page too late, if it was lately."""
    kept = request.session.get(PARKED)
    if not kept or kept["path"] != request.path or time.time() - kept["at"] > KEPT_FOR:
        return None
    data = QueryDict(mutable=True)
    for name, values in kept["answers"].items():
        data.setlist(name, values)
    return data


def forget_parked(request: HttpRequest) -> None:
    request.session.pop(PARKED, None)
