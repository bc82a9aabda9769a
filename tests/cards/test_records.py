"""Records: the code that is never given twice, the slug that comes with the first edition and stays."""

import pytest
from django.utils import timezone

from cards import issuing, records
from cards.models import Edition, Record
from lib.audit import Subject
from lib.content_version import content_token
from municipalities.actions import open_body
from tests.cards import builders

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(municipalities) -> Record:
    return builders.record(municipalities["torino"])


def test_codes_count_up_within_a_province_and_a_year(municipalities):
    year = timezone.localdate().year
    codes = [builders.record(municipalities[name]).code for name in ("torino", "ivrea", "samone_tn")]
    assert codes == [f"TO-{year}-0001", f"TO-{year}-0002", f"TN-{year}-0001"]


def test_code_of_an_owner_without_territory_begins_with_the_country(db):
    owner = open_body(kind="observatory", name="Osservatorio Smart City")
    assert records.open_record(owner).code == f"IT-{timezone.localdate().year}-0001"


def test_record_has_no_slug_title_or_address_before_its_first_edition(record):
    assert (record.slug, record.notify_email, records.title_of(record.pk)) == (None, "", "")
    assert records.subject_of(record.pk) == Subject("record", record.code, "", record.owner.slug)


def test_slug_is_that_of_the_first_title_and_stays(record):
    builders.issue(record, title="Orti urbani")
    second = builders.issue(record, title="Orti e serre")
    record.refresh_from_db()
    assert (record.slug, second.slug) == ("orti-urbani", "orti-urbani")
    assert records.title_of(record.pk) == "Orti e serre"
    assert records.subject_of(record.pk).title == "Orti e serre"


def test_slug_that_is_taken_gets_the_municipality_then_a_number(municipalities):
    three = [builders.record(municipalities["torino"]) for _ in range(3)]
    assert [builders.issue(record).slug for record in three] == [
        "orti-urbani",
        "orti-urbani-torino",
        "orti-urbani-2",
    ]


def test_slug_of_a_title_without_letters_is_the_code(record):
    assert builders.issue(record, title="???").slug == record.code.lower()


def test_each_edition_replaces_the_one_before(record):
    first, second = builders.issue(record), builders.issue(record)
    assert list(record.editions.order_by("edition").values_list("pk", "edition", "is_current")) == [
        (first.pk, 1, False),
        (second.pk, 2, True),
    ]


def test_edition_after_a_withdrawn_one_counts_on(record):
    issuing.withdraw(builders.issue(record), by=None, reason="Dati errati")
    assert not record.editions.current().exists()
    third = builders.issue(record)
    assert (third.edition, third.is_current) == (2, True)


def test_notify_email_is_stored_with_each_edition_and_is_in_no_document(record):
    for address in ("uno@example.org", "due@example.org", ""):
        issuing.issue(record.pk, builders.source(record), files={}, by=None, notify_email=address)
        record.refresh_from_db()
        assert record.notify_email == address
    assert not Edition.objects.filter(document__contains="example.org").exists()


def test_record_that_does_not_exist_is_not_issued(record):
    with pytest.raises(Record.DoesNotExist):
        issuing.issue(record.pk + 1, builders.source(record), files={}, by=None)


def test_confirmation_is_stored_and_renews_cached_pages(record):
    moment, token = timezone.now(), content_token()
    issuing.confirm(record, at=moment)
    record.refresh_from_db()
    assert record.confirmed_at == moment
    assert content_token() != token
