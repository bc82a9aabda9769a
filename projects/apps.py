from django.apps import AppConfig, apps
from django.core import checks

from projects.adoption.moves import ADOPTION
from projects.workflow import PROJECT


def check_workflows(app_configs, **kwargs) -> list[checks.CheckMessage]:
    """What is wrong in the tables of transitions."""
    config = apps.get_app_config("projects")
    return [*PROJECT.check(config.get_model("Project")), *ADOPTION.check(config.get_model("Adoption"))]


class ProjectsConfig(AppConfig):
    name = "projects"
    verbose_name = "Progetti"

    def ready(self):
        checks.register(check_workflows)
