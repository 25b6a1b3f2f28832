"""All that a deployment does in its life, so that each permission of it is used."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from backup_apps.domain.changes import change_set_from
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import State as FindingState
from backup_apps.domain.errors import NotApprovedError
from backup_apps.domain.protection.whole import digest_of_target
from backup_apps.domain.state_documents import changes_key, plan_versions_key
from backup_apps.offline_wiring import resolve_source
from backup_apps_local.clients import table
from backup_apps_local.world import HOME_REGION, HUB, MEMBER_ACCOUNTS

from .bundles import canary_and_window, full_spec, new_version, opens_in, small_spec, written
from .conftest import LocalAws
from .default_role import default_role
from .drift import Site, back_up, shorten, sweep, without_events
from .eventbridge import deliver, fail, forward_an_event, hourly, invoke, upload_in_silence
from .life_of_restores import restore
from .organization import asking, unit_of
from .waiting import within

MEMBER, OTHER = MEMBER_ACCOUNTS


class Story:
    """All that a deployment does in its life, in the home region of both accounts."""

    def __init__(self, aws: LocalAws, folder: Path) -> None:
        self.aws = aws
        self.name = f"life-{new_version()}"
        self.spec = full_spec(self.name)
        self.archive = folder / "bundle.zip"

    def play(self) -> None:
        fail(self.aws, "admit-bundle", {"detail": {}})
        fail(self.aws, "sweep-uploads", {})
        fail(self.aws, "publish-page", {})
        forward_an_event(self.aws)
        waiting, baking = self.wait_for_a_window(), self.bake()
        self.daily["selections"]["tagged"]["role"] = default_role(self.aws)
        self.push("synced")
        self.push("synced")
        self.hear_again()
        self.compare()
        self.change()
        self.push("synced")
        self.tag_by_hand()
        self.push("synced")
        self.change_before_the_sync()
        self.push("synced")
        self.decide()
        self.compare()
        assert invoke(self.aws, "backup-apps-checkpoint-ledger", {"bundle": self.name})["reason"] == "export"
        self.take_away()
        self.push("synced")
        self.fail()
        self.reject()
        self.lose_an_event()
        self.ask_the_organization()
        self.leave(baking)
        self.drift()
        restore(self.aws)
        assert self.aws.wait(*waiting, timeout=300)["state"] == "partly-failed"

    def push(self, state: str) -> None:
        self.archive.write_bytes(written(self.name, self.spec))
        self.version = new_version()
        status = self.aws.push(self.name, self.version, self.archive.read_bytes())
        assert status["state"] == state, status

    def hear_again(self) -> None:
        """The event of the upload comes again, when it seems that the sync was never started."""
        records, version = self.aws.records(), Version(self.name, self.version)
        records.set_state(version, State.PLANNED)
        assert deliver(self.aws, self.name, self.version)["state"] == "planned"
        records.set_state(version, State.SYNCED)

    def compare(self) -> None:
        """As `backup-apps diff` does."""
        state = resolve_source(self.archive).state
        assert state is not None
        for desired in state.targets:
            event = {"bundle": self.name, "desired": desired.to_json()}
            assert "changes" in invoke(self.aws, "backup-apps-diff-target", event)

    @property
    def daily(self) -> Any:
        return self.spec["policy"]["plans"]["daily"]

    @property
    def vault(self) -> Any:
        return self.spec["policy"]["vaults"]["main"]

    def change(self) -> None:
        """A rule, a selection, tags; lock, access policy and notifications go, opt-ins turn."""
        self.daily["rules"]["nightly"]["retention"] = {"delete": "40d"}
        self.daily["selections"]["tables"]["resources"] = ["arn:aws:dynamodb:*:*:table/changed-*"]
        self.vault["tags"] = {"tier": "silver"}
        for part in ("lock", "accessPolicy", "notifications"):
            del self.vault[part]
        self.spec["policy"]["regionSettings"]["optIn"]["EFS"] = True
        tests = self.spec["policy"]["verification"]
        tests["schedule"], tests["types"] = "cron(0 7 1 1 ? *)", {"EBS": {"volumeType": "gp3"}, "S3": {}}

    def tag_by_hand(self) -> None:
        for account in MEMBER_ACCOUNTS:
            tags = {"by": "hand", "backup-apps:app": "somebody-else"}
            for arn in (self.plan(account)["BackupPlanArn"], self.test(account)["RestoreTestingPlanArn"]):
                self.aws.client("backup", account).tag_resource(ResourceArn=arn, Tags=tags)

    def change_before_the_sync(self) -> None:
        """Somebody changes a plan in the console, after it was planned and before it is synced.

        Drift detection, which would read the plan for everybody, hears nothing of it.
        """
        with without_events(self.aws):
            self.aws.rest()
            for account in MEMBER_ACCOUNTS:
                self.change_in(account)

    def change_in(self, account: str) -> None:
        backup, plan = self.aws.client("backup", account), self.plan(account)
        rule = {"RuleName": "by-hand", "TargetBackupVaultName": self.vault["name"]}
        changed = {"BackupPlanName": plan["BackupPlanName"], "Rules": [rule]}
        backup.update_backup_plan(BackupPlanId=plan["BackupPlanId"], BackupPlan=changed)
        event = {"bundle": self.name, "version": self.version, "account": account, "region": HOME_REGION}
        event["digest"] = self.planned(account)
        self.forget_versions(account)
        answer = invoke(self.aws, "backup-apps-sync-target", event)
        assert answer["errorType"] == "MovedError"
        assert "live state changed since it was planned" in answer["errorMessage"]

    def forget_versions(self, account: str) -> None:
        """As if nobody had read the plans yet: drift detection may have been late with what it heard before."""
        key = plan_versions_key(self.name, Target(account, HOME_REGION))
        self.aws.client("s3").delete_object(Bucket=self.aws.outputs["StateBucket"], Key=key)

    def planned(self, account: str) -> str:
        """The digest of what was planned, as the state machine hands it on."""
        s3, key = self.aws.client("s3"), changes_key(Version(self.name, self.version), Target(account, HOME_REGION))
        stored = s3.get_object(Bucket=self.aws.outputs["StateBucket"], Key=key)["Body"].read()
        return digest_of_target(change_set_from(json.loads(stored)))

    def decide(self) -> None:
        """Waiting versions are rejected, superseded, asked for again and decided on by strangers."""
        self.daily["rules"]["nightly"]["retention"] = {"delete": "30d"}
        self.upload("waiting-approval")
        asked = Version(self.name, self.version)
        digest = self.aws.desk("carol").show(asked)["digest"]
        self.lag_behind()
        with pytest.raises(NotApprovedError):
            self.aws.desk("alice").decide(asked, "approve", digest, None)
        self.aws.desk("carol").decide(asked, "reject", digest, "not so short")
        self.end("rejected")
        self.upload("waiting-approval")
        waiting = self.version
        digest_of_waiting = self.aws.desk("carol").show(Version(self.name, waiting))["digest"]
        self.daily["rules"]["nightly"]["retention"] = {"delete": "90d"}
        self.push("synced")
        self.version = waiting
        self.end("superseded")
        again = {"class": "weakens", "digest": digest_of_waiting, "token": "of another try", "seconds": 3600}
        asked_again = {"bundle": self.name, "version": waiting, **again}
        assert invoke(self.aws, "backup-apps-request-approval", asked_again) == {"standing": "superseded"}

    def lag_behind(self) -> None:
        """As if who recorded last was killed before the archive had it: who records next has to read it."""
        key = {"pk": f"LEDGER#{self.name}", "sk": "ARCHIVED"}
        state = table(self.aws.endpoint, self.aws.outputs["StateTable"], HUB)
        state.update_item(
            Key=key,
            UpdateExpression="ADD #s :less",
            ExpressionAttributeNames={"#s": "sequence"},
            ExpressionAttributeValues={":less": -1},
        )

    def upload(self, state: str) -> None:
        self.archive.write_bytes(written(self.name, self.spec))
        self.version = new_version()
        self.aws.upload(self.name, self.version, self.archive.read_bytes())
        self.end(state)

    def end(self, state: str) -> None:
        deadline = time.monotonic() + 60
        while (status := self.aws.wait(self.name, self.version))["state"] != state:
            assert time.monotonic() < deadline, status
            time.sleep(0.1)

    def plan(self, account: str) -> dict[str, Any]:
        plans = self.aws.client("backup", account).list_backup_plans()["BackupPlansList"]
        (found,) = (one for one in plans if one["BackupPlanName"] == f"{self.name}-daily")
        return dict(found)

    def test(self, account: str) -> dict[str, Any]:
        found = self.aws.client("backup", account).list_restore_testing_plans()["RestoreTestingPlans"]
        name = self.name.replace("-", "_")
        return dict(next(one for one in found if one["RestoreTestingPlanName"] == name))

    def take_away(self) -> None:
        """Everything in one account; in the other a plan and a vault give way to others, and no restore is tested."""
        del self.spec["policy"]["verification"]
        self.spec["targets"]["accounts"] = [MEMBER]
        self.spec["policy"]["plans"] = {"nightly": self.daily}
        self.vault["name"] = f"{self.name}-2"

    def fail(self) -> None:
        """A vault of somebody else's has the name."""
        taken = self.vault["name"] = f"{self.name}-taken"
        self.aws.client("backup", MEMBER).create_backup_vault(BackupVaultName=taken)
        self.push("failed")

    def reject(self) -> None:
        self.vault["name"] = ""
        self.push("rejected")

    def lose_an_event(self) -> None:
        """The hourly look has the upload admitted."""
        self.vault["name"] = f"{self.name}-2"
        self.archive.write_bytes(written(self.name, self.spec))
        self.version = new_version()
        upload_in_silence(self.aws, self.name, self.version, self.archive.read_bytes())
        key = Version(self.name, self.version).key
        assert key in invoke(self.aws, "backup-apps-sweep-uploads", hourly())["uploads"]
        self.end("synced")

    def ask_the_organization(self) -> None:
        """For a name, for everybody with a tag, below the root and anywhere; then for a unit that an account left."""
        name = f"{self.name}-asks"
        with unit_of(self.aws, *MEMBER_ACCOUNTS) as unit:
            unit.client.tag_resource(ResourceId=MEMBER, Tags=[{"Key": "story", "Value": name}])
            tag = {"tag": {"story": name}}
            narrow = [{"ou": unit.name, **tag}, {"ou": unit.root, "tag": {"story": "none"}}, {"tag": {"story": "none"}}]
            for version, generators in ((new_version(), narrow), (new_version(), [{"ou": unit.id}])):
                assert self.aws.push(name, version, asking(name, *generators))["state"] == "synced"
            unit.give_back(OTHER)
            assert self.aws.push(name, new_version(), asking(name, {"ou": unit.id}))["state"] == "synced"

    def wait_for_a_window(self) -> Version:
        """A canary that fails is told of while another app waits for its window; that version goes on by itself."""
        name, version = f"{self.name}-waits", new_version()
        self.aws.client("backup", MEMBER).create_backup_vault(BackupVaultName=name)
        _, window = opens_in(timedelta(minutes=3))
        self.aws.upload(name, version, canary_and_window(name, MEMBER, OTHER, window))
        within(60, lambda: self.is_told_of_canaries(name), self.aws)
        within(60, lambda: "for a window of 'later'" in json.dumps(self.aws.status(name, version)), self.aws)
        return Version(name, version)

    def bake(self) -> Version:
        """A canary, and what goes after it."""
        self.staged = small_spec(f"{self.name}-staged", MEMBER_ACCOUNTS)
        self.staged["sync"] = {"canary": {"accounts": [MEMBER], "bake": "1m"}}
        version = Version(f"{self.name}-staged", new_version())
        self.aws.upload(*version, written(version.bundle, self.staged))
        return version

    def leave(self, baked: Version) -> None:
        """What a staged bundle leaves is asked for its windows."""
        assert self.aws.wait(*baked)["state"] == "synced"
        self.staged["targets"]["accounts"] = [MEMBER]
        pushed = self.aws.push(baked.bundle, new_version(), written(baked.bundle, self.staged))
        assert pushed["state"] == "synced"

    def is_told_of_canaries(self, name: str) -> bool:
        told = [json.loads(one["Message"]) for one in self.aws.inbox.messages()]
        return any(one["type"] == "canaries-not-well" and one["bundle"] == name for one in told)

    def drift(self) -> None:
        """Found by hand, by the sweep and by events, and put back in both accounts, until it is too often."""
        sites = [Site(self.aws, f"{self.name}-drift", {}, account) for account in MEMBER_ACCOUNTS]
        spec = small_spec(sites[0].name, MEMBER_ACCOUNTS) | {"selfHeal": True}
        assert self.aws.push(sites[0].name, new_version(), written(sites[0].name, spec))["state"] == "synced"
        for site in sites:
            back_up(site)
        with without_events(self.aws):
            for times, first in enumerate(sites, start=1):
                self.heal(sites, times, partial(self.look_at_all, first))
        self.heal(sites, 3)
        for site in sites:
            shorten(site)
        within(60, lambda: {one.account for one in sites[0].findings() if one.stopped} == {*MEMBER_ACCOUNTS}, self.aws)
        broken = {"detail": {"eventSource": "backup.amazonaws.com", "eventName": "UpdateBackupPlan"}}
        for function in ("detect-drift", "heal-target"):
            fail(self.aws, function, broken)

    def look_at_all(self, first: Site) -> None:
        """What the look at one tells, the end of the sweep tells no more: then only of the other."""
        first.sweep()
        sweep(self.aws)

    def heal(self, sites: list[Site], times: int, look: Callable[[], Any] = lambda: None) -> None:
        for site in sites:
            shorten(site)
        look()
        accounts = {site.account for site in sites}

        def all_healed() -> bool:
            healed = [one for one in sites[0].findings(FindingState.HEALED) if len(one.heals) == times]
            return {one.account for one in healed} >= accounts

        within(60, all_healed, self.aws)
