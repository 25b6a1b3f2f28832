"""How a recovery point is kept: when it cools and goes, under which key, and what a vault or a copy would refuse.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from backup_apps.domain.simulation.history import Era, Lifecycle, Vault, VaultPlace
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.vault_access import COPY_IN, COPY_OUT, allows


def is_fully_managed(resource: Resource, era: Era, vault: VaultPlace) -> bool:
    kind = resource.kind
    return kind is not None and (kind.is_fully_managed or era.region(vault.target).management.get(kind.name, False))


def cold_from(
    resource: Resource, era: Era, vault: VaultPlace, lifecycle: Lifecycle, created: datetime, now: datetime
) -> datetime | None:
    """Types without cold storage ignore it; of EBS it is an archive, which is opted into."""
    kind = resource.kind
    if lifecycle.cold is None or kind is None:
        return None
    cools = lifecycle.archives if kind.has_archive else kind.has_cold_storage and is_fully_managed(resource, era, vault)
    return max(now, created + timedelta(days=lifecycle.cold)) if cools else None


def deleted_at(lifecycle: Lifecycle, since: datetime, now: datetime) -> datetime | None:
    return None if lifecycle.delete is None else max(now, since + timedelta(days=lifecycle.delete))


def key_of(era: Era, vault: VaultPlace) -> str | None:
    """The key of a vault; None for one that no app declares."""
    known = era.vaults.get(vault)
    return known.key if known else None


def copied_lifecycle(own: Lifecycle, source: Lifecycle) -> Lifecycle:
    """A copy with nothing of its own lives as its source does.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/recov-point-create-a-copy.html
    """
    return own if own != Lifecycle() else source


def lock_refusals(vault: Vault | None, lifecycle: Lifecycle) -> Iterator[str]:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html: a job outside of the bounds fails."""
    if vault is None:
        return
    days = lifecycle.delete
    if vault.shortest and days is not None and days < vault.shortest:
        yield f"the lock of {vault.place} wants {vault.shortest} days at least, not {days}"
    if vault.longest and (days is None or days > vault.longest):
        yield f"the lock of {vault.place} allows {vault.longest} days at most, not {days or 'never'}"


def copy_refusals(era: Era, source: VaultPlace, to: VaultPlace, role: str) -> Iterator[str]:
    """Of a vault that no app declares it is taken that it lets copies in.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/create-cross-account-backup.html
    """
    there, here = era.vaults.get(to), era.vaults.get(source)
    is_abroad = source.target.account != to.target.account
    if there and is_abroad and not there.has_own_key:
        yield f"{to} is encrypted with AWS's own key, which can't be shared with another account"
    let_in = allows(there.access_policy, COPY_IN, role) if there else True
    if let_in is False or (is_abroad and not let_in):
        yield f"the access policy of {to} does not allow {COPY_IN}"
    if here and allows(here.access_policy, COPY_OUT, role) is False:
        yield f"the access policy of {source} denies {COPY_OUT}"
