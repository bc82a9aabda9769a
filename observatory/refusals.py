"""The page of a form refused by the CSRF check."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """settings.CSRF_FAILURE_VIEW: the form was open too long, or its cookie is missing."""
    return render(request, "403_csrf.html", status=403)
