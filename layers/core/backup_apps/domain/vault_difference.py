"""The difference of vaults, with their tags, access policies, notifications and locks."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from backup_apps.domain.changes import Change, Conflict, Create, Keep, Kind, Prune, Update, Write
from backup_apps.domain.desired import BUNDLE_TAG, DesiredVault
from backup_apps.domain.live import LiveVault, belongs_to, is_nobodys
from backup_apps.domain.locks import as_lock, same_lock, steps_between
from backup_apps.domain.normal_form import access_policy, notifications

_SYSTEM_TAG = "aws:"


def diff_vaults(
    desired: Iterable[DesiredVault], live: Iterable[LiveVault], bundle: str, adopted: Collection[str] = ()
) -> Iterator[Change | Conflict]:
    """Changes and conflicts of all vaults of a target. `adopted` are names that may be taken over."""
    wanted, present = {vault.name: vault for vault in desired}, {vault.name: vault for vault in live}
    for name, vault in wanted.items():
        yield from _create(vault) if name not in present else _compare(vault, present[name], bundle, name in adopted)
    for name, kept in present.items():
        if name not in wanted and belongs_to(kept.tags, bundle):
            yield _no_longer_wanted(kept)


def tag_changes(
    kind: Kind, name: str, desired: Mapping[str, str], live: Mapping[str, str], app: str | None = None
) -> Iterator[Write]:
    """One change for each tag. Tags that AWS itself writes (`aws:`) are nobody's to change."""
    for key in sorted(desired.keys() | live.keys()):
        before, after = live.get(key), desired.get(key)
        if before == after or key.startswith(_SYSTEM_TAG):
            continue
        yield _write(kind, name, before, after, item=key, app=app)


def _write(kind: Kind, name: str, before: Any, after: Any, item: str = "", app: str | None = None) -> Write:
    """The change that the absent side says; exactly one side may be None."""
    if before is None:
        return Create(kind=kind, name=name, item=item, app=app, after=after)
    if after is None:
        return Prune(kind=kind, name=name, item=item, app=app, before=before)
    return Update(kind=kind, name=name, item=item, app=app, before=before, after=after)


def _create(vault: DesiredVault) -> Iterator[Write]:
    request = {
        "BackupVaultName": vault.name,
        "EncryptionKeyArn": vault.key_arn,
        "BackupVaultTags": dict(vault.tags),
    }
    yield Create(
        kind=Kind.VAULT, name=vault.name, after={name: value for name, value in request.items() if value is not None}
    )
    yield from _settings(vault, LiveVault(name=vault.name, arn=""))


def _compare(vault: DesiredVault, live: LiveVault, bundle: str, is_adopted: bool) -> Iterator[Change | Conflict]:
    is_ours = belongs_to(live.tags, bundle) or (is_adopted and is_nobodys(live.tags))
    conflicts = list(_conflicts(vault, live) if is_ours else _somebody_elses(live))
    yield from (Conflict(Kind.VAULT, vault.name, said) for said in conflicts)
    if not conflicts:
        yield from tag_changes(Kind.VAULT_TAG, vault.name, vault.tags, live.tags)
        yield from _settings(vault, live)


def _somebody_elses(live: LiveVault) -> Iterator[str]:
    other = "declare one of another name, or mark copies to it external"
    if is_nobodys(live.tags):
        yield (
            f"vault {live.name} exists and has no tag {BUNDLE_TAG}; {other}, or take it over: write "
            f"adopt: {{vaults: [{live.name}]}} in the app that declares it"
        )
    else:
        yield f"vault {live.name} exists and belongs to bundle {live.tags[BUNDLE_TAG]}; {other}"


def _conflicts(vault: DesiredVault, live: LiveVault) -> Iterator[str]:
    if vault.key_arn and vault.key_arn != live.key_arn:
        yield (
            f"vault {vault.name} is encrypted with {live.key_arn}, the bundle says {vault.key_arn}; "
            "a vault's key can't change: declare a new vault"
        )
    if live.lock and live.lock.fixed and not (vault.lock and same_lock(vault.lock, as_lock(live.lock))):
        yield f"vault {vault.name} has a compliance lock fixed since {live.lock.lock_date}; nobody can change it"


def _settings(vault: DesiredVault, live: LiveVault) -> Iterator[Write]:
    wanted, present = vault.access_policy, live.access_policy
    if (wanted and access_policy(wanted["Policy"])) != present:
        yield _write(Kind.ACCESS_POLICY, vault.name, present and {"Policy": present}, wanted and dict(wanted))
    topic, known = vault.notifications, live.notifications
    if (topic and notifications(topic)) != known:
        yield _write(Kind.NOTIFICATIONS, vault.name, known, topic and dict(topic))
    yield from _lock(vault, live)


def _lock(vault: DesiredVault, live: LiveVault) -> Iterator[Write]:
    before, after = None if live.lock is None else as_lock(live.lock), vault.lock
    if before is None or after is None:
        if before is not after:
            yield _write(Kind.LOCK, vault.name, before, after if after is None else dict(after))
    elif not same_lock(after, before):
        for step_before, step_after in steps_between(before, after):
            yield _write(Kind.LOCK, vault.name, step_before, step_after)


def _no_longer_wanted(vault: LiveVault) -> Prune | Keep:
    """An empty vault goes; AWS Backup itself refuses to delete any other, and a sync deletes no recovery points.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVault.html
    """
    before = {"BackupVaultName": vault.name, "EncryptionKeyArn": vault.key_arn, "BackupVaultTags": dict(vault.tags)}
    if vault.recovery_points == 0:
        return Prune(kind=Kind.VAULT, name=vault.name, before=before)
    reason = f"orphaned: no app wants it any more, and it holds {vault.recovery_points} recovery points"
    return Keep(kind=Kind.VAULT, name=vault.name, before=before, reason=reason)
