"""Two accounts in which nothing is wrong; cases change one fact of it."""

from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.doctor.asked import (
    Asked,
    AskedBucket,
    AskedCopy,
    AskedKey,
    AskedRole,
    AskedSandbox,
    AskedType,
)
from backup_apps.domain.doctor.deployment import ASSUMED_BY, ASSUMED_BY_AWS, FORWARDED, OUTPUTS
from backup_apps.domain.doctor.facts import (
    AccountFacts,
    Examination,
    HubFacts,
    Keeping,
    Key,
    Role,
    Rule,
    Subscription,
    TargetFacts,
    Trail,
    Vault,
)

HUB, OTHER = "999999999999", "222222222222"
HERE, THERE = Target("111111111111", "eu-west-1"), Target(OTHER, "eu-central-1")
KEY = f"arn:aws:kms:eu-west-1:{HERE.account}:alias/acme"
VAULT, SANDBOX = (f"arn:aws:backup:eu-central-1:{OTHER}:backup-vault:{name}" for name in ("copies", "sandbox"))
BACKUP_ROLE, TEST_ROLE = "acme-backup", "backup-apps-restore-tests"
SSO = f"arn:aws:iam::{HUB}:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Approvers_*"
RULE = '{"claims": {"repository": ["acme/backup"]}, "bundles": ["acme"], "apps": ["*"], "vaults": ["*"]}'

ASKED = Asked(
    targets=(HERE,),
    roles=(AskedRole(HERE.account, BACKUP_ROLE, f"arn:aws:iam::{HERE.account}:role/{BACKUP_ROLE}"),),
    testing_roles=(AskedRole(HERE.account, TEST_ROLE, f"arn:aws:iam::{HERE.account}:role/{TEST_ROLE}"),),
    keys=(AskedKey(HERE, KEY, ("main",), rotates=True),),
    copies=(AskedCopy(HERE, "main", KEY, VAULT),),
    types=(AskedType(HERE, "DynamoDB"),),
    buckets=(AskedBucket(HERE, "invoices"),),
    sandboxes=(
        AskedSandbox(
            "shop",
            HERE,
            {"account": OTHER, "region": THERE.region, "vault": "sandbox", "subnetGroup": "rehearsals"},
        ),
    ),
    organization=True,
)


def allow(principal: Any, action: Any = "sts:AssumeRole", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*", **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trusting_hub(name: str, **more: Any) -> Role:
    functions = [f"arn:aws:iam::{HUB}:role/backup-apps-{function}" for function in ASSUMED_BY[name]]
    condition = {"StringEquals": {"sts:ExternalId": "a secret"}}
    return Role(name, policy(allow({"AWS": functions}, **{"Condition": condition, **more})))


def trusting(*services: str) -> Role:
    return Role("", policy(allow({"Service": list(services)})))


def key_policy(*accounts: str, **more: Any) -> dict[str, Any]:
    return policy(allow({"AWS": [f"arn:aws:iam::{one}:root" for one in accounts]}, "kms:*", **more))


def vault_policy(account: str, **more: Any) -> dict[str, Any]:
    return policy(allow({"AWS": f"arn:aws:iam::{account}:root"}, "backup:CopyIntoBackupVault", **more))


ROLES = {
    **{name: trusting_hub(name) for name in ASSUMED_BY},
    **{name: trusting(service) for name, service in ASSUMED_BY_AWS.items()},
    BACKUP_ROLE: trusting("backup.amazonaws.com"),
    TEST_ROLE: trusting("backup.amazonaws.com", "restore-testing.backup.amazonaws.com"),
}
GOOD_KEY = Key("arn:key", "Enabled", True, True, key_policy(HERE.account, OTHER))
TRAIL = Trail("arn:trail", True, True, True)

HUB_FACTS = HubFacts(
    place=Target(HUB, "eu-west-1"),
    name="backup-apps",
    outputs={**dict.fromkeys(OUTPUTS, "there"), "EventBus": "arn:bus"},
    trust_policy=f'{{"issuers": [{{"issuer": "https://token.example", "rules": [{RULE}]}}]}}',
    approval_policy=f'{{"approverRoles": ["{SSO}"]}}',
    subscriptions=(Subscription("email", False), Subscription("https", True)),
    state_bucket=Keeping(True, True),
    bus_policy=policy(
        allow(
            {"AWS": [HERE.account]},
            "events:PutEvents",
            Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/backup-apps-events"}},
        )
    ),
    ledger_key="Enabled",
    organization=True,
    cross_account=True,
    quotas={"plans": 300, "vaults": 300},
)
TARGET_FACTS = TargetFacts(
    hub_reads=None,
    trails=(TRAIL,),
    rule=Rule(True, FORWARDED, ("arn:bus",)),
    opted_in={"DynamoDB": True},
    plans=12,
    vaults=3,
    keys={KEY: GOOD_KEY},
    buckets={"invoices": True},
    networks={"rehearsals": True},
)
HEALTHY = Examination(
    asked=ASKED,
    hub=HUB_FACTS,
    accounts={HERE.account: AccountFacts(ROLES, (f"arn:aws:iam::*:role/{BACKUP_ROLE}",))},
    targets={HERE: TARGET_FACTS, THERE: TARGET_FACTS},
    vaults={VAULT: Vault(True, vault_policy(HERE.account)), SANDBOX: Vault(False, vault_policy(HERE.account))},
)


def hub(**changed: Any) -> Examination:
    return HEALTHY._replace(hub=HUB_FACTS._replace(**changed))


def target(**changed: Any) -> Examination:
    return HEALTHY._replace(targets={HERE: TARGET_FACTS._replace(**changed), THERE: TARGET_FACTS})


def sandbox_network(known: Any) -> Examination:
    facts = TARGET_FACTS._replace(networks={"rehearsals": known})
    return HEALTHY._replace(targets={HERE: TARGET_FACTS, THERE: facts})


def role(name: str, found: Any) -> Examination:
    return HEALTHY._replace(
        accounts={HERE.account: HEALTHY.accounts[HERE.account]._replace(roles=ROLES | {name: found})}
    )


def passable(found: Any) -> Examination:
    return HEALTHY._replace(accounts={HERE.account: HEALTHY.accounts[HERE.account]._replace(passable=found)})


def key(found: Any) -> Examination:
    return target(keys={KEY: found})


def vault(arn: str, found: Any) -> Examination:
    return HEALTHY._replace(vaults={**HEALTHY.vaults, arn: found})
