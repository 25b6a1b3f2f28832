"""Commands of AWS that mend what no policy file says: the first condition that failed, and nothing else."""

import json
import shlex
from collections.abc import Callable, Mapping
from typing import NamedTuple

from backup_apps.domain.drift.cover import Choice
from backup_apps.domain.why.checks import Name, Way
from backup_apps.domain.why.facts import GONE, MemberFacts
from backup_apps.domain.why.selection_checks import choice_in, unmet
from backup_apps.domain.why.trust import denying, with_trust, without

Words = tuple[str, ...]
_POLICIES = ("service-role/AWSBackupServiceRolePolicyForBackup", "AWSBackupServiceRolePolicyForS3Backup")
_WILD = "1"
"""What stands for `*` in a value that a pattern asks for."""


class Commands(NamedTuple):
    """To be run in the account and region of the resource, in this order."""

    words: tuple[Words, ...]

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(shlex.join(one) for one in self.words)


def commands_for(failed: Name, way: Way, facts: MemberFacts) -> Commands | None:
    """None where no command of AWS mends it, or where the policy files are to say it."""
    make = _MAKERS.get(failed)
    words = make(way, facts) if make else ()
    placed = tuple((*one, *_region(one, facts)) for one in words)
    return Commands(placed) if placed else None


def _region(words: Words, facts: MemberFacts) -> Words:
    return () if words[1] == "iam" else ("--region", facts.region)


def _tag(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    choice = choice_in(way, facts)
    return (_tagging(facts, *choice.any_tag[0]),) if choice.any_tag else ()


def _meet(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    """All conditions that do not hold, one after the other."""
    return tuple(_met(one, facts) for one in _unmet(choice_in(way, facts), facts))


def _unmet(choice: Choice, facts: MemberFacts) -> tuple[tuple[str, str, str], ...]:
    return tuple(one for one in choice.conditions if unmet(choice._replace(conditions=(one,)), facts))


def _met(condition: tuple[str, str, str], facts: MemberFacts) -> Words:
    operator, key, value = condition
    if operator in ("notEquals", "notLike") and key in (facts.tags or {}):
        arns = ("--resource-arn-list", facts.resource)
        return ("aws", "resourcegroupstaggingapi", "untag-resources", *arns, "--tag-keys", key)
    return _tagging(facts, key, value if operator == "equals" else value.replace("*", _WILD))


def _tagging(facts: MemberFacts, key: str, value: str) -> Words:
    tags = json.dumps({key: value})
    arns = ("--resource-arn-list", facts.resource)
    return ("aws", "resourcegroupstaggingapi", "tag-resources", *arns, "--tags", tags)


def _role(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    path, _, name = way.role.partition(":role/")[2].rpartition("/")
    partition = way.role.split(":")[1]
    placed = ("--path", f"/{path}/") if path else ()
    trust = json.dumps(with_trust(None))
    made = ("aws", "iam", "create-role", "--role-name", name, *placed, "--assume-role-policy-document", trust)
    policies = (f"arn:{partition}:iam::aws:policy/{one}" for one in _POLICIES)
    attach = ("aws", "iam", "attach-role-policy", "--role-name", name, "--policy-arn")
    return (made, *((*attach, one) for one in policies))


def _trust(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    role = facts.role(way.role)
    name = way.role.rpartition("/")[2]
    document = json.dumps(with_trust(role.trust if role else None))
    return (("aws", "iam", "update-assume-role-policy", "--role-name", name, "--policy-document", document),)


def _vault(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    tags = ("--backup-vault-tags", json.dumps({"backup-apps:bundle": way.plan.bundle})) if way.plan.bundle else ()
    return (("aws", "backup", "create-backup-vault", "--backup-vault-name", way.vault, *tags),)


def _key(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    vault = facts.vault(way.vault)
    if vault is None or vault.key_arn is None or vault.key_state == GONE:
        return ()
    named = ("--key-id", vault.key_arn.rpartition("/")[2])
    enable = ("aws", "kms", "enable-key", *named)
    if vault.key_state == "PendingDeletion":
        return (("aws", "kms", "cancel-key-deletion", *named), enable)
    return (enable,)


def _vault_policy(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    vault = facts.vault(way.vault)
    policy = (vault.policy if vault else None) or {}
    left = without(policy, denying(policy, way.role))
    named = ("--backup-vault-name", way.vault)
    if not left["Statement"]:
        return (("aws", "backup", "delete-backup-vault-access-policy", *named),)
    return (("aws", "backup", "put-backup-vault-access-policy", *named, "--policy", json.dumps(left)),)


def _versions(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    bucket = facts.resource.rpartition(":")[2]
    enabled = ("--versioning-configuration", "Status=Enabled")
    return (("aws", "s3api", "put-bucket-versioning", "--bucket", bucket, *enabled),)


def _again(way: Way, facts: MemberFacts) -> tuple[Words, ...]:
    where = ("--backup-vault-name", way.vault, "--resource-arn", facts.resource, "--iam-role-arn", way.role)
    days = way.rule.get("Lifecycle", {}).get("DeleteAfterDays")
    kept = ("--lifecycle", f"DeleteAfterDays={days}") if days is not None else ()
    return (("aws", "backup", "start-backup-job", *where, *kept),)


_MAKERS: Mapping[Name, Callable[[Way, MemberFacts], tuple[Words, ...]]] = {
    Name.SELECTED: _tag,
    Name.CONDITIONS: _meet,
    Name.ROLE: _role,
    Name.TRUST: _trust,
    Name.VAULT: _vault,
    Name.KEY: _key,
    Name.VAULT_POLICY: _vault_policy,
    Name.VERSIONING: _versions,
    Name.LAST_JOB: _again,
}
