"""What every home of the ledger promises, DynamoDB with S3 as memory does; then what is AWS's alone."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from backup_apps.adapters.clients import client
from backup_apps.adapters.clients import table as table_of
from backup_apps.adapters.ledger_archive import LedgerArchive, Lock, object_key
from backup_apps.adapters.ledger_table import TableLedger
from backup_apps.adapters.signing_key import SigningKey
from backup_apps.domain.errors import InvalidError, LedgerBrokenError, ThrottledError, UnavailableError
from backup_apps.domain.ledger.entries import Checkpoint, Entry, Happening, Kind, Reason, signed_checkpoint
from backup_apps.domain.ledger.lines import line_of, read_lines
from backup_apps.domain.ledger.verification import verify_segment
from backup_apps.ports.ledger import Ledger
from sync.memory_ledger import Ledger as MemoryLedger

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
BUCKET = "bundles"


def clock() -> datetime:
    return NOON


def happening(number: int, kind: Kind = Kind.WRITE, **facts: Any) -> Happening:
    return Happening(kind, f"{kind.value}/{number}", {"version": "v1", "number": number} | facts)


def happenings(*numbers: int) -> list[Happening]:
    return [happening(number) for number in numbers]


def checkpoint(entry: Entry, signature: bytes = b"1", reason: Reason = Reason.SYNC) -> Checkpoint:
    return signed_checkpoint(entry, entry.at, reason, "arn:key", lambda message: signature)


@pytest.fixture
def archive(bucket: str) -> LedgerArchive:
    return LedgerArchive(client("s3"), bucket, Lock("COMPLIANCE", 30, clock))


@pytest.fixture
def on_aws(table: str, archive: LedgerArchive) -> TableLedger:
    return TableLedger(table_of(table), archive, clock, pause=lambda attempt: None)


@pytest.fixture(params=["memory", "aws"])
def ledger(request: pytest.FixtureRequest) -> Ledger:
    return MemoryLedger(clock=clock) if request.param == "memory" else request.getfixturevalue("on_aws")


# ---------------------------------------------------------------- promises


def test_nothing_is_known_at_first(ledger: Ledger) -> None:
    assert ledger.record("acme", []) == ()
    assert ledger.entries("acme") == ()
    assert ledger.latest("acme", 3) == ()
    assert ledger.checkpoints("acme") == ()
    assert ledger.last_checkpoint("acme") is None


def test_entries_are_a_chain_in_the_order_of_recording(ledger: Ledger) -> None:
    first = ledger.record("acme", happenings(1, 2))
    second = ledger.record("acme", happenings(3))
    assert ledger.entries("acme") == (*first, *second)
    assert [entry.sequence for entry in ledger.entries("acme")] == [1, 2, 3]
    assert verify_segment(ledger.entries("acme")) == []
    assert ledger.entries("acme", after=2) == second
    assert [entry.facts["number"] for entry in ledger.latest("acme", 2)] == [3, 2]
    assert {entry.at for entry in first} == {"2026-01-01T12:00:00.000+00:00"}


def test_the_same_happening_is_recorded_once(ledger: Ledger) -> None:
    ledger.record("acme", happenings(1, 2))
    assert [entry.facts["number"] for entry in ledger.record("acme", happenings(2, 3, 3))] == [3]
    assert ledger.record("acme", happenings(1, 2, 3)) == ()
    assert len(ledger.entries("acme")) == 3


def test_bundles_have_chains_of_their_own(ledger: Ledger) -> None:
    ledger.record("acme", happenings(1))
    (other,) = ledger.record("acme-two", happenings(1))
    assert other.sequence == 1
    assert len(ledger.entries("acme")) == 1


def test_many_at_once(ledger: Ledger) -> None:
    """More than a transaction holds, in entries and in bytes."""
    many = [happening(number, text="x" * 100_000 if number % 2 else "") for number in range(120)]
    assert len(ledger.record("acme", many)) == 120
    assert [entry.facts["number"] for entry in ledger.entries("acme")] == list(range(120))
    assert verify_segment(ledger.entries("acme")) == []
    assert len(ledger.latest("acme", 120)) == 120


def test_facts_come_back_as_they_were(ledger: Ledger) -> None:
    facts = {"version": "v1", "é": ["ü", None, True, -3, {"a": {}}], "big": 2**53 - 1, "empty": ""}
    ledger.record("acme", [Happening(Kind.COMMIT, "c", facts)])
    assert ledger.entries("acme")[0].facts == facts


def test_the_first_checkpoint_of_an_entry_stays(ledger: Ledger) -> None:
    entries = ledger.record("acme", happenings(*range(12)))
    for entry in (entries[1], entries[10], entries[9]):
        ledger.keep(checkpoint(entry))
    ledger.keep(checkpoint(entries[10], b"2"))
    assert ledger.checkpoints("acme") == tuple(checkpoint(entries[number]) for number in (1, 9, 10))
    ledger.keep(checkpoint(entries[1], reason=Reason.EXPORT))
    assert [one.reason for one in ledger.checkpoints("acme")] == ["export", "sync", "sync", "sync"]
    assert ledger.last_checkpoint("acme") == checkpoint(entries[10])
    assert ledger.checkpoints("acme-two") == ()


# ---------------------------------------------------------------- DynamoDB


def test_few_calls_for_many_entries(on_aws: TableLedger) -> None:
    asked = listening(table_of("state"))
    on_aws.record("acme", happenings(*range(30)))
    assert asked == ["BatchGetItem", "TransactWriteItems", "PutItem"]


def test_nothing_is_written_where_nothing_is_new(on_aws: TableLedger) -> None:
    on_aws.record("acme", happenings(1))
    asked = listening(table_of("state"))
    on_aws.record("acme", happenings(1))
    assert asked == ["BatchGetItem"]


def test_who_loses_a_race_chains_to_the_winner(on_aws: TableLedger, archive: LedgerArchive) -> None:
    """Another writes between reading the head and writing it, twice; once it is the same happening."""
    other = TableLedger(table_of("state"), archive, clock, pause=lambda attempt: None)
    meanwhile = [happenings(2), happenings(11)]

    def race(**_: Any) -> None:
        if meanwhile:
            other.record("acme", meanwhile.pop())

    table_of("state").meta.client.meta.events.register("before-call.dynamodb.TransactWriteItems", race)
    assert [entry.facts["number"] for entry in on_aws.record("acme", happenings(1, 2))] == [1]
    entries = on_aws.entries("acme")
    assert {entry.facts["number"] for entry in entries} == {1, 2, 11}
    assert verify_segment(entries) == []
    assert objects() == {object_key(entry): line_of(entry) for entry in entries}


def test_a_race_that_is_lost_again_and_again_is_worth_another_try_later(table: str, archive: LedgerArchive) -> None:
    pauses: list[int] = []
    ledger = TableLedger(table_of(table), archive, clock, pause=pauses.append)
    refuse(table_of(table), "TransactionConflict", times=100)
    with pytest.raises(ThrottledError, match="the ledger of acme"):
        ledger.record("acme", happenings(1))
    assert pauses == list(range(25))
    assert ledger.entries("acme") == ()


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ConditionalCheckFailed"])
def test_a_transaction_that_is_refused_for_now_is_tried_again(on_aws: TableLedger, reason: str) -> None:
    refuse(table_of("state"), reason, times=2)
    assert len(on_aws.record("acme", happenings(1))) == 1


@pytest.mark.parametrize("reason", ["ValidationError", "AccessDenied", "ItemCollectionSizeLimitExceeded"])
def test_a_transaction_that_is_refused_for_good_is_an_error(on_aws: TableLedger, reason: str) -> None:
    refuse(table_of("state"), reason, times=1)
    with pytest.raises(InvalidError):
        on_aws.record("acme", happenings(1))


def test_what_dynamodb_left_out_is_asked_for_again(on_aws: TableLedger) -> None:
    on_aws.record("acme", happenings(1))
    left = [1, 2]

    def leave_out(parsed: dict[str, Any], **_: Any) -> None:
        if left:
            left.pop()
            keys = [{name: item[name] for name in ("pk", "sk")} for item in parsed["Responses"]["state"]]
            parsed["UnprocessedKeys"] = {"state": {"Keys": keys, "ConsistentRead": True}}
            parsed["Responses"] = {"state": []}

    table_of("state").meta.client.meta.events.register_first("after-call.dynamodb.BatchGetItem", leave_out)
    assert on_aws.record("acme", happenings(1)) == ()
    assert left == []


def listening(table: Any) -> list[str]:
    """The calls to DynamoDB from now on."""
    asked: list[str] = []
    table.meta.client.meta.events.register("before-call.dynamodb", lambda model, **_: asked.append(model.name))
    return asked


def refuse(table: Any, reason: str, times: int) -> None:
    left = [times]

    def answer(**_: Any) -> None:
        if left[0]:
            left[0] -= 1
            error = {"Code": "TransactionCanceledException", "Message": "cancelled"}
            reasons = [{"Code": "None"}, {"Code": reason}]
            raise ClientError({"Error": error, "CancellationReasons": reasons}, "TransactWriteItems")  # type: ignore[typeddict-item]

    table.meta.client.meta.events.register("before-call.dynamodb.TransactWriteItems", answer)


# ---------------------------------------------------------------- S3


def objects() -> dict[str, bytes]:
    s3 = boto3.client("s3")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET).get("Contents", [])]
    return {key: s3.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in keys}


def test_each_entry_is_an_object_under_lock(on_aws: TableLedger) -> None:
    entries = on_aws.record("acme", happenings(1, 2))
    assert objects() == {f"ledger/acme/{entry.sequence:012}.json": line_of(entry) for entry in entries}
    head = boto3.client("s3").head_object(Bucket=BUCKET, Key="ledger/acme/000000000001.json")
    assert head["ObjectLockMode"] == "COMPLIANCE"
    assert head["ObjectLockRetainUntilDate"] == NOON + timedelta(days=30)


def test_the_objects_of_an_archive_are_the_lines_of_an_export(on_aws: TableLedger) -> None:
    entries = on_aws.record("acme", happenings(1, 2))
    on_aws.keep(checkpoint(entries[-1]))
    read = read_lines(b"".join(objects().values()))
    assert (read.entries, read.checkpoints) == (entries, (checkpoint(entries[-1]),))


def test_an_object_is_written_once(archive: LedgerArchive, on_aws: TableLedger) -> None:
    (entry,) = on_aws.record("acme", happenings(1))
    archive.put([entry.model_copy(update={"kind": "alert"})])
    versions = boto3.client("s3").list_object_versions(Bucket=BUCKET)["Versions"]
    assert len(versions) == 1
    assert objects() == {object_key(entry): line_of(entry)}


def test_what_a_crash_kept_from_the_archive_comes_with_the_next_record(table: str, archive: LedgerArchive) -> None:
    broken = Broken(archive)
    ledger = TableLedger(table_of(table), broken, clock)
    with pytest.raises(UnavailableError):
        ledger.record("acme", happenings(1, 2))
    assert len(ledger.entries("acme")) == 2
    assert objects() == {}
    broken.works = True
    ledger.record("acme", happenings(3))
    assert objects() == {object_key(entry): line_of(entry) for entry in ledger.entries("acme")}


def test_a_repeat_after_a_crash_brings_it_as_well(table: str, archive: LedgerArchive) -> None:
    broken = Broken(archive)
    ledger = TableLedger(table_of(table), broken, clock)
    with pytest.raises(UnavailableError):
        ledger.record("acme", happenings(1))
    broken.works = True
    assert ledger.record("acme", happenings(1)) == ()
    assert len(objects()) == 1


def test_a_long_gap_is_closed_by_several_records(
    table: str, archive: LedgerArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backup_apps.adapters.ledger_table._ARCHIVED_AT_ONCE", 3)
    broken = Broken(archive)
    ledger = TableLedger(table_of(table), broken, clock)
    with pytest.raises(UnavailableError):
        ledger.record("acme", happenings(*range(7)))
    broken.works = True
    for expected in (3, 6, 7, 7):
        ledger.record("acme", happenings(1))
        assert len(objects()) == expected


def test_of_two_who_write_an_object_at_once_one_waits_for_the_other(
    archive: LedgerArchive, on_aws: TableLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("backup_apps.adapters.ledger_archive.time.sleep", pauses.append)
    (entry,) = MemoryLedger(clock=clock).record("acme", happenings(1))
    with Stubber(client("s3")) as stubbed:
        stubbed.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        stubbed.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        archive.put([entry])
        for _ in range(5):
            stubbed.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        with pytest.raises(ThrottledError):
            archive.put([entry])
    assert len(pauses) == 5


def test_an_object_that_is_no_checkpoint_is_not_passed_over(on_aws: TableLedger) -> None:
    (entry,) = on_aws.record("acme", happenings(1))
    on_aws.keep(checkpoint(entry))
    boto3.client("s3").put_object(Bucket=BUCKET, Key="ledger/acme/checkpoints/000000000002.json", Body=b"{}\n")
    with pytest.raises(LedgerBrokenError, match="neither an entry"):
        on_aws.checkpoints("acme")


class Broken:
    """An archive that can't be written until it works."""

    def __init__(self, archive: LedgerArchive) -> None:
        self._archive, self.works = archive, False

    def put(self, documents: Sequence[Entry | Checkpoint]) -> None:
        if not self.works:
            raise UnavailableError("PutObject", "ServiceUnavailable", "no")
        self._archive.put(documents)

    def checkpoints(self, bundle: str) -> tuple[Checkpoint, ...]:
        return self._archive.checkpoints(bundle)


# ---------------------------------------------------------------- KMS


def test_what_the_key_signs_its_public_half_confirms(aws: None) -> None:
    made = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
    key = SigningKey(lambda: client("kms"), made)
    public = load_pem_public_key(key.public_key(made).encode())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    public.verify(key.sign(b"message"), b"message", ec.ECDSA(hashes.SHA256()))
    assert json.dumps(key.key) == json.dumps(made)
