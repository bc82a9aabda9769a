"""The empty view (the floor of every figure) and the ordinary API."""

import django_filters
from django.db.models import Count
from django.http import HttpResponse
from django.urls import include, path
from import_export.resources import ModelResource
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from peer.models import Project


class ProjectSerializer(serializers.ModelSerializer):
    areas = serializers.SlugRelatedField("value", many=True, read_only=True)
    years = serializers.SlugRelatedField("value", many=True, read_only=True)
    funding = serializers.SlugRelatedField("value", many=True, read_only=True)

    class Meta:
        model = Project
        exclude = ("description",)


class WholeSerializer(ProjectSerializer):
    class Meta:
        model = Project
        fields = "__all__"


class ProjectFilter(django_filters.FilterSet):
    area = django_filters.CharFilter("areas__value")

    class Meta:
        model = Project
        fields = ("stage", "municipality", "kind", "region")


class ProjectResource(ModelResource):
    class Meta:
        model = Project


class Projects(viewsets.ReadOnlyModelViewSet):
    queryset = Project.objects.order_by("-published_at", "-id").prefetch_related("areas", "years", "funding")
    lookup_field = "code"
    filterset_class = ProjectFilter
    search_fields = ("title", "summary", "description")

    def get_serializer_class(self):
        return WholeSerializer if self.action == "retrieve" else ProjectSerializer

    @action(detail=False)
    def facets(self, request):
        rows = self.filter_queryset(self.get_queryset()).prefetch_related(None).order_by()
        names = {"area": "areas__value", "year": "years__value", "funding": "funding__value"}
        names |= {"stage": "stage", "municipality": "municipality"}
        chosen = Project.objects.filter(pk__in=rows.values("pk"))
        facets = {
            name: list(chosen.values_list(column).annotate(n=Count("pk", distinct=True)))
            for name, column in names.items()
        }
        return Response({"count": rows.count(), "facets": facets})


def empty(_request):
    return HttpResponse(b"{}", content_type="application/json")


def exported(_request):
    return HttpResponse(ProjectResource().export().csv, content_type="text/csv")


router = SimpleRouter(trailing_slash=False)
router.register("projects", Projects)
urlpatterns = [path("empty", empty), path("export.csv", exported), path("", include(router.urls))]
