"""The hub: its stack, who may commit and approve, who is told, and what keeps the ledger."""

from collections.abc import Iterator

from backup_apps.domain.approvals.policy import PolicyError, read_approval_policy
from backup_apps.domain.doctor.check import About, Checked, about, numbered
from backup_apps.domain.doctor.deployment import OUTPUTS
from backup_apps.domain.doctor.facts import Examination, Policy, Unknown
from backup_apps.domain.doctor.trust import lets_account
from backup_apps.domain.provenance.refusal import Refusal
from backup_apps.domain.provenance.trust import read_trust_policy

DEPLOY = 'make deploy PARAMETERS="{}"   (every parameter that is not named keeps its value)'


@numbered("D101", "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html")
def stack_is_of_this_release(examined: Examination) -> Iterator[Checked]:
    hub = examined.hub
    here, missing = about(f"stack of the hub {hub.name}", hub.place), sorted(set(OUTPUTS) - hub.outputs.keys())
    if missing:
        message = f"the stack has no output {', '.join(missing)}: it is of an earlier release than this command line"
        yield here.failed(message, "make deploy")
    else:
        yield here.ok("it has all outputs of this release")


@numbered("D102", "docs/provenance.md")
def somebody_may_commit(examined: Examination) -> Iterator[Checked]:
    hub = examined.hub
    here, text = about(f"parameter /{hub.name}/trust-policy", hub.place), hub.trust_policy
    if isinstance(text, Unknown):
        yield here.unknown(text, _reading(f"ssm:GetParameter on /{hub.name}/trust-policy"))
        return
    policy = read_trust_policy(text)
    if isinstance(policy, Refusal):
        yield here.failed("; ".join(policy.reasons), DEPLOY.format("TrustPolicy='…'") + ": docs/provenance.md")
    else:
        yield here.ok(f"bundles are believed of {', '.join(sorted(one.issuer for one in policy.issuers))}")


@numbered("D103", "docs/approval.md")
def somebody_may_approve(examined: Examination) -> Iterator[Checked]:
    hub, cure = examined.hub, DEPLOY.format("ApprovalPolicy='…'") + ": docs/approval.md"
    here = about(f"parameter /{hub.name}/approval-policy", hub.place)
    if isinstance(hub.approval_policy, Unknown):
        yield here.unknown(hub.approval_policy, _reading(f"ssm:GetParameter on /{hub.name}/approval-policy"))
        return
    try:
        policy = read_approval_policy(hub.approval_policy)
    except PolicyError as error:
        yield here.failed(f"the approval policy is wrong: {error}", cure)
        return
    if policy.approver_roles:
        yield here.ok(f"{', '.join(policy.approver_roles)} may approve")
    else:
        yield here.failed("nobody may approve: changes that weaken protection wait in vain", cure)


@numbered("D104", "https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html")
def somebody_is_told(examined: Examination) -> Iterator[Checked]:
    hub, topic = examined.hub, examined.hub.outputs.get("AlertTopic", "")
    here = about(f"topic {topic}", hub.place)
    if isinstance(hub.subscriptions, Unknown):
        yield here.unknown(hub.subscriptions, _reading(f"sns:ListSubscriptionsByTopic on {topic}"))
    elif any(one.confirmed for one in hub.subscriptions):
        count = sum(one.confirmed for one in hub.subscriptions)
        yield here.ok(f"{count} confirmed subscription{'s' if count > 1 else ''}")
    elif hub.subscriptions:
        waiting = ", ".join(one.protocol for one in hub.subscriptions)
        message = f"alerts reach nobody: {waiting} was subscribed and not confirmed"
        yield here.failed(message, "open the link in AWS's message 'Subscription Confirmation'; it is valid for 3 days")
    else:
        cure = f"aws sns subscribe --topic-arn {topic} --protocol email --notification-endpoint oncall@example.com"
        yield here.failed("the topic has no subscription: alerts reach nobody", cure)


@numbered("D105", "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html")
def ledger_can_be_held(examined: Examination) -> Iterator[Checked]:
    hub, bucket = examined.hub, examined.hub.outputs.get("StateBucket", "")
    here = about(f"bucket {bucket}", hub.place)
    if isinstance(hub.state_bucket, Unknown):
        yield here.unknown(hub.state_bucket, _reading(f"s3:GetBucketObjectLockConfiguration on {bucket}"))
    elif hub.state_bucket.locked and hub.state_bucket.versioned:
        yield here.ok("versioned, with Object Lock: the ledger is held")
    else:
        on = "--object-lock-configuration ObjectLockEnabled=Enabled"
        yield here.failed(
            "Object Lock is off: what is written of the ledger can be deleted",
            f"aws s3api put-object-lock-configuration --bucket {bucket} {on}",
        )


@numbered("D106", "https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html")
def ledger_can_be_signed(examined: Examination) -> Iterator[Checked]:
    hub, key = examined.hub, examined.hub.outputs.get("LedgerKey", "")
    here = about(f"key {key}", hub.place)
    if isinstance(hub.ledger_key, Unknown):
        yield here.unknown(hub.ledger_key, _reading(f"kms:DescribeKey on {key}"))
    elif hub.ledger_key == "Enabled":
        yield here.ok("it can sign checkpoints of the ledger")
    else:
        yield here.failed(f"the key is {hub.ledger_key}: no checkpoint can be signed", way_back(hub.ledger_key, key))


@numbered("D107", "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html")
def members_may_report(examined: Examination) -> Iterator[Checked]:
    hub = examined.hub
    for account in examined.asked.accounts:
        here = About(f"event bus of the hub {hub.name}", account)
        if isinstance(hub.bus_policy, Unknown):
            yield here.unknown(hub.bus_policy, _reading("events:DescribeEventBus"))
            continue
        lets = lets_account(_whoever(hub.bus_policy), account, "events:PutEvents")
        if lets:
            yield here.ok("its events are let in")
        else:
            message = f"the bus does not let {account} put events: drift there is found by the sweep alone"
            yield here.failed(message, DEPLOY.format(f"MemberAccounts=…,{account}"))


def way_back(state: str, key: str) -> str:
    """From a state of a key in which nothing can be encrypted."""
    if state == "PendingDeletion":
        return f"aws kms cancel-key-deletion --key-id {key}, then aws kms enable-key --key-id {key}"
    return f"aws kms enable-key --key-id {key}"


def _whoever(policy: Policy) -> Policy:
    """The policy without the one condition of the hub's own: by which role of the account."""
    bare = [{k: v for k, v in one.items() if k != "Condition"} for one in policy.get("Statement", ())]
    return {**policy, "Statement": bare}


def _reading(action: str) -> str:
    return f"run it as somebody who may {action}"


HUB = (
    stack_is_of_this_release,
    somebody_may_commit,
    somebody_may_approve,
    somebody_is_told,
    ledger_can_be_held,
    ledger_can_be_signed,
    members_may_report,
)
