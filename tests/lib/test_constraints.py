"""Constraints shared by models."""

from django.db.models import Q

from lib.constraints import pair


def test_pair_is_all_null_or_none():
    wanted = Q(made_at__isnull=True, made_by__isnull=True) | Q(made_at__isnull=False, made_by__isnull=False)
    made = pair("made_pair", "made_at", "made_by")
    assert (made.name, made.condition) == ("made_pair", wanted)
