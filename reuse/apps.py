from django.apps import AppConfig
from django.core import checks

from reuse.transitions import ADOPTION


class ReuseConfig(AppConfig):
    name = "reuse"
    verbose_name = "Replicabilità e riuso"

    def ready(self):
        checks.register(lambda app_configs, **kwargs: ADOPTION.check(self.get_model("Adoption")))
