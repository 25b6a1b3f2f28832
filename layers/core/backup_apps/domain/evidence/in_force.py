"""Facts from what is in force: rules, copies, locks, keys, and whether live state is known to be otherwise."""

from collections.abc import Iterator

from backup_apps.domain.commits import State
from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Kind
from backup_apps.domain.evidence.facts import Evidence, Fact
from backup_apps.domain.ledger.entries import Kind as EntryKind
from backup_apps.domain.protection.governance import LeafGovernance

_DAY = 1440
"""Minutes, in which guardrails have their times."""
_AWS_KEY = "alias/aws/"


def targets_synced(evidence: Evidence) -> Iterator[Fact]:
    syncs = {
        f"{one.facts['account']}/{one.facts['region']}": one
        for one in evidence.entries
        if one.kind == EntryKind.SYNC and one.version == evidence.version
    }
    for outcome in sorted(evidence.outcomes, key=lambda one: one.target):
        said = f"version {evidence.version}: {outcome.state.value}" + (f": {outcome.error}" if outcome.error else "")
        entry = syncs.get(str(outcome.target))
        yield Fact(str(outcome.target), said, outcome.state is State.SYNCED, evidence.now, entry)


def no_weakening_drift(evidence: Evidence) -> Iterator[Fact]:
    for target in evidence.desired:
        weakening = [
            one for one in evidence.findings if one.target == target.target and one.direction is Direction.WEAKENS
        ]
        for one in weakening:
            accepted = f", accepted {one.waiver}" if not one.is_incident else ""
            said = f"{one.kind.value} of {one.resource} weakens protection since {one.since}{accepted}"
            yield Fact(str(target.target), said, not one.is_incident, evidence.now)
        if not weakening:
            yield Fact(str(target.target), "no finding that weakens protection is open", True, evidence.now)


def retention_as_bounded(evidence: Evidence) -> Iterator[Fact]:
    for target, plan, rule in evidence.rules:
        leaf = _leaf(evidence, plan.app, target)
        bound = leaf.guardrails.get("retention.min") if leaf else None
        days = rule.get("Lifecycle", {}).get("DeleteAfterDays")
        kept = f"kept {days} days" if days else "kept forever"
        asked = f"guardrail retention.min {bound // _DAY} days" if bound is not None else "no guardrail retention.min"
        holds = bound is not None and (days is None or days * _DAY >= bound)
        yield Fact(f"{target.target} {plan.name}/{rule['RuleName']}", f"{kept}; {asked}", holds, evidence.now)


def copies_elsewhere(evidence: Evidence) -> Iterator[Fact]:
    for target, plan, rule in evidence.rules:
        places = [one["DestinationBackupVaultArn"] for one in rule.get("CopyActions", ())]
        elsewhere = [arn for arn in places if (arn.split(":")[4], arn.split(":")[3]) != target.target]
        said = f"copied to {', '.join(sorted(elsewhere))}" if elsewhere else "not copied to another account or region"
        yield Fact(f"{target.target} {plan.name}/{rule['RuleName']}", said, bool(elsewhere), evidence.now)


def vaults_locked(evidence: Evidence) -> Iterator[Fact]:
    for target, vault in evidence.vaults:
        lock = vault.lock or {}
        mode = "compliance" if "ChangeableForDays" in lock else "governance"
        bounds = f"from {lock.get('MinRetentionDays', 'any')} to {lock.get('MaxRetentionDays', 'any')} days"
        said = f"{mode} lock, {bounds}" if lock else "no lock"
        yield Fact(f"{target.target} vault {vault.name}", said, bool(lock), evidence.now)


def customer_keys(evidence: Evidence) -> Iterator[Fact]:
    for target, vault in evidence.vaults:
        own = bool(vault.key_arn) and _AWS_KEY not in (vault.key_arn or "")
        said = f"encrypted with {vault.key_arn}" if vault.key_arn else "encrypted with the key that AWS manages"
        yield Fact(f"{target.target} vault {vault.name}", said, own, evidence.now)


def keys_rotate(evidence: Evidence) -> Iterator[Fact]:
    for leaf in evidence.leaves:
        off = [one for one in evidence.findings if one.kind is Kind.KEY_ROTATION and one.target in leaf.targets]
        asks = leaf.guardrails.get("encryption.rotation") is True
        said = "guardrail encryption.rotation" if asks else "no guardrail encryption.rotation"
        said += "".join(f"; rotation of {one.resource} is off since {one.since}" for one in off)
        yield Fact(f"app {leaf.app}", said, asks and not off, evidence.now)


def _leaf(evidence: Evidence, app: str, target: DesiredTarget) -> LeafGovernance | None:
    return next((one for one in evidence.leaves if one.app == app and target.target in one.targets), None)
