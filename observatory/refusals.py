"""What somebody reads whose form was not accepted."""

from django.shortcuts import render


def csrf_failure(request, reason=""):
    """The form was open too long, or its cookie went missing: how to go on with what was typed."""
    return render(request, "403_csrf.html", status=403)
