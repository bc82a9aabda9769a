"""The audit log: entries are written once, extended for minutes, and never deleted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lib.audit import EXTENDABLE_FOR, Entry, Subject, extend, history, record
from tests import builders

PARK = Subject("record", "TO-2026-0001", "Parco", "comune-di-torino")


@pytest.fixture
def entry(db):
    return record("save", by=None, on=PARK, changes={"fields": ["title"]})


def backdate(entry, by: timedelta) -> Entry:
    Entry._base_manager.filter(pk=entry.pk).update(at=timezone.now() - by)
    return Entry.objects.get(pk=entry.pk)


def test_entry_keeps_the_subject_in_the_words_of_then(db):
    desk, officer = builders.reviewer(), builders.person("ufficio@example.org")
    record("invite", by=desk, on=PARK, person=officer, changes={"role": "officer"})
    told = Entry.objects.values_list("verb", "by", "person", "kind", "code", "title", "body", "changes").get()
    assert told == (
        "invite",
        desk.pk,
        officer.pk,
        "record",
        "TO-2026-0001",
        "Parco",
        "comune-di-torino",
        {"role": "officer"},
    )


def test_history_is_of_one_subject_the_newest_first(entry):
    record("submit", by=None, on=PARK)
    record("submit", by=None, on=Subject("record", "TO-2026-0002"))
    record("submit", by=None, on=Subject("adhesion", "TO-2026-0001"))
    assert [found.verb for found in history("record", "TO-2026-0001")] == ["submit", "save"]


def test_recent_entry_is_extended_in_one_query(entry, django_assert_num_queries):
    before = backdate(entry, EXTENDABLE_FOR - timedelta(minutes=1))
    former = before.at
    with django_assert_num_queries(1):
        assert extend(before, {"fields": ["title", "need"]})
    after = Entry.objects.get()
    assert (after.changes, after.at) == ({"fields": ["title", "need"]}, before.at)
    assert after.at > former


def test_old_entry_is_not_extended(entry):
    old = backdate(entry, EXTENDABLE_FOR + timedelta(minutes=1))
    assert not extend(old, {"fields": ["need"]})
    assert Entry.objects.get().changes == {"fields": ["title"]}


def test_stored_entry_is_not_saved_again(entry):
    entry.verb = "publish"
    with pytest.raises(TypeError, match="extend"):
        entry.save()
    assert Entry.objects.get().verb == "save"


@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.delete(),
        lambda entry: Entry.objects.all().delete(),
        lambda entry: Entry.objects.update(verb="publish"),
    ],
)
def test_entries_are_neither_changed_nor_deleted(entry, change):
    with pytest.raises(TypeError):
        change(entry)
    assert Entry.objects.get().verb == "save"
