"""Statements outside the ORM give what a queryset gives."""

import pytest
from django.core.exceptions import FieldDoesNotExist

from lib.sql import rows_by_key
from municipalities.models import Territory

pytestmark = pytest.mark.django_db


def test_rows_by_key_are_those_of_the_queryset(municipalities):
    keys = [municipalities["torino"].pk, municipalities["ivrea"].pk]
    expected = {
        pk: (name, code)
        for pk, name, code in Territory.objects.filter(pk__in=keys).values_list("pk", "name", "code")
    }
    assert rows_by_key(Territory, keys, ["name", "code"]) == expected


def test_rows_by_key_take_one_query_for_one_and_three_keys_and_none_without(
    municipalities, django_assert_num_queries
):
    keys = [municipalities[name].pk for name in ("torino", "ivrea", "samone")]
    for count in (1, 3):
        with django_assert_num_queries(1):
            assert rows_by_key(Territory, keys[:count], ["name"]).keys() == set(keys[:count])
    with django_assert_num_queries(0):
        assert rows_by_key(Territory, [], ["name"]) == {}


def test_rows_by_key_with_an_unknown_column_raise(municipalities):
    with pytest.raises(FieldDoesNotExist):
        rows_by_key(Territory, [1], ["name; DROP TABLE x"])
