from django.apps import AppConfig


class SuitabilityConfig(AppConfig):
    name = "suitability"
    verbose_name = "Adatti al mio Comune"
