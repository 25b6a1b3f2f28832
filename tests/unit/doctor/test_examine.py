"""What bundles ask for, and how it is gathered: what can't be read is written down as unknown."""

from typing import Any

import pytest

from backup_apps.domain.desired import DesiredState, Target
from backup_apps.domain.doctor.asked import Asked, AskedCopy, AskedKey, AskedType, asked_of
from backup_apps.domain.doctor.facts import Refused, Unknown
from backup_apps.domain.errors import AccessDeniedError, AwsError
from backup_apps.domain.guardrails.governance import governance_of
from backup_apps.offline_wiring import resolve_documents
from backup_apps.usecases.examine import Examined, examine
from doctor.healthy import HERE, HUB, OTHER, THERE

KEY = "arn:aws:kms:${region}:${account}:alias/acme"
ROOT: dict[str, Any] = {
    "targets": {"accounts": [HERE.account], "regions": [HERE.region]},
    "policy": {
        "role": "arn:aws:iam::${account}:role/service/acme-backup",
        "vaults": {"main": {"name": "main", "kmsKey": KEY}, "second": {"name": "second", "kmsKey": KEY}},
        "plans": {
            "daily": {
                "rules": {
                    "nightly": {
                        "vault": "main",
                        "schedule": "cron(0 3 * * ? *)",
                        "retention": {"delete": "35d"},
                        "copies": {
                            "dr": {
                                "to": {
                                    "account": OTHER,
                                    "region": "eu-central-1",
                                    "vault": "copies",
                                    "external": True,
                                },
                                "retention": {"delete": "90d"},
                            },
                            "near": {"to": {"vault": "second"}, "retention": {"delete": "90d"}},
                        },
                    }
                },
                "selections": {
                    "named": {
                        "resources": [
                            "arn:aws:s3:::invoices",
                            "arn:aws:s3:::logs-*",
                            "arn:aws:dynamodb:*:*:table/one",
                            "arn:aws:rds:*:*:cluster:shop",
                        ]
                    },
                    "tagged": {"anyTag": {"backup": ["yes"]}},
                },
            }
        },
        "verification": {
            "schedule": "cron(0 6 ? * MON *)",
            "sandbox": {"account": OTHER, "region": "eu-central-1", "vault": "sandbox", "subnetGroup": "net"},
        },
    },
    "guardrails": {"encryption": {"rotation": True}},
}


def asked(spec: dict[str, Any] = ROOT, only: tuple[Target, ...] = ()) -> Asked:
    document = {"apiVersion": "backup-apps/v1", "kind": "BackupApp", "metadata": {"name": "acme"}, "spec": spec}
    resolution = resolve_documents({"app.yaml": document})
    assert resolution.state is not None, resolution.errors
    return asked_of([(resolution.state, governance_of(resolution))], only)


def test_what_a_bundle_asks_for_is_read_from_what_it_renders() -> None:
    found = asked()
    key = f"arn:aws:kms:eu-west-1:{HERE.account}:alias/acme"

    assert found.targets == (HERE,)
    assert [(one.account, one.name) for one in found.roles] == [(HERE.account, "acme-backup")]
    assert found.keys == (AskedKey(HERE, key, ("main", "second"), rotates=True),)
    near = f"arn:aws:backup:eu-west-1:{HERE.account}:backup-vault:second"
    far = f"arn:aws:backup:eu-central-1:{OTHER}:backup-vault:copies"
    assert set(found.copies) == {AskedCopy(HERE, "main", key, near, is_ours=True), AskedCopy(HERE, "main", key, far)}
    assert found.types == (AskedType(HERE, "Aurora"), AskedType(HERE, "S3")), "a table that is named needs no opt-in"
    assert [one.name for one in found.buckets] == ["invoices"]
    assert [(one.place, one.vault, one.networks) for one in found.sandboxes] == [
        (THERE, f"arn:aws:backup:eu-central-1:{OTHER}:backup-vault:sandbox", ("net",))
    ]
    assert found.testing_roles == ()


def test_types_that_the_bundle_opts_in_itself_are_the_syncs_business() -> None:
    opted = {**ROOT, "policy": {**ROOT["policy"], "regionSettings": {"optIn": {"S3": True, "Aurora": True}}}}

    assert asked(opted).types == ()


def test_targets_that_are_named_are_the_only_ones() -> None:
    elsewhere = Target("333333333333", "us-east-1")

    found = asked(only=(elsewhere,))

    assert (found.targets, found.roles, found.sandboxes) == ((elsewhere,), (), ())


def test_a_schedule_is_what_makes_a_sandbox_needed() -> None:
    verification = {key: value for key, value in ROOT["policy"]["verification"].items() if key != "schedule"}

    assert asked({**ROOT, "policy": {**ROOT["policy"], "verification": verification}}).sandboxes == ()


class Denying:
    """Says no to everything but where it is."""

    def place(self) -> Target:
        return Target(HUB, "eu-west-1")

    def __getattr__(self, name: str) -> Any:
        def deny(*_: Any) -> Any:
            raise AccessDeniedError(name, "AccessDenied", "no")

        return deny


def shut(target: Target) -> Any:
    raise AwsError("GetCallerIdentity", "OtherAccount", f"not of {target.account}")


@pytest.mark.parametrize("enter", [shut, lambda target: Denying()], ids=["shut", "denied"])
def test_what_can_not_be_read_is_unknown(enter: Any) -> None:
    def diff(bundle: str, desired: Any) -> Any:
        raise AwsError("DiffTarget", "UnreachableError", "AssumeRole: AccessDenied")

    found = examine(Examined(asked(), Denying(), {}, enter, diff, {"plans": 1, "vaults": 1}))  # type: ignore[arg-type]

    here = found.targets[HERE]
    assert here.hub_reads == Refused("AssumeRole: AccessDenied")
    assert all(isinstance(known, Unknown) for known in (here.trails, here.rule, here.opted_in, here.plans))
    assert all(isinstance(known, Unknown) for known in (*here.keys.values(), *here.buckets.values()))
    assert all(isinstance(known, Unknown) for known in found.targets[THERE].networks.values())
    assert all(isinstance(known, Unknown) for one in found.accounts.values() for known in one.roles.values())
    assert all(isinstance(known, Unknown) for known in found.vaults.values())
    assert isinstance(found.hub.trust_policy, Unknown)
    assert isinstance(found.hub.cross_account, Unknown)


def test_that_the_hubs_function_can_not_be_asked_is_no_fault_of_the_role() -> None:
    def diff(bundle: str, desired: Any) -> Any:
        raise AccessDeniedError("Invoke", "AccessDeniedException", "you may not")

    found = examine(Examined(asked(), Denying(), {}, shut, diff, {}))  # type: ignore[arg-type]

    assert isinstance(found.targets[HERE].hub_reads, Unknown)


def test_nothing_is_asked_of_an_empty_hub() -> None:
    assert asked_of([(DesiredState(bundle="none"), governance_of(resolve_documents({})))]) == Asked()
