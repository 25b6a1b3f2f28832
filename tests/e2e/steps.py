"""A bundle of a case's own, what comes before a step with it, and the steps."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from backup_apps.adapters.executions import execution_name
from backup_apps.domain.commits import Version
from backup_apps.domain.errors import UnknownCommitError
from backup_apps_local.world import HOME_REGION, MEMBER_ACCOUNTS

from .bundles import full_spec, new_version, small_spec, written
from .conftest import ENDED, LocalAws
from .drift import region_event
from .eventbridge import deliver, hourly, invoke, upload_in_silence
from .why import look as ask

MEMBER, OTHER = MEMBER_ACCOUNTS


class Stage:
    """A bundle of a case's own, with one target."""

    def __init__(self, aws: LocalAws) -> None:
        self.aws = aws
        self.name = f"without-{new_version()}"
        self.spec = small_spec(self.name)

    @property
    def vault(self) -> Any:
        return self.spec["policy"]["vaults"]["main"]

    @property
    def daily(self) -> Any:
        return self.spec["policy"]["plans"]["daily"]

    def archive(self) -> bytes:
        return written(self.name, self.spec)


Step = Callable[[Stage], str]
"""A step of the story, and the error that it ends with; empty if it goes well. It can be repeated."""


def push(stage: Stage) -> str:
    """From the upload to the outcome, or to the end of a sync that could not even record one."""
    return run_until(stage, outcome_of)


def push_to_first_failure(stage: Stage) -> str:
    """What Step Functions may not do, it tries again for minutes, so nobody waits for the end."""
    return run_until(stage, lambda stage, version: first_failure_of(stage, version) or outcome_of(stage, version))


def run_until(stage: Stage, find: Callable[[Stage, str], str | None]) -> str:
    version = new_version()
    stage.aws.upload(stage.name, version, stage.archive())
    deadline = time.monotonic() + 60
    while (found := find(stage, version)) is None:
        assert time.monotonic() < deadline, f"{stage.name} {version} did not end"
        time.sleep(0.1)
    return found


def outcome_of(stage: Stage, version: str) -> str | None:
    """All errors of a sync that ended; None while it runs."""
    step_functions = stage.aws.client("stepfunctions")
    with suppress(UnknownCommitError, step_functions.exceptions.ExecutionDoesNotExist):
        status = stage.aws.status(stage.name, version)
        if status["state"] == "waiting-approval":
            stage.aws.approve(stage.name, version)
            return None
        if status["state"] in ENDED:
            errors = [status.get("error"), *(target.get("error") for target in status["targets"])]
            return "; ".join(filter(None, errors))
        execution = step_functions.describe_execution(executionArn=execution_arn(stage, version))
        return str(execution["cause"]) if execution["status"] == "FAILED" else None
    return None


def first_failure_of(stage: Stage, version: str) -> str | None:
    """Of the execution itself, or of those of its targets."""
    step_functions = stage.aws.client("stepfunctions")
    with suppress(step_functions.exceptions.ExecutionDoesNotExist):
        whole = execution_arn(stage, version)
        runs = step_functions.list_map_runs(executionArn=whole)["mapRuns"]
        targets = [step_functions.list_executions(mapRunArn=run["mapRunArn"])["executions"] for run in runs]
        for arn in (whole, *(one["executionArn"] for found in targets for one in found)):
            history = step_functions.get_execution_history(executionArn=arn, maxResults=1000)["events"]
            failed = [event["taskFailedEventDetails"] for event in history if "taskFailedEventDetails" in event]
            if failed:
                return str(failed[0]["cause"])
    return None


def execution_arn(stage: Stage, version: str) -> str:
    machine = stage.aws.outputs["SyncStateMachine"].replace(":stateMachine:", ":execution:")
    return f"{machine}:{execution_name(Version(stage.name, version))}"


def admit(stage: Stage) -> str:
    """The upload is heard of; one try, where EventBridge would try again."""
    version = new_version()
    upload_in_silence(stage.aws, stage.name, version, stage.archive())
    return str(deliver(stage.aws, stage.name, version).get("errorMessage", ""))


def compare(stage: Stage) -> str:
    desired = {"account": MEMBER, "region": HOME_REGION}
    answer = invoke(stage.aws, "backup-apps-diff-target", {"bundle": stage.name, "desired": desired})
    return str(answer.get("errorMessage", ""))


def ask_why(stage: Stage) -> str:
    table = f"arn:aws:dynamodb:{HOME_REGION}:{MEMBER}:table/orders"
    return str(ask(stage.aws, stage.name, MEMBER, "resource", table).get("errorMessage", ""))


def seal(stage: Stage) -> str:
    answer = invoke(stage.aws, "backup-apps-checkpoint-ledger", {"bundle": stage.name})
    return str(answer.get("errorMessage", ""))


def detect(stage: Stage) -> str:
    answer = invoke(stage.aws, "backup-apps-detect-drift", region_event(MEMBER))
    return str(answer.get("errorMessage", ""))


def look_again(stage: Stage, function: str) -> str:
    place = {"bundle": stage.name, "account": MEMBER, "region": HOME_REGION}
    return str(invoke(stage.aws, f"backup-apps-{function}", place).get("errorMessage", ""))


def look(stage: Stage) -> str:
    return look_again(stage, "sweep-target")


def put_back(stage: Stage) -> str:
    return look_again(stage, "heal-target")


def list_targets(stage: Stage) -> str:
    return str(invoke(stage.aws, "backup-apps-sweep-targets", {}).get("errorMessage", ""))


def publish(stage: Stage) -> str:
    event = {"source": "aws.states", "detail": {"input": json.dumps({"bundle": stage.name})}}
    return str(invoke(stage.aws, "backup-apps-publish-page", event).get("errorMessage", ""))


def tell_all(stage: Stage) -> str:
    return str(invoke(stage.aws, "backup-apps-tell-findings", {}).get("errorMessage", ""))


def admit_what_was_lost(stage: Stage) -> str:
    return str(invoke(stage.aws, "backup-apps-sweep-uploads", hourly()).get("errorMessage", ""))


def nothing(stage: Stage) -> None:
    """The step itself is the first commit."""


def synced(stage: Stage) -> None:
    assert push(stage) == ""


def shared(stage: Stage) -> None:
    """Of two bundles in a target, one tells of what nobody manages there."""
    synced(stage)
    synced(Stage(stage.aws))


def longer(stage: Stage) -> None:
    synced(stage)
    stage.daily["rules"]["nightly"]["retention"]["delete"] = "40d"


def other_selection(stage: Stage) -> None:
    synced(stage)
    stage.daily["selections"]["tables"]["resources"] = ["arn:aws:dynamodb:*:*:table/changed-*"]


def unlocked(stage: Stage) -> None:
    stage.vault["lock"] = {"mode": "governance", "min": "7d"}
    synced(stage)
    del stage.vault["lock"]


def tagged(stage: Stage) -> None:
    synced(stage)
    stage.vault["tags"] = {"tier": "gold"}


def untagged(stage: Stage) -> None:
    stage.vault["tags"] = {"tier": "gold"}
    synced(stage)
    del stage.vault["tags"]


def renamed(stage: Stage) -> None:
    """Plan and vault give way to others."""
    synced(stage)
    stage.vault["name"] = f"{stage.name}-2"
    stage.spec["policy"]["plans"] = {"nightly": stage.daily}


def staged(stage: Stage) -> None:
    """By a canary for which nobody waits."""
    stage.spec["sync"] = {"canary": {"bake": "1m"}}


def with_policy(stage: Stage) -> None:
    stage.vault["accessPolicy"] = full_spec(stage.name)["policy"]["vaults"]["main"]["accessPolicy"]


def with_opt_ins(stage: Stage) -> None:
    """Turned anew in each case, since a setting that is as it should be is not written."""
    backup = stage.aws.client("backup", MEMBER)
    present = backup.describe_region_settings()["ResourceTypeOptInPreference"]["EFS"]
    stage.spec["policy"]["regionSettings"] = {"optIn": {"EFS": not present}}


def tested(stage: Stage) -> None:
    """AWS tests restores, of the type that the selection tells."""
    stage.spec["policy"]["verification"] = {"engine": "aws", "schedule": "cron(0 6 1 1 ? *)"}


def tested_less(stage: Stage) -> None:
    tested(stage)
    synced(stage)
    stage.spec["policy"]["verification"]["schedule"] = "cron(0 6 1 1 ? 2030)"


def tested_no_more(stage: Stage) -> None:
    tested(stage)
    synced(stage)
    del stage.spec["policy"]["verification"]


def broken(stage: Stage) -> None:
    stage.vault["name"] = ""


def taken(stage: Stage) -> None:
    """The sync fails, permissions or not."""
    stage.aws.client("backup", MEMBER).create_backup_vault(BackupVaultName=stage.name)
