"""Every resource of the API at a glance. No trailing slashes."""

from django.urls import path, re_path

from api.views import adoptions, documentation, fit, places, projects, registry, replicability, submissions
from api.views.base import StatusView, UnknownView

app_name = "api"
urlpatterns = [
    path("", registry.Index.as_view(), name="index"),
    path("projects", projects.ProjectList.as_view(), name="projects"),
    path("projects/facets", projects.ProjectFacets.as_view(), name="project-facets"),
    path("projects/withdrawn", projects.WithdrawnList.as_view(), name="withdrawn"),
    path("projects/<str:key>", projects.ProjectDetail.as_view(), name="project"),
    path("projects/<str:key>/similar", projects.SimilarList.as_view(), name="similar"),
    path("projects/<str:key>/versions", projects.VersionList.as_view(), name="versions"),
    path("projects/<str:key>/versions/<int:edition>", projects.VersionDetail.as_view(), name="version"),
    path("projects/<str:key>/fit", fit.ProjectFitDetail.as_view(), name="project-fit"),
    path(
        "projects/<str:key>/replicability",
        replicability.ReplicabilityView.as_view(),
        name="replicability",
    ),
    path("projects/<str:key>/adoptions", adoptions.AdoptionList.as_view(), name="adoptions"),
    path("municipalities", places.MunicipalityList.as_view(), name="municipalities"),
    path("municipalities/<str:code>", places.MunicipalityDetail.as_view(), name="municipality"),
    path("areas", registry.AreaList.as_view(), name="areas"),
    path("organisations", registry.OrganisationList.as_view(), name="organisations"),
    path("protocols", registry.ProtocolList.as_view(), name="protocols"),
    path("stats", registry.StatsView.as_view(), name="stats"),
    path("datasets", registry.DatasetList.as_view(), name="datasets"),
    path("submissions", submissions.SubmissionView.as_view(), name="submissions"),
    path("status", StatusView.as_view(), name="status"),
    path("openapi.json", documentation.OpenApi.as_view(), name="schema"),
    path("docs", documentation.docs, name="docs"),
    re_path(r"^[\s\S]*$", UnknownView.as_view()),
]
