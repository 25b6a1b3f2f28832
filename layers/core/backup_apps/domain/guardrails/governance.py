"""What the apps of a bundle promise besides what AWS Backup holds, read from its leaves."""

from collections.abc import Mapping
from typing import Any

from backup_apps.domain.desired import Target
from backup_apps.domain.guardrails.ratchet import Ratchet
from backup_apps.domain.guardrails.strictness import STRICTNESS
from backup_apps.domain.guardrails.waivers import Waiver
from backup_apps.domain.inheritance import MergedScalar
from backup_apps.domain.leaves import Leaf
from backup_apps.domain.nodes import plain
from backup_apps.domain.normal_form import canonical_json
from backup_apps.domain.pauses import longest
from backup_apps.domain.policy import Policy
from backup_apps.domain.protection.governance import Governance, LeafGovernance, WaiverGiven
from backup_apps.domain.resolution import Resolution


def governance_of(resolution: Resolution) -> Governance:
    """Of a bundle in which nothing is wrong; one that could not be read promises nothing."""
    ratchet = resolution.ratchet
    if ratchet is None:
        return Governance()
    alike: dict[str, tuple[LeafGovernance, list[Target]]] = {}
    for leaf in resolution.leaves:
        if leaf.effective.policy is not None:
            held = _held(leaf, leaf.effective.policy, ratchet)
            _, targets = alike.setdefault(canonical_json(held.to_json()), (held, []))
            targets.append(leaf.target)
    by_leaf = [held._replace(targets=tuple(sorted(targets))) for _, (held, targets) in sorted(alike.items())]
    return Governance(leaves=tuple(sorted(by_leaf, key=lambda one: one.app)), waivers=_given(ratchet))


def _held(leaf: Leaf, policy: Policy, ratchet: Ratchet) -> LeafGovernance:
    return LeafGovernance(
        app=leaf.app.name,
        targets=(),
        guardrails=_guardrails(leaf, ratchet),
        verification=policy.verification.model_dump(mode="json", by_alias=True, exclude_unset=True),
        alerts=policy.alerts.model_dump(mode="json", by_alias=True, exclude_none=True),
        self_heal=_heals(leaf),
        paused_until=_paused_until(leaf),
        staging=tuple(one.staging for one in leaf.heir.staging),
    )


def _guardrails(leaf: Leaf, ratchet: Ratchet) -> Mapping[str, Any]:
    values: dict[str, Any] = {}
    for bound in ratchet.in_force(leaf)[0]:
        if bound.kind in STRICTNESS:
            values[bound.kind] = bound.value
        elif bound.kind == "locked":
            values[bound.kind] = sorted({*values.get(bound.kind, ()), *bound.value})
        else:
            values[bound.kind] = sorted([*values.get(bound.kind, ()), sorted(bound.value)])
    return values


def _paused_until(leaf: Leaf) -> str | None:
    pause = longest(leaf.heir.pauses)
    return pause.until.isoformat() if pause else None


def _heals(leaf: Leaf) -> bool:
    heals = leaf.heir.merged.entries.get("selfHeal")
    return isinstance(heals, MergedScalar) and heals.value is True


def _given(ratchet: Ratchet) -> tuple[WaiverGiven, ...]:
    given = (_as_given(waiver) for waiver in ratchet.waivers)
    return tuple(sorted(given, key=lambda one: (*one.identity, one.expires)))


def _as_given(waiver: Waiver) -> WaiverGiven:
    return WaiverGiven(
        by=waiver.app,
        subject=waiver.subject,
        guardrail=waiver.kind,
        value=plain(waiver.value),
        owner=waiver.owner,
        reason=waiver.reason,
        expires=waiver.expires.isoformat(),
    )
