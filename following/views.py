"""«Segui»: updates of a view, a city or a project by e-mail, with double opt-in and one-click unsubscribe."""

from dataclasses import replace

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cards.models import Edition
from cards.pages.filter_panel import problem_links
from cards.search.query import page_params, parse
from following import actions as follow_actions
from following.forms import FollowForm, PaceForm
from following.models import Follower
from following.news import title_of
from lib.limits import HONEYPOT, is_trapped, open_form

HOUR = 3600


def _unsaved_follower(params) -> tuple[Follower, list[dict]]:
    """What the query string names: `progetto=<slug>`, or filters of the list, and those that cannot be read.

    Raises Http404.
    """
    if slug := params.get("progetto"):
        card = get_object_or_404(Edition.objects.current().select_related("record"), slug=slug)
        return Follower(record=card.record), []
    query, problems = parse(params, page=True)
    text = page_params(replace(query, sort="")).urlencode()
    if len(text) > Follower._meta.get_field("query").max_length:
        raise Http404
    return Follower(query=text), problem_links(query, problems)


@never_cache
@open_form(scope="follow", limit=10, seconds=HOUR)
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request):
    """The form of a subscription, which sends a message to confirm it."""
    follower, problems = _unsaved_follower(request.GET)
    if problems:
        return render(request, "following/follow_unclear.html", {"problems": problems}, status=400)
    form = FollowForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if not is_trapped(request):
            subject = {"query": follower.query, "record": follower.record}
            follow_actions.request_updates(**form.cleaned_data, **subject, language=get_language())
        return redirect("public:follow-asked")
    context = {"form": form, "title": title_of(follower), "follower": follower, "trap": HONEYPOT}
    return render(request, "following/follow.html", context, status=422 if form.errors else 200)


@never_cache
@require_safe
def requested(request):
    """Asks to open the message that was sent."""
    return render(request, "following/follow_asked.html")


@never_cache
@open_form(scope="follow-manage", limit=60, seconds=HOUR)
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request, key):
    """Confirm a subscription, change its pace, stop it: by POST alone, since mail scanners open links."""
    follower = Follower.objects.filter(key=key).select_related("record").first()
    if follower is None:
        return render(request, "following/follow_stopped.html", status=410)
    form = PaceForm(request.POST or None, initial={"pace": follower.pace})
    if request.method == "POST" and form.is_valid():
        follow_actions.confirm(follower, **form.cleaned_data)
        return redirect("public:follow-manage", key)
    context = {"form": form, "follower": follower, "title": title_of(follower)}
    return render(request, "following/follow_manage.html", context, status=422 if form.errors else 200)


@never_cache
@csrf_exempt  # mail programs post here (RFC 8058); the key in the URL authenticates
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request, key):
    """Unsubscribe by POST; a GET leads to the page with the buttons."""
    follower = Follower.objects.filter(key=key).first()
    if request.method != "POST" and follower is not None:
        return redirect("public:follow-manage", key)
    if follower is not None:
        follow_actions.stop(follower)
    return render(request, "following/follow_stopped.html")
