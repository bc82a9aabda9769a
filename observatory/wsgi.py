import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")
# Nobody waits longer for a page; commands take their time.
os.environ.setdefault("QUERY_SECONDS", "5")
django = get_wsgi_application()

# Needs Django set up.
from django.conf import settings  # noqa: E402

from observatory.public_cache.fast_path import FastPath  # noqa: E402
from observatory.request_limits import RequestLimits  # noqa: E402
from observatory.request_log import RequestLog  # noqa: E402

application = RequestLog(RequestLimits(FastPath(django)), access=settings.ACCESS_LOG)
