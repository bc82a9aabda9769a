import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "observatory.settings")
django = get_wsgi_application()

# Needs Django set up.
from observatory.public_cache.fast_path import FastPath  # noqa: E402

application = FastPath(django)
