"""The effective backup policy of an account, from the policies on the path to it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from backup_apps.domain.organizations.admission import admit
from backup_apps.domain.organizations.merge import Contribution, merge, to_document
from backup_apps.domain.organizations.policy import TOO_MUCH, PolicyError
from backup_apps.domain.organizations.validity import PlanError, plan_errors

MOST_LEVELS = 7
"""The root, organizational units five deep, the account."""
MOST_POLICIES = 10
"""Of one type, attached to one target."""


class PolicyFile(NamedTuple):
    """A policy and what to call it."""

    name: str
    text: str


class Refusal(NamedTuple):
    """A policy that Organizations would not store or attach."""

    policy: str
    error: PolicyError


class EffectivePolicy(NamedTuple):
    """The effective policy, or why there is none: policies that are refused, or plans that withhold all of it."""

    document: dict[str, Any] | None
    refusals: tuple[Refusal, ...] = ()
    errors: tuple[PlanError, ...] = ()


def effective_policy(
    levels: Sequence[Sequence[PolicyFile]], regions: Collection[str], now: datetime
) -> EffectivePolicy:
    """As Organizations computes it at `now`. `levels` begin with the root's policies, each in order of attachment.

    https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeEffectivePolicy.html
    """
    refusals = list(_too_many(levels))
    admitted: list[list[Contribution]] = []
    for level in levels:
        admitted.append([])
        for file in level:
            try:
                admitted[-1].append(Contribution(file.name, admit(file.text, regions, now)))
            except PolicyError as error:
                refusals.append(Refusal(file.name, error))
    if refusals:
        return EffectivePolicy(None, tuple(refusals))
    merged = merge(admitted)
    errors = plan_errors(merged, now)
    return EffectivePolicy(None if errors else to_document(merged), (), errors)


def _too_many(levels: Sequence[Sequence[PolicyFile]]) -> list[Refusal]:
    """https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""
    found = []
    if len(levels) > MOST_LEVELS:
        reason = f"OU_DEPTH_LIMIT_EXCEEDED: from root to account there are {MOST_LEVELS} levels at most"
        found.append(Refusal(levels[MOST_LEVELS][0].name, PolicyError(TOO_MUCH, "", reason)))
    for level in levels:
        if len(level) > MOST_POLICIES:
            reason = f"MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED: a target has {MOST_POLICIES} backup policies at most"
            found.append(Refusal(level[MOST_POLICIES].name, PolicyError(TOO_MUCH, "", reason)))
    return found
