from django.apps import AppConfig
from django.core import checks

from projects.workflow import PROJECT


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = "Progetti"

    def ready(self):
        checks.register(lambda app_configs, **kwargs: PROJECT.check(self.get_model("Project")))
