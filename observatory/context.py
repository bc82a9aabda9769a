"""What the shell of every page needs."""

from django.conf import settings


def shell(request):
    return {"DEMO": settings.DEMO, "SITE_URL": settings.SITE_URL}
