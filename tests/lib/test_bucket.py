"""Documents in an S3-compatible storage: moto's server, asked over HTTP by the real client."""

import json

import boto3
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from moto.server import ThreadedMotoServer

from observatory.environment import document_storage
from tests import builders
from tests.cards import builders as cards

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(server, settings):
    host, port = server.get_host_and_port()
    url = f"s3://key:se%2Fcret@{host}:{port}/documenti?region=eu-south-1&scheme=http"
    settings.STORAGES = settings.STORAGES | {"default": document_storage(url)}
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="se/cret",
        region_name="eu-south-1",
    )
    client.create_bucket(Bucket="documenti", CreateBucketConfiguration={"LocationConstraint": "eu-south-1"})
    yield client
    for item in client.list_objects_v2(Bucket="documenti").get("Contents", []):
        client.delete_object(Bucket="documenti", Key=item["Key"])
    client.delete_bucket(Bucket="documenti")


def names(bucket) -> list[str]:
    return [item["Key"] for item in bucket.list_objects_v2(Bucket="documenti").get("Contents", [])]


def test_a_document_is_served_by_the_portal_and_gone_when_the_bucket_lost_it(client, bucket):
    record = cards.record(builders.piedmont()["torino"])
    name = default_storage.save("documents/41.pdf", ContentFile(b"%PDF-41"))
    cards.issue(record, {41: name})
    answer = client.get("/documenti/41/")
    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"%PDF-41")
    bucket.delete_object(Bucket="documenti", Key=name)
    assert client.get("/documenti/41/").status_code == 404


def test_two_files_of_one_name_are_two(bucket):
    first = default_storage.save("a.pdf", ContentFile(b"one"))
    second = default_storage.save("a.pdf", ContentFile(b"two"))
    assert first != second
    assert default_storage.open(first).read() == b"one"


def test_backup_and_restoration_reach_the_bucket(bucket, tmp_path):
    builders.piedmont()
    default_storage.save("documents/ab/41.pdf", ContentFile(b"%PDF-41"))
    archive = tmp_path / "backup.zip"
    call_command("backup", archive, verbosity=0)
    bucket.delete_object(Bucket="documenti", Key="documents/ab/41.pdf")
    call_command("restore", archive, yes=True, verbosity=0)
    assert names(bucket) == ["documents/ab/41.pdf"]


def test_readiness_asks_the_bucket(client, bucket, settings):
    assert json.loads(client.get("/salute/ready").content)["checks"]["media"] is True
    away = document_storage("s3://a:b@127.0.0.1:9/documenti?scheme=http")
    settings.STORAGES = settings.STORAGES | {"default": away}
    answer = client.get("/salute/ready")
    assert (answer.status_code, json.loads(answer.content)["checks"]["media"]) == (503, False)


@pytest.mark.parametrize("url", ["https://a:b@host/bucket", "s3://a:b@host", "s3:///bucket"])
def test_another_url_is_a_configuration_error(url):
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL"):
        document_storage(url)
