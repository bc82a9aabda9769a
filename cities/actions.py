"""Writing the texts of a city card. Public at once; every change is an entry in the audit log of the body."""

from django.db import transaction
from django.utils import timezone

from cities.models import CityNeed, CityProfile
from lib import audit
from lib.content_version import bump_content_version
from municipalities.actions import body_of_municipality, body_subject
from municipalities.models import Territory

TEXTS = ("summary", "strategy", "strategy_url", "governance", "office", "email", "featured")


@transaction.atomic
def write_city(municipality: Territory, *, by, needs: list[dict], **texts) -> CityProfile:
    """Store the texts and the needs, each of `{title, text, area}`; what is hidden stays hidden."""
    profile, _made = CityProfile.objects.select_for_update().get_or_create(municipality=municipality)
    before = {name: getattr(profile, name) for name in TEXTS}
    for name in TEXTS:
        setattr(profile, name, texts[name])
    profile.updated_by = by
    profile.save()
    profile.needs.all().delete()
    CityNeed.objects.bulk_create(CityNeed(profile=profile, **need) for need in needs)
    changed = [name for name in TEXTS if before[name] != texts[name]]
    _record(municipality, "write_city", by, changed=changed, needs=len(needs))
    return profile


@transaction.atomic
def hide_city(profile: CityProfile, *, by, reason: str) -> None:
    """Take the texts off the public card; the office reads why and may write them anew."""
    waiting = CityProfile.objects.filter(pk=profile.pk, hidden_at=None)
    if waiting.update(hidden_at=timezone.now(), hidden_by=by, hidden_reason=reason):
        _record(profile.municipality, "hide_city", by, reason=reason)


@transaction.atomic
def show_city(profile: CityProfile, *, by) -> None:
    """Put hidden texts back."""
    hidden = CityProfile.objects.filter(pk=profile.pk).exclude(hidden_at=None)
    if hidden.update(hidden_at=None, hidden_by=None, hidden_reason=""):
        _record(profile.municipality, "show_city", by)


def _record(municipality: Territory, verb: str, by, **detail) -> None:
    audit.record(verb, by=by, on=body_subject(body_of_municipality(municipality)), changes=detail)
    bump_content_version()
