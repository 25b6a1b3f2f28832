"""Reads what the doctor goes by. What can't be read is written down as unknown, with AWS's reason."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from backup_apps.domain.desired import DesiredTarget, Target
from backup_apps.domain.doctor.asked import Asked
from backup_apps.domain.doctor.deployment import ASSUMED_BY, ASSUMED_BY_AWS, RULE
from backup_apps.domain.doctor.facts import (
    AccountFacts,
    Examination,
    HubFacts,
    Known,
    Refused,
    TargetFacts,
    Unknown,
    Vault,
)
from backup_apps.domain.errors import AwsError
from backup_apps.ports.examination import ExaminedHub, ExaminedPlace
from backup_apps.usecases.diff_bundle import Diff

T = TypeVar("T")
Open = Callable[[Target], ExaminedPlace]
"""Raises AwsError where nobody lets us in."""
_NOBODY = "doctor"
"""No bundle is called so that has anything there: the hub only reads."""


class Examined(NamedTuple):
    """Where the doctor looks, and what bundles ask for there."""

    asked: Asked
    hub: ExaminedHub
    outputs: Mapping[str, str]
    open: Open
    diff: Diff
    quotas: Mapping[str, int]


def examine(examined: Examined) -> Examination:
    asked, place = examined.asked, examined.hub.place()
    reading = _Reading(examined.open)
    elsewhere = {copy.destination for copy in asked.copies} | {one.place for one in asked.sandboxes}
    return Examination(
        asked=asked,
        hub=_hub(examined, place, reading),
        accounts=_accounts(asked, reading),
        targets={target: _target(examined, target, reading) for target in sorted({*asked.targets, *elsewhere})},
        vaults=_vaults(asked, reading),
    )


def known(read: Callable[[], T]) -> Known[T]:
    try:
        return read()
    except AwsError as error:
        return Unknown(str(error))


class _Reading:
    """Every place is entered once."""

    def __init__(self, enter: Open) -> None:
        self._enter = enter
        self._entered: dict[Target, Known[ExaminedPlace]] = {}

    def of(self, target: Target, read: Callable[[ExaminedPlace], T]) -> Known[T]:
        if target not in self._entered:
            self._entered[target] = known(lambda: self._enter(target))
        place = self._entered[target]
        return place if isinstance(place, Unknown) else known(lambda: read(place))

    def each(
        self, target: Target, names: Iterable[str], read: Callable[[ExaminedPlace, str], T]
    ) -> dict[str, Known[T]]:
        """What is read of each of these, there."""
        return {name: self._one(target, name, read) for name in sorted(names)}

    def _one(self, target: Target, name: str, read: Callable[[ExaminedPlace, str], T]) -> Known[T]:
        return self.of(target, lambda place: read(place, name))


def _hub(examined: Examined, place: Target, reading: _Reading) -> HubFacts:
    hub, outputs = examined.hub, examined.outputs
    name = outputs.get("HubName", "backup-apps")
    return HubFacts(
        place=place,
        name=name,
        outputs=outputs,
        trust_policy=known(lambda: hub.parameter(f"/{name}/trust-policy")),
        approval_policy=known(lambda: hub.parameter(f"/{name}/approval-policy")),
        subscriptions=known(lambda: hub.subscriptions(outputs.get("AlertTopic", ""))),
        state_bucket=known(lambda: hub.keeping(outputs.get("StateBucket", ""))),
        bus_policy=known(lambda: hub.bus_policy(outputs.get("EventBus", ""))),
        ledger_key=known(lambda: hub.key_state(outputs.get("LedgerKey", ""))),
        organization=known(hub.reads_organization) if examined.asked.organization else Unknown("not asked"),
        cross_account=_cross_account(examined, place, reading),
        quotas=examined.quotas,
    )


def _cross_account(examined: Examined, place: Target, reading: _Reading) -> Known[bool]:
    if all(copy.destination.account == copy.source.account for copy in examined.asked.copies):
        return Unknown("not asked")
    management = known(examined.hub.management_account)
    if isinstance(management, Unknown):
        return management
    return reading.of(Target(management, place.region), lambda one: one.copies_across_accounts())


def _accounts(asked: Asked, reading: _Reading) -> dict[str, AccountFacts]:
    """IAM is the same in every region, so one is enough."""
    first = {target.account: target for target in reversed((*asked.targets, *(one.place for one in asked.sandboxes)))}
    named: dict[str, set[str]] = {account: set() for account in first}
    for role in (*asked.roles, *asked.testing_roles):
        named.setdefault(role.account, set()).add(role.name)
    facts = {}
    for account, target in sorted(first.items()):
        names = {*ASSUMED_BY, *ASSUMED_BY_AWS, *named[account]}
        roles = reading.each(target, names, lambda one, name: one.role(name))
        facts[account] = AccountFacts(roles, reading.of(target, lambda one: one.passable_roles()))
    return facts


def _target(examined: Examined, target: Target, reading: _Reading) -> TargetFacts:
    asked = examined.asked
    is_asked = target in asked.targets
    keys = {key.key for key in asked.keys if key.target == target}
    buckets = {bucket.name for bucket in asked.buckets if bucket.target == target}
    networks = {network for one in asked.sandboxes if one.place == target for network in one.networks}
    return TargetFacts(
        hub_reads=_hub_reads(examined, target) if is_asked else Unknown("not asked"),
        trails=reading.of(target, lambda one: one.trails()) if is_asked else Unknown("not asked"),
        rule=reading.of(target, lambda one: one.rule(RULE)) if is_asked else Unknown("not asked"),
        opted_in=reading.of(target, lambda one: one.opted_in()),
        plans=reading.of(target, lambda one: one.count_plans()),
        vaults=reading.of(target, lambda one: one.count_vaults()),
        keys=reading.each(target, keys, lambda one, key: one.key(key)),
        buckets=reading.each(target, buckets, lambda one, name: one.is_versioned(name)),
        networks=reading.each(target, networks, lambda one, name: one.has_network(name)),
    )


def _hub_reads(examined: Examined, target: Target) -> Known[Refused | None]:
    """The hub compares the target with nothing: only it may assume the role, with the external id."""
    try:
        examined.diff(_NOBODY, DesiredTarget(account=target.account, region=target.region))
    except AwsError as error:
        could_not = error.operation == "DiffTarget" and error.code == "UnreachableError"
        return Refused(error.message) if could_not else Unknown(str(error))
    return None


def _vaults(asked: Asked, reading: _Reading) -> dict[str, Known[Vault | None]]:
    arns = {copy.to for copy in asked.copies} | {one.vault for one in asked.sandboxes if one.vault}
    found: dict[str, Known[Vault | None]] = {}
    for arn in sorted(arns):
        _, _, _, region, account, *_ = arn.split(":")
        found |= reading.each(Target(account, region), [arn], lambda one, arn: one.vault(arn.rpartition(":")[2]))
    return found
