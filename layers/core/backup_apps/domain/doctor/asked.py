"""What bundles ask of accounts and regions that no sync makes: roles, keys, opt-ins, buckets, vaults that copies go to.

https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from backup_apps.domain.desired import DesiredState, DesiredTarget, DesiredVault, Target
from backup_apps.domain.protection.governance import Governance, LeafGovernance
from backup_apps.domain.rendering import vault_arn
from backup_apps.domain.simulation.kinds import kind_of

RESTORE_ROLE = "backup-apps-restore"
"""Which rehearsals use where a bundle names none: the member stack makes it."""


class AskedRole(NamedTuple):
    account: str
    name: str
    """Without its path."""
    arn: str


class AskedKey(NamedTuple):
    target: Target
    key: str
    """An ARN or an alias, as written."""
    vaults: tuple[str, ...]
    rotates: bool
    """A guardrail asks for it."""


class AskedCopy(NamedTuple):
    """Recovery points of a vault are copied into another."""

    source: Target
    vault: str
    key: str
    """That of the vault, as written; empty for AWS's own."""
    to: str
    """The ARN of the vault that they go to."""
    is_ours: bool = False
    """A bundle makes that vault."""

    @property
    def destination(self) -> Target:
        parts = self.to.split(":")
        return Target(parts[4], parts[3])


class AskedType(NamedTuple):
    """A type of resource that a selection selects."""

    target: Target
    type: str


class AskedBucket(NamedTuple):
    target: Target
    name: str


class AskedSandbox(NamedTuple):
    """Where the rehearsals of an app restore."""

    app: str
    target: Target
    said: Mapping[str, Any]

    @property
    def place(self) -> Target:
        return Target(self.said.get("account") or self.target.account, self.said.get("region") or self.target.region)

    @property
    def vault(self) -> str | None:
        """The ARN of the vault elsewhere that gets copies."""
        name = self.said.get("vault")
        return vault_arn(self.place.region, self.place.account, name) if name and self.place != self.target else None

    @property
    def networks(self) -> tuple[str, ...]:
        group = self.said.get("subnetGroup")
        return (*((group,) if group else ()), *self.said.get("securityGroups", ()))


class Asked(NamedTuple):
    targets: tuple[Target, ...] = ()
    roles: tuple[AskedRole, ...] = ()
    testing_roles: tuple[AskedRole, ...] = ()
    """Which AWS's own restore testing assumes."""
    keys: tuple[AskedKey, ...] = ()
    copies: tuple[AskedCopy, ...] = ()
    types: tuple[AskedType, ...] = ()
    buckets: tuple[AskedBucket, ...] = ()
    sandboxes: tuple[AskedSandbox, ...] = ()
    organization: bool = False
    """An app set names OUs or tags of accounts."""

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(sorted({target.account for target in self.targets}))


Bundle = tuple[DesiredState, Governance]


def asked_of(bundles: Iterable[Bundle], only: Iterable[Target] = (), organization: bool = False) -> Asked:
    """What bundles ask; of some targets, if any are named, and those are examined even where no bundle reaches them."""
    bundles, named = tuple(bundles), frozenset(only)
    desired = [one for state, _ in bundles for one in state.targets if not named or one.target in named]
    leaves = [leaf for _, governance in bundles for leaf in governance.leaves]
    sandboxes = [one for leaf in leaves for one in _sandboxes(leaf) if not named or one.target in named]
    return Asked(
        targets=tuple(sorted(named or {one.target for one in desired})),
        roles=_sorted(role for one in desired for role in _roles(one)),
        testing_roles=_sorted(role for one in sandboxes for role in _testing_roles(one)),
        keys=_sorted(key for one in desired for key in _keys(one, leaves)),
        copies=_sorted(_copies(desired, {arn for state, _ in bundles for arn in _vault_arns(state)})),
        types=_sorted(found for one in desired for found in _types(one)),
        buckets=_sorted(bucket for one in desired for bucket in _buckets(one)),
        sandboxes=tuple(sandboxes),
        organization=organization,
    )


def _sorted(found: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(sorted(set(found)))


def _roles(desired: DesiredTarget) -> Iterator[AskedRole]:
    for plan in desired.plans:
        for selection in plan.selections:
            yield _role(selection["IamRoleArn"])


def _role(arn: str) -> AskedRole:
    return AskedRole(arn.split(":")[4], arn.rpartition("/")[2], arn)


def _testing_roles(sandbox: AskedSandbox) -> Iterator[AskedRole]:
    if sandbox.said.get("engine") == "aws":
        default = f"arn:aws:iam::{sandbox.place.account}:role/{RESTORE_ROLE}"
        yield _role(sandbox.said.get("role") or default)


def _keys(desired: DesiredTarget, leaves: Iterable[LeafGovernance]) -> Iterator[AskedKey]:
    rotating = any(
        leaf.guardrails.get("encryption.rotation") is True for leaf in leaves if desired.target in leaf.targets
    )
    by_key: dict[str, list[str]] = {}
    for vault in desired.vaults:
        if vault.key_arn:
            by_key.setdefault(vault.key_arn, []).append(vault.name)
    for key, vaults in by_key.items():
        yield AskedKey(desired.target, key, tuple(sorted(vaults)), rotating)


def _copies(desired: Iterable[DesiredTarget], ours: set[str]) -> Iterator[AskedCopy]:
    for target in desired:
        vaults: dict[str, DesiredVault] = {vault.name: vault for vault in target.vaults}
        for rule in (rule for plan in target.plans for rule in plan.backup_plan["Rules"]):
            name = rule["TargetBackupVaultName"]
            key = (vaults[name].key_arn if name in vaults else None) or ""
            for action in rule.get("CopyActions", ()):
                to = action["DestinationBackupVaultArn"]
                yield AskedCopy(target.target, name, key, to, to in ours)


def _vault_arns(state: DesiredState) -> Iterator[str]:
    for target in state.targets:
        yield from (vault_arn(target.region, target.account, vault.name) for vault in target.vaults)


def _types(desired: DesiredTarget) -> Iterator[AskedType]:
    """Those that need to be opted in, and that the bundle does not opt in itself. What an ARN names whole needs none,
    but for some types."""
    own = (desired.region_settings or {}).get("ResourceTypeOptInPreference", {})
    for pattern in _patterns(desired):
        kind = kind_of(pattern)
        if kind and (kind.needs_opt_in or pattern.endswith("*")) and not own.get(kind.name):
            yield AskedType(desired.target, kind.name)


def _buckets(desired: DesiredTarget) -> Iterator[AskedBucket]:
    for pattern in _patterns(desired):
        service, name = pattern.split(":")[2:3], pattern.rpartition(":")[2]
        if service == ["s3"] and "*" not in name:
            yield AskedBucket(desired.target, name)


def _patterns(desired: DesiredTarget) -> Iterator[str]:
    for plan in desired.plans:
        for selection in plan.selections:
            yield from selection.get("Resources", ())


def _sandboxes(leaf: LeafGovernance) -> Iterator[AskedSandbox]:
    if leaf.verification.get("schedule"):
        said = {**leaf.verification.get("sandbox", {}), "engine": leaf.verification.get("engine")}
        yield from (AskedSandbox(leaf.app, target, said) for target in leaf.targets)
