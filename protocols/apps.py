from django.apps import AppConfig
from django.core import checks

from protocols.workflow import ADHESION


class ProtocolsConfig(AppConfig):
    name = "protocols"
    verbose_name = "Protocolli e adesioni"

    def ready(self):
        checks.register(lambda app_configs, **kwargs: ADHESION.check(self.get_model("Adhesion")))
