"""A vault that imported rules fill, as the policy language writes it."""

from typing import Any

from backup_apps.domain.desired import BUNDLE_TAG, Target
from backup_apps.domain.imports.wording import days, literal, portable
from backup_apps.domain.live import LiveLock, LiveVault

_NOT_OURS_TO_WRITE = ("aws:", BUNDLE_TAG.partition(":")[0] + ":")


def word_vault(vault: LiveVault, target: Target) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the language says of it, and what remains for a person to do."""
    spec: dict[str, Any] = {"name": vault.name}
    if vault.key_arn:
        spec["kmsKey"] = portable(vault.key_arn, target)
    notes = _compliance(vault) if has_compliance_lock(vault) else ()
    if vault.lock and not vault.lock.lock_date:
        spec["lock"] = _governance(vault.lock)
    if vault.access_policy is not None:
        spec["accessPolicy"] = literal(vault.access_policy)
    if vault.notifications is not None:
        topic, events = vault.notifications["SNSTopicArn"], vault.notifications["BackupVaultEvents"]
        spec["notifications"] = {"topic": portable(topic, target), "events": list(events)}
    tags = {key: literal(value) for key, value in sorted(vault.tags.items()) if is_own_tag(key)}
    return spec | ({"tags": tags} if tags else {}), notes


def has_compliance_lock(vault: LiveVault) -> bool:
    """Whether its lock is one that the bundle can't say whole."""
    return vault.lock is not None and vault.lock.lock_date is not None


def is_own_tag(key: str) -> bool:
    """Whether a tag is its owner's, not one of AWS's or of a bundle's."""
    return not key.lower().startswith(_NOT_OURS_TO_WRITE)


def _governance(lock: LiveLock) -> dict[str, Any]:
    bounds = {"min": lock.min_days, "max": lock.max_days}
    return {"mode": "governance"} | {key: days(bound) for key, bound in bounds.items() if bound is not None}


def _compliance(vault: LiveVault) -> tuple[str, ...]:
    return (
        f"vault '{vault.name}' has a compliance lock, and AWS does not tell how long it could be changed at first: "
        f"write its lock with changeableFor, then '{vault.name}' under adopt.vaults, before you push",
    )
