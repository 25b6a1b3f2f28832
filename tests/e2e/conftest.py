"""The whole system on a local AWS of its own, beside the one that a developer may have up; once for all tests of a
process. `make e2e` runs two, each with some of the files.

Its records only grow: a test that wants to know what one step did remembers `last_call()` or `last_decision()` before.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from backup_apps.adapters.approval_url import ApprovalUrl
from backup_apps.adapters.ledger_archive import LedgerArchive
from backup_apps.adapters.ledger_table import TableLedger
from backup_apps.adapters.records import TableRecords
from backup_apps.domain.commits import State, Version
from backup_apps.domain.errors import UnknownCommitError
from backup_apps.offline_wiring import archive_of
from backup_apps.usecases.read_status import read_status
from backup_apps.wiring import now
from backup_apps_local import stack
from backup_apps_local.clients import Place, client, table
from backup_apps_local.inbox import Inbox
from backup_apps_local.issuer import LocalIssuer
from backup_apps_local.launcher import read_json
from backup_apps_local.sign_in import sign_in
from backup_apps_local.uploads import Uploads
from backup_apps_local.world import HOME_REGION, HUB

STATE = stack.ROOT / ".local" / f"e2e{os.environ.get('PYTEST_XDIST_WORKER', '')}"
_REST = 2
"""Seconds without a call, after which what was going on has ended."""
_FIRST = ("test_staged_sync", "test_verification")
ENDED = {
    *(State.REJECTED, State.SYNCED, State.PARTLY_FAILED, State.FAILED, State.SUPERSEDED),
    State.WAITING_APPROVAL,
}


class LocalAws:
    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.endpoint: str = document["endpoint"]
        self.outputs: dict[str, str] = document["hub"]["outputs"]
        self.uploads = Uploads(LocalIssuer(self.endpoint, STATE), self.outputs)
        self.inbox = Inbox(self.endpoint, self.outputs["AlertTopic"], name="e2e")

    def client(self, service: str, account: str = HUB.account, region: str = HOME_REGION) -> Any:
        """As the account's root."""
        return client(self.endpoint, service, Place(account, region))

    def upload(self, bundle: str, version: str, archive: bytes) -> None:
        """The commit: its attestation, and `bundles/<bundle>/<version>.zip`, whatever the bytes are."""
        self.uploads.signed(Version(bundle, version), archive)

    def records(self) -> TableRecords:
        return TableRecords(table(self.endpoint, self.outputs["StateTable"], HUB))

    def ledger(self) -> TableLedger:
        archive = LedgerArchive(self.client("s3"), self.outputs["StateBucket"])
        return TableLedger(table(self.endpoint, self.outputs["StateTable"], HUB), archive, now)

    def status(self, bundle: str, version: str) -> dict[str, Any]:
        """The document of `backup-apps status`; UnknownCommitError before it is recorded."""
        return read_status(self.records(), bundle, version)

    def wait(self, bundle: str, version: str, timeout: float = 180) -> dict[str, Any]:
        """The status once the commit has come to its end."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                status = self.status(bundle, version)
            except UnknownCommitError:
                status = {"state": "unknown"}
            if status["state"] in ENDED:
                return status
            time.sleep(0.2)
        raise TimeoutError(f"{bundle} {version} did not end within {timeout:.0f} s: {status}\n{self.tracebacks()}")

    def tracebacks(self) -> str:
        """Of all functions; what a person would look at first. Each line of an output is an event of its own."""
        logs = self.client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        return "\n".join(found for group in groups if (found := _tracebacks(logs, group)))

    def push(self, bundle: str, version: str, source: Path | bytes) -> dict[str, Any]:
        """Uploads a folder, or a zip as it is, and waits for its end; what has to be approved is approved."""
        self.upload(bundle, version, source if isinstance(source, bytes) else archive_of(source))
        while (status := self.wait(bundle, version))["state"] == State.WAITING_APPROVAL:
            self.approve(bundle, version)
        return status

    def desk(self, user: str) -> ApprovalUrl:
        """The approval URL, called as a user of the local IAM Identity Center."""
        settings = sign_in(self.endpoint, user)
        session = boto3.Session(
            aws_access_key_id=settings["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=settings["AWS_SECRET_ACCESS_KEY"],
            aws_session_token=settings["AWS_SESSION_TOKEN"],
            region_name=HOME_REGION,
        )
        return ApprovalUrl(self.outputs["ApprovalUrl"], session, self.endpoint)

    def approve(self, bundle: str, version: str) -> None:
        """By as many people as it takes. Returns when the version waits no more."""
        asked = Version(bundle, version)
        digest = self.desk("bob").show(asked)["digest"]
        for user in ("bob", "carol"):
            if self.desk(user).decide(asked, "approve", digest, "a test")["standing"] == "approved":
                break
        deadline = time.monotonic() + 60
        while self.status(bundle, version)["state"] == State.WAITING_APPROVAL and time.monotonic() < deadline:
            time.sleep(0.1)

    def calls(self, since: int = 0) -> list[dict[str, Any]]:
        """AWS Backup calls after that sequence number."""
        return list(read_json(self.endpoint, f"calls?since={since}")["calls"])

    def rest(self) -> None:
        """Until all has ended that earlier steps set off: drift detection comes after each of their writes."""
        seen, present = None, (self.last_call(), self.last_decision())
        while present != seen:
            time.sleep(_REST)
            seen, present = present, (self.last_call(), self.last_decision())

    def last_call(self) -> int:
        return len(self.calls())

    def decisions(self, since: int = 0) -> list[dict[str, Any]]:
        """What IAM decided after that sequence number, for every service."""
        return list(read_json(self.endpoint, f"authorizations?since={since}")["authorizations"])

    def last_decision(self) -> int:
        return len(self.decisions())


def _tracebacks(logs: Any, group: str) -> str:
    lines = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    starts = [at for at, line in enumerate(lines) if "Traceback" in line]
    return "\n".join([f"--- {group}", *(line for at in starts for line in lines[at : at + 60])]) if starts else ""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What waits for minutes by the clock goes first, beside what has weeks pass: they go by the faster, the less there
    is to back up yet."""
    items.sort(key=lambda item: item.path.stem not in _FIRST)


@pytest.fixture(scope="session")
def local_aws() -> Iterator[LocalAws]:
    stack.down(STATE)
    document = stack.up(print, STATE)
    yield LocalAws(document)
    stack.down(STATE)
