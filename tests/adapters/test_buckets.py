"""The policy bucket and the state bucket on moto."""

import io
from datetime import UTC, datetime
from types import SimpleNamespace

import boto3
import pytest
from botocore.stub import Stubber

from backup_apps.adapters.buckets import PolicyBucket, StateBucket
from backup_apps.adapters.clients import client
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import NotFoundError, ThrottledError

VERSION = Version("acme", "v1")


def test_a_key_is_written_once(bucket: str) -> None:
    policy = PolicyBucket(client("s3"), bucket)
    assert policy.put_once(VERSION.key, b"one")
    assert not policy.put_once(VERSION.key, b"two")
    upload = policy.fetch(VERSION.key, None, 10)
    assert upload.body == b"one"
    assert datetime.fromisoformat(upload.committed).tzinfo == UTC
    assert upload.object_version


def test_an_upload_is_fetched_by_its_object_version(bucket: str) -> None:
    first = boto3.client("s3").put_object(Bucket=bucket, Key="k", Body=b"one")["VersionId"]
    boto3.client("s3").put_object(Bucket=bucket, Key="k", Body=b"two")
    assert PolicyBucket(client("s3"), bucket).fetch("k", first, 10).body == b"one"


def write_once_a_minute(monkeypatch: pytest.MonkeyPatch, bucket: str, key: str, *bodies: bytes | None) -> None:
    """An object written, or deleted, from noon on."""
    for minute, body in enumerate(bodies):
        monkeypatch.setattr("moto.s3.models.utcnow", lambda minute=minute: datetime(2026, 1, 1, 12, minute))
        if body is None:
            boto3.client("s3").delete_object(Bucket=bucket, Key=key)
        else:
            boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def test_uploads_of_late(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each version of each, what was deleted since included; what lies beside bundles is none."""
    write_once_a_minute(monkeypatch, bucket, "bundles/acme/v1.zip", b"at noon", b"one", b"two", None)
    write_once_a_minute(monkeypatch, bucket, "bundles/acme/v1.attestation.json", None, b"{}")
    write_once_a_minute(monkeypatch, bucket, "elsewhere/v1.zip", None, b"three")
    found = PolicyBucket(client("s3"), bucket).uploaded_since(datetime(2026, 1, 1, 12, 1, tzinfo=UTC))
    assert {(one.key, one.committed.isoformat()) for one in found} == {
        ("bundles/acme/v1.zip", "2026-01-01T12:01:00+00:00"),
        ("bundles/acme/v1.zip", "2026-01-01T12:02:00+00:00"),
    }
    policy = PolicyBucket(client("s3"), bucket)
    assert sorted(policy.fetch(one.key, one.object_version, 10).body for one in found) == [b"one", b"two"]


def test_uploads_come_in_pages(bucket: str) -> None:
    s3 = client("s3")
    page = {"IsTruncated": True, "NextKeyMarker": "k", "NextVersionIdMarker": "1", "Versions": []}
    last = {"Key": "bundles/acme/v1.zip", "VersionId": "2", "LastModified": datetime(2026, 1, 1, tzinfo=UTC)}
    with Stubber(s3) as stub:
        stub.add_response("list_object_versions", page, {"Bucket": bucket, "Prefix": "bundles/"})
        wanted = {"Bucket": bucket, "Prefix": "bundles/", "KeyMarker": "k", "VersionIdMarker": "1"}
        stub.add_response("list_object_versions", {"IsTruncated": False, "Versions": [last]}, wanted)
        (found,) = PolicyBucket(s3, bucket).uploaded_since(datetime(2026, 1, 1, tzinfo=UTC))
    assert (found.key, found.object_version) == ("bundles/acme/v1.zip", "2")


def test_a_listing_that_is_throttled_says_so(bucket: str) -> None:
    s3 = client("s3")
    with Stubber(s3) as stub:
        stub.add_client_error("list_object_versions", "SlowDown")
        with pytest.raises(ThrottledError):
            PolicyBucket(s3, bucket).uploaded_since(datetime(2026, 1, 1, tzinfo=UTC))


def test_an_object_as_it_was_at_a_moment(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_once_a_minute(monkeypatch, bucket, "k", b"one", b"two", None, b"three")
    write_once_a_minute(monkeypatch, bucket, "k-2", b"another key")
    policy = PolicyBucket(client("s3"), bucket)

    def at(moment: str) -> bytes | None:
        found = policy.fetch_as_of("k", f"2026-01-01T{moment}+00:00", 100)
        return found and found.body

    assert at("11:59:59") is None
    assert (at("12:00:00"), at("12:00:59"), at("12:01:00"), at("12:01:59")) == (b"one", b"one", b"two", b"two")
    assert at("12:02:30") is None
    assert (at("12:03:00"), at("23:00:00")) == (b"three", b"three")
    too_large = policy.fetch_as_of("k", "2026-01-01T12:00:00+00:00", 2)
    assert too_large is not None
    assert too_large.body is None
    assert policy.fetch_as_of("nothing", "2026-01-01T12:00:00+00:00", 1) is None


def test_more_versions_than_a_page_holds(bucket: str) -> None:
    policy = PolicyBucket(client("s3"), bucket)
    for number in range(1100):
        policy.put("k", str(number).encode())
    found = policy.fetch_as_of("k", "2999-01-01T00:00:00+00:00", 100)
    assert found is not None
    assert found.body == b"1099"


def test_an_upload_that_is_too_large_is_not_read(bucket: str) -> None:
    policy = PolicyBucket(client("s3"), bucket)
    policy.put_once("k", b"12345")
    assert policy.fetch("k", None, 5).body == b"12345"
    assert policy.fetch("k", None, 4).body is None


def test_what_is_not_read_is_closed() -> None:
    """Else its connection stays open until somebody collects it."""
    answer = {"Body": io.BytesIO(b"12345"), "ContentLength": 5, "LastModified": datetime(2026, 1, 1, tzinfo=UTC)}
    assert PolicyBucket(SimpleNamespace(get_object=lambda **_: answer), "b").fetch("k", None, 4).body is None
    assert answer["Body"].closed


def test_what_is_not_in_a_bucket_is_not_found(bucket: str) -> None:
    with pytest.raises(NotFoundError):
        PolicyBucket(client("s3"), bucket).fetch("k", None, 10)
    with pytest.raises(NotFoundError):
        StateBucket(client("s3"), bucket).read("k")


def test_documents(bucket: str) -> None:
    state = StateBucket(client("s3"), bucket)
    state.write("changes/a.json", '{"é": 1}')
    assert state.read("changes/a.json") == '{"é": 1}'
    assert state.location("changes/a.json") == "s3://bundles/changes/a.json"
    head = boto3.client("s3").head_object(Bucket=bucket, Key="changes/a.json")
    assert head["ContentType"] == "application/json"
