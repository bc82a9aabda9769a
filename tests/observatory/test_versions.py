"""The version of the public content, read at every public request: observatory.public_cache.versions."""

import pytest
from django.db import OperationalError, connection, transaction

from lib.content_version import bump_content_version
from observatory.public_cache.versions import Version, version_in
from tests import builders


@pytest.mark.django_db
def test_version_before_any_publication_has_no_token():
    assert version_in("default").token == ""


@pytest.mark.django_db
def test_version_changes_with_a_publication_and_with_other_content(office, desk, municipalities):
    tokens = [version_in("default").token]
    builders.published(office, desk, municipalities["torino"])
    tokens.append(version_in("default").token)
    bump_content_version()
    tokens.append(version_in("default").token)
    assert len(set(tokens)) == 3


@pytest.mark.django_db
def test_version_is_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        version_in("default")


@pytest.mark.django_db
def test_version_reaches_an_earlier_one_and_not_a_later_one():
    index = version_in("default").index
    earlier, later = Version(index, 1, "a"), Version(index, 2, "b")
    assert (later.reaches(earlier), earlier.reaches(later), later.reaches(later)) == (True, False, True)


def cut_connection() -> None:
    """The server ends the session of the test's connection, which does not know it yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    other.close()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")
@pytest.mark.django_db(transaction=True)
def test_connection_cut_by_the_server_is_opened_anew():
    before = version_in("default")
    cut_connection()
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    assert version_in("default") == before


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")
@pytest.mark.django_db(transaction=True)
def test_connection_cut_within_a_transaction_raises():
    """A new connection would lose what the transaction wrote."""
    with pytest.raises(OperationalError), transaction.atomic():
        cut_connection()
        version_in("default")
