"""The pages of refused requests: by the CSRF check, and for lack of a right."""

from django.shortcuts import render

from accounts.records import subject_of
from lib import audit, rates

HOUR, MOST = 3600, 60


def csrf_failure(request, reason=""):
    """settings.CSRF_FAILURE_VIEW: the form was open too long, or its cookie is missing."""
    return render(request, "403_csrf.html", status=403)


def denied(request, exception=None):
    """handler403: the page; for a signed-in person also an entry of the audit log, MOST in an hour."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated and rates.use("denied", str(user.pk), HOUR) <= MOST:
        audit.record("denied", by=user, on=subject_of(user), changes={"path": request.path[:300]})
    return render(request, "403.html", status=403)
