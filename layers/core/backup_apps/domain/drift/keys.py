"""Drift of the keys behind vaults: without its key, nothing in a vault can be restored.

https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from backup_apps.domain.desired import DesiredTarget
from backup_apps.domain.drift.findings import Direction, Drift, Kind
from backup_apps.domain.live import LiveTarget

_UNKNOWN = "Unknown"
_SERVES = ("Enabled", _UNKNOWN)
_ACCOUNT = 4
_SAID = {
    "PendingDeletion": "is to be deleted: cancel that, or nothing in these vaults can ever be restored",
    "PendingReplicaDeletion": "is to be deleted: cancel that, or nothing in these vaults can ever be restored",
    "Disabled": "is disabled: backups into these vaults fail, and so do restores",
    "Deleted": "is gone: nothing in these vaults can be restored",
}


class KeyState(NamedTuple):
    """A customer key as KMS tells of it."""

    arn: str
    state: str
    """`KeyState` of DescribeKey; Deleted where there is no such key, Unknown where nobody may read it."""
    rotates: bool | None = None
    """None where it can't rotate by itself, or where that can't be read."""


class Aliases(NamedTuple):
    """Aliases of keys that can't be resolved any more."""

    gone: frozenset[str] = frozenset()
    unread: frozenset[str] = frozenset()
    """Nobody may read what they stand for."""


def with_live_keys(desired: DesiredTarget, live: LiveTarget) -> DesiredTarget:
    """A vault whose alias can't be resolved keeps the key that it has, and is held against that."""
    aliases, present = set(desired.key_aliases), {vault.name: vault.key_arn for vault in live.vaults}
    vaults = (
        vault.model_copy(update={"key_arn": present.get(vault.name) or vault.key_arn})
        if vault.key_arn in aliases
        else vault
        for vault in desired.vaults
    )
    return desired.model_copy(update={"vaults": tuple(vaults)})


def alias_drift(desired: DesiredTarget, gone: Iterable[str]) -> Iterator[Drift]:
    """`desired`: with aliases as written. The vaults that are there keep their keys."""
    for alias in sorted(gone):
        users = sorted(vault.name for vault in desired.vaults if vault.key_arn == alias)
        said = f"the alias of the key of vault {', '.join(users)} is gone: no push can be planned before it is back"
        apps = tuple(sorted({plan.app for plan in desired.plans}))
        yield Drift(
            Kind.KEY_STATE, alias, Direction.NEUTRAL, None, "Deleted", (said,), apps, "policy.vaults", name=alias
        )


def unseen(keys: Iterable[KeyState], aliases: Aliases) -> frozenset[tuple[str, str]]:
    """The identities of what can't be told of them now."""
    unread = {(kind.value, key.arn) for key in keys for kind in _unread(key)}
    return frozenset(unread | {(Kind.KEY_STATE.value, alias) for alias in aliases.unread})


def _unread(key: KeyState) -> Iterator[Kind]:
    if key.state == _UNKNOWN:
        yield Kind.KEY_STATE
    if key.rotates is None:
        yield Kind.KEY_ROTATION


def keys_of(desired: DesiredTarget) -> tuple[str, ...]:
    """The ARNs of the keys of its vaults that its own account holds; keys elsewhere are read by nobody here."""
    arns = {vault.key_arn for vault in desired.vaults if vault.key_arn}
    known = arns - set(desired.key_aliases)
    return tuple(sorted(arn for arn in known if arn.split(":")[_ACCOUNT] == desired.account))


def rotating(keys: Iterable[KeyState], known: Collection[str]) -> tuple[str, ...]:
    """The keys that rotate, or did when they were seen before."""
    return tuple(sorted({*known, *(key.arn for key in keys if key.rotates)}))


def key_drift(desired: DesiredTarget, keys: Iterable[KeyState], known: Collection[str]) -> Iterator[Drift]:
    """`known`: the keys that were seen to rotate. A bundle does not ask for rotation, so off is drift only after on."""
    for key in keys:
        users = [vault.name for vault in desired.vaults if vault.key_arn == key.arn]
        apps = tuple(sorted({plan.app for plan in desired.plans}))
        vaults = f"of vault {', '.join(sorted(users))}"
        name = key.arn.rpartition("/")[2]
        if key.state not in _SERVES:
            said = f"the key {vaults} {_SAID.get(key.state, f'is {key.state}')}"
            yield Drift(
                Kind.KEY_STATE,
                key.arn,
                Direction.WEAKENS,
                "Enabled",
                key.state,
                (said,),
                apps,
                "policy.vaults",
                name=name,
            )
        elif key.arn in known and key.rotates is False:
            said = f"the key {vaults} rotated every year, and rotates no more"
            yield Drift(
                Kind.KEY_ROTATION, key.arn, Direction.WEAKENS, True, False, (said,), apps, "policy.vaults", name=name
            )
