"""Territories and organisations for the staff, with import and export of their tables."""

from django.contrib import admin
from import_export.admin import ImportExportModelAdmin
from import_export.fields import Field
from import_export.formats.base_formats import CSV, XLSX

from lib.content_version import bump_content_version
from municipalities.importing import CheckedResource, TableFile, TerritoryWidget
from municipalities.models import Organisation, Territory


class PublicAdmin(admin.ModelAdmin):
    """Admin of models that public pages show: every logged change raises the version of public content."""

    def log_addition(self, *args):
        bump_content_version()
        return super().log_addition(*args)

    def log_change(self, *args):
        bump_content_version()
        return super().log_change(*args)

    def log_deletions(self, *args):
        bump_content_version()
        return super().log_deletions(*args)


class ImportingAdmin(PublicAdmin, ImportExportModelAdmin):
    """The same with imports of tables, whose rows are logged without log_change."""

    import_formats = (TableFile,)
    export_formats = (CSV, XLSX)

    def process_result(self, result, request):
        bump_content_version()
        return super().process_result(result, request)


class TerritoryResource(CheckedResource):
    """Values of stored territories: new ones, mergers and codes come from the official lists alone."""

    name = Field("name", "name", readonly=True)
    istat_code = Field("istat_code", "istat_code", readonly=True)
    province = Field("province__code", "province", readonly=True)
    region = Field("region__code", "region", readonly=True)
    valid_from = Field("valid_from", "valid_from", readonly=True)
    valid_to = Field("valid_to", "valid_to", readonly=True)

    class Meta(CheckedResource.Meta):
        model = Territory
        import_id_fields = ("level", "code")
        fields = (
            "level",
            "code",
            "name",
            "istat_code",
            "province",
            "region",
            "valid_from",
            "valid_to",
            "population",
            "population_year",
            "area_km2",
            "altitude_m",
            "altitude_zone",
            "urbanisation_degree",
            "latitude",
            "longitude",
            "ipa_code",
            "website",
        )

    def skip_row(self, instance, original, row, import_validation_errors=None) -> bool:
        return instance._state.adding or super().skip_row(instance, original, row, import_validation_errors)


@admin.register(Territory)
class TerritoryAdmin(ImportingAdmin):
    resource_classes = [TerritoryResource]
    list_display = ("name", "level", "code", "istat_code", "province", "population", "valid_to")
    list_filter = ("level",)
    list_select_related = ("province",)
    search_fields = ("search_name", "code", "istat_code")

    def get_readonly_fields(self, request, obj=None):
        return [field.name for field in self.model._meta.fields]

    def has_add_permission(self, request) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_import_permission(self, request) -> bool:
        return request.user.has_perm("municipalities.change_territory")


class OrganisationResource(CheckedResource):
    """Bodies by their slug; the territory by its Belfiore code or the letters of a province."""

    territory = Field("territory", "territory", widget=TerritoryWidget())

    class Meta(CheckedResource.Meta):
        model = Organisation
        import_id_fields = ("slug",)
        fields = ("slug", "kind", "name", "territory", "ipa_code", "tax_code", "website")


@admin.register(Organisation)
class OrganisationAdmin(ImportingAdmin):
    resource_classes = [OrganisationResource]
    list_display = ("name", "kind", "territory", "ipa_code")
    list_filter = ("kind",)
    list_select_related = ("territory",)
    search_fields = ("name", "ipa_code", "tax_code")
    autocomplete_fields = ("territory",)
    prepopulated_fields = {"slug": ("name",)}

    def has_import_permission(self, request) -> bool:
        return request.user.has_perm("municipalities.change_organisation")
