"""Drift in the words of the policy language: what an app would have to say for it to be the desired state."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.drift.findings import Finding, Kind
from backup_apps.domain.imports.rules import copy_key, word_copy, word_retention, word_rule
from backup_apps.domain.imports.vaults import is_own_tag
from backup_apps.domain.imports.wording import days, literal, minutes
from backup_apps.domain.normal_form import lifecycle_of
from backup_apps.domain.policy import Policy, Retention, Rule, Vault
from backup_apps.domain.rendering import copy_destination, lifecycle, plan_name

Words = dict[str, Any]
"""A part of `policy`, as it would be written."""
_GONE = {"@@remove": True}


class NoWordsError(ValueError):
    """The language can't say it; the message says what."""


def words_of(finding: Finding, app: str, policy: Policy) -> Words:
    """What the app, with this effective policy, would write. Raises NoWordsError."""
    if finding.kind is Kind.RULE:
        return _rule(finding, app, policy)
    if finding.kind is Kind.LOCK:
        return {"vaults": {_vault_key(finding.resource, policy): {"lock": _lock(finding.live, finding.desired)}}}
    if finding.kind is Kind.VAULT and " tag " in finding.resource:
        vault, _, tag = finding.resource.partition(" tag ")
        return {"vaults": {_vault_key(vault, policy): {"tags": _tags({tag: finding.live})}}}
    if finding.kind is Kind.REGION_OPT_IN:
        kind, _, member = finding.resource.partition(" ")
        return {"regionSettings": {member or "optIn": {kind: finding.live}}}
    raise NoWordsError(f"a drift of the kind {finding.kind.value} is written into the bundle by hand")


def _rule(finding: Finding, app: str, policy: Policy) -> Words:
    name, _, key = finding.resource.rpartition("/")
    plan = next((one for one, plan in policy.plans.items() if plan_name(plan, app, one) == name), None)
    if plan is None or finding.live is None:
        raise NoWordsError(f"'{app}' has no such plan, or the rule is to go: edit it by hand")
    present = policy.plans[plan].rules.get(key)
    if finding.desired is None or present is None:
        said = _new_rule(finding.live, policy, finding.target)
    else:
        said = _changed_rule(finding, present, policy)
    return {"plans": {plan: {"rules": {key: said}}}}


def _new_rule(rule: Mapping[str, Any], policy: Policy, target: Target) -> Words:
    said, losses = word_rule(rule, target)
    if losses:
        raise NoWordsError("; ".join(losses))
    return {**said, "vault": _vault_key(str(said["vault"]), policy)}


def _changed_rule(finding: Finding, present: Rule, policy: Policy) -> Words:
    said: Words = {}
    for member in sorted({*finding.live, *finding.desired}):
        live, synced = finding.live.get(member), finding.desired.get(member)
        if member == "Lifecycle":
            said["retention"] = _retention(live or {}, present.retention)
        elif member == "CopyActions":
            said["copies"] = dict(_copies(live or (), present, finding.target))
        elif member == "RecoveryPointTags":
            said["tags"] = _tags({**dict.fromkeys(synced or (), None), **(live or {})}, synced or {})
        elif member == "TargetBackupVaultName":
            said["vault"] = _vault_key(str(live), policy)
        elif member in _SCALARS and live is not None:
            key, word = _SCALARS[member]
            said[key] = word(live)
        else:
            raise NoWordsError(f"the policy language has no words for {member}")
    return said


_SCALARS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "ScheduleExpression": ("schedule", literal),
    "ScheduleExpressionTimezone": ("timezone", literal),
    "StartWindowMinutes": ("startWindow", minutes),
    "CompletionWindowMinutes": ("completeWindow", minutes),
    "EnableContinuousBackup": ("continuous", bool),
}


def _retention(live: Mapping[str, Any], present: Retention) -> Words:
    """Only what is to be said otherwise."""
    said = word_retention(live)
    gone = [key for key in ("cold", "archiveWhenSupported") if key not in said]
    present_keys = {"cold": present.cold is not None, "archiveWhenSupported": bool(present.archive_when_supported)}
    before = word_retention(lifecycle_of(lifecycle(present)))
    changed = {key: value for key, value in said.items() if before.get(key) != value}
    return {**changed, **{key: _GONE for key in gone if present_keys[key]}}


def _copies(live: Any, present: Rule, target: Target) -> Iterator[tuple[str, Any]]:
    keys = {copy_destination(copy, target): key for key, copy in present.copies.items()}
    taken = set(present.copies)
    for copy in live:
        key = keys.pop(copy["DestinationBackupVaultArn"], None)
        if key is None:
            key = copy_key(copy, taken)
            taken.add(key)
            yield key, word_copy(copy, target)
        elif changed := _retention(copy.get("Lifecycle", {}), present.copies[key].retention):
            yield key, {"retention": changed}
    yield from ((key, _GONE) for key in keys.values())


def _tags(tags: Mapping[str, str | None], synced: Mapping[str, str] | None = None) -> Words:
    changed = {tag: value for tag, value in tags.items() if synced is None or synced.get(tag) != value}
    for tag in changed:
        if not is_own_tag(tag):
            raise NoWordsError(f"the tag {tag} is not the bundle's to write")
    return {tag: _GONE if value is None else literal(value) for tag, value in changed.items()}


def _lock(live: Any, synced: Any) -> Words:
    if not isinstance(live, Mapping) or "LockDate" in live or "ChangeableForDays" in (synced or {}):
        raise NoWordsError("AWS does not tell how long a compliance lock can be changed at first: write it by hand")
    bounds = {"min": "MinRetentionDays", "max": "MaxRetentionDays"}
    said = {key: days(live[member]) for key, member in bounds.items() if member in live}
    gone = {key: _GONE for key, member in bounds.items() if member in (synced or {}) and member not in live}
    return {**({} if synced else {"mode": "governance"}), **said, **gone}


def _vault_key(name: str, policy: Policy) -> str:
    found = next((key for key, vault in policy.vaults.items() if _is_named(vault, name)), None)
    if found is None:
        raise NoWordsError(f"no vault of the bundle is called {name}: declare it by hand")
    return found


def _is_named(vault: Vault, name: str) -> bool:
    return vault.name == name
