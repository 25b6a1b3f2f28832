"""Vaults, their keys and notifications, and what their locks ask of the points that come into them."""

from collections.abc import Iterator

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.constraints.vault_events import EVENTS
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Lock, Retention, Vault

VAULT_LOCK = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html"
LOCKED_JOBS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html"
CREATE_VAULT = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html"
RULE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRuleInput.html"
ACCESS_POLICY = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultAccessPolicy.html"
NOTIFICATIONS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultNotifications.html"

LONGEST = 36_500
SHORTEST_COOLING_OFF = 3


@numbered("B601", RULE, elsewhere=("vaults",))
def rules_use_declared_vaults(subject: Subject) -> Iterator[Violation]:
    declared = sorted(subject.policy.vaults)
    for path, rule in subject.rules:
        if rule.vault not in subject.policy.vaults:
            known = (
                f"the app has {', '.join(declared)}" if declared else "the app has none: declare it in policy.vaults"
            )
            yield Violation((*path, "vault"), f"'{rule.vault}' is not a key of policy.vaults; {known}")


@numbered("B602", CREATE_VAULT)
def names_are_different(subject: Subject) -> Iterator[Violation]:
    first: dict[str, str] = {}
    for path, vault in subject.vaults:
        key = str(path[-1])
        other = first.setdefault(vault.name, key)
        if other != key:
            message = (
                f"the vault '{other}' has the name '{vault.name}' already; a name stands for one vault of a region"
            )
            yield Violation((*path, "name"), message)


@numbered("B603", CREATE_VAULT)
def key_is_of_the_region(subject: Subject) -> Iterator[Violation]:
    for path, vault in subject.vaults:
        region = vault.kms_key.split(":")[3] if vault.kms_key else subject.target.region
        if region != subject.target.region:
            yield Violation(
                (*path, "kmsKey"),
                f"a vault can't be encrypted with a key of another region, and this one is of {region}: write "
                "arn:aws:kms:${region}:${account}:...",
            )


@numbered("B604", NOTIFICATIONS)
def events_are_known(subject: Subject) -> Iterator[Violation]:
    for path, vault in subject.vaults:
        events = vault.notifications.events if vault.notifications else None
        if events == ():
            yield Violation((*path, "notifications", "events"), "name an event at least, e.g. BACKUP_JOB_FAILED")
        for index, event in enumerate(events or ()):
            if event not in EVENTS:
                message = (
                    f"'{event}' is not an event of a vault; write one such as BACKUP_JOB_FAILED or COPY_JOB_FAILED"
                )
                yield Violation((*path, "notifications", "events", index), message)


@numbered("B605", ACCESS_POLICY)
def access_policy_says_something(subject: Subject) -> Iterator[Violation]:
    for path, vault in subject.vaults:
        if vault.access_policy is not None and not vault.access_policy.get("Statement"):
            within = ("Statement",) if "Statement" in vault.access_policy else ()
            yield Violation(
                (*path, "accessPolicy", *within),
                "AWS takes no access policy without a statement: write one, or leave 'accessPolicy' out",
            )


@numbered("B611", VAULT_LOCK)
def compliance_needs_cooling_off(subject: Subject) -> Iterator[Violation]:
    for path, lock in subject.locks:
        days = lock.changeable_for
        if lock.mode == "compliance" and (days is None or not SHORTEST_COOLING_OFF <= days <= LONGEST):
            found = "is missing" if days is None else f"is {days}d"
            yield Violation(
                (*path, "changeableFor"),
                "a compliance lock can never be undone once its time to change it is over: write that time, "
                f"changeableFor: {SHORTEST_COOLING_OFF}d to {LONGEST}d; it {found}",
            )


@numbered("B612", VAULT_LOCK)
def governance_has_no_cooling_off(subject: Subject) -> Iterator[Violation]:
    for path, lock in subject.locks:
        if lock.mode == "governance" and lock.changeable_for is not None:
            yield Violation(
                (*path, "changeableFor"),
                "'changeableFor' would make this a compliance lock, which can't be undone: leave it out, or write "
                "mode: compliance",
            )


@numbered("B613", VAULT_LOCK)
def lock_in_bounds(subject: Subject) -> Iterator[Violation]:
    for path, lock in subject.locks:
        for key, days in (("min", lock.min), ("max", lock.max)):
            if isinstance(days, int) and not 1 <= days <= LONGEST:
                yield Violation((*path, key), f"a lock bounds retention from 1d to {LONGEST}d; {key} is {days}d")


@numbered("B614", VAULT_LOCK)
def lock_min_is_below_max(subject: Subject) -> Iterator[Violation]:
    for path, lock in subject.locks:
        if lock.min is not None and isinstance(lock.max, int) and lock.min > lock.max:
            yield Violation(
                (*path, "min"), f"no retention is at least {lock.min}d and at most {lock.max}d: swap min and max"
            )


@numbered("B615", LOCKED_JOBS)
def points_fit_the_lock(subject: Subject) -> Iterator[Violation]:
    for path, vault, retention in _points(subject):
        wrong = outside_lock(vault.lock, retention)
        if wrong:
            yield Violation((*path, "retention", "delete"), f"{wrong} of the vault '{vault.name}'")


def _points(subject: Subject) -> Iterator[tuple[Path, Vault, Retention]]:
    """The vaults of its own that a leaf fills: the path of the rule or copy, the vault, how long the points live."""
    for path, rule in subject.rules:
        if rule.vault in subject.policy.vaults:
            yield path, subject.policy.vaults[rule.vault], rule.retention
    for path, copy, _, arn in subject.copies:
        if arn in subject.by_arn:
            yield path, subject.by_arn[arn][1], copy.retention


def outside_lock(lock: Lock | None, retention: Retention) -> str | None:
    """Why a lock makes jobs with a retention fail, up to the vault's name."""
    if lock is None:
        return None
    never = retention.delete == "never"
    shown = "never deleted" if never else f"deleted after {retention.delete}d"
    if lock.min is not None and isinstance(retention.delete, int) and retention.delete < lock.min:
        return f"jobs would fail: points {shown}, but kept {lock.min}d at least by the lock"
    if isinstance(lock.max, int) and (retention.delete == "never" or retention.delete > lock.max):
        return f"jobs would fail: points {shown}, but kept {lock.max}d at most by the lock"
    return None


VAULTS = (
    rules_use_declared_vaults,
    names_are_different,
    key_is_of_the_region,
    events_are_known,
    access_policy_says_something,
    compliance_needs_cooling_off,
    governance_has_no_cooling_off,
    lock_in_bounds,
    lock_min_is_below_max,
    points_fit_the_lock,
)
