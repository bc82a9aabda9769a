"""People, roles and API tokens. Signing in to the admin uses the page of the portal."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts import actions
from accounts.models import ApiToken, Membership, User
from accounts.records import subject_of
from lib import audit
from municipalities.actions import body_subject

admin.site.site_header = "Osservatorio Smart City"
admin.site.site_title = "Osservatorio Smart City"
# That page has rate limits and requires a verified address; the one of the admin has neither.
admin.site.login = secure_admin_login(admin.site.login)


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ("organisation",)
    extra = 0


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Accounts without their password, which each person chooses from an invitation or a reset."""

    fields = ("email", "name", "is_active", "is_staff", "is_superuser", "joined_at", "last_login")
    readonly_fields = ("joined_at", "last_login")
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "memberships__role")
    search_fields = ("email", "name")
    inlines = [MembershipInline]

    def get_readonly_fields(self, request, obj=None):
        """Only superusers may change who is staff or superuser."""
        return (
            self.readonly_fields
            if request.user.is_superuser
            else (*self.readonly_fields, "is_staff", "is_superuser")
        )

    def save_model(self, request, obj, form, change) -> None:
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        changes = {name: str(form.cleaned_data.get(name, "")) for name in form.changed_data}
        audit.record("change_account", by=request.user, on=subject_of(obj), person=obj, changes=changes)

    def save_formset(self, request, form, formset, change) -> None:
        """Roles too are recorded, each with its body."""
        super().save_formset(request, form, formset, change)
        for membership, _names in getattr(formset, "changed_objects", []):
            _record_role(request, membership)
        for membership in getattr(formset, "new_objects", []):
            _record_role(request, membership)
        for membership in getattr(formset, "deleted_objects", []):
            on = body_subject(membership.organisation)
            audit.record("remove", by=request.user, on=on, person=membership.user)


def _record_role(request, membership: Membership) -> None:
    on, changes = body_subject(membership.organisation), {"role": membership.role}
    audit.record("change_role", by=request.user, on=on, person=membership.user, changes=changes)


@admin.register(Membership)
class MembershipAdmin(admin.ModelAdmin):
    list_display = ("user", "organisation", "role", "created_at")
    list_filter = ("role",)
    list_select_related = ("user", "organisation")
    autocomplete_fields = ("user", "organisation")

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        _record_role(request, obj)

    def delete_model(self, request, obj) -> None:
        on = body_subject(obj.organisation)
        audit.record("remove", by=request.user, on=on, person=obj.user)
        super().delete_model(request, obj)

    def delete_queryset(self, request, queryset) -> None:
        for membership in queryset:
            self.delete_model(request, membership)


@admin.register(ApiToken)
class ApiTokenAdmin(admin.ModelAdmin):
    """Tokens, created by the managers of bodies; staff may read and revoke them."""

    list_display = ("name", "organisation", "created_by", "created_at", "last_used_at", "revoked_at")
    list_filter = ("revoked_at",)
    list_select_related = ("organisation", "created_by")
    actions = ("revoke",)

    @admin.action(description=_("Revoca le chiavi scelte"), permissions=["view"])
    def revoke(self, request, queryset) -> None:
        for token in queryset.select_related("organisation"):
            actions.revoke_token(token, by=request.user)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
