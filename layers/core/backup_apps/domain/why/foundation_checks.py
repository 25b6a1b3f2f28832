"""Whether all is there that a backup rests on: role, vault, key, the vault's policy and lock, versions of a bucket."""

from collections.abc import Iterator

from backup_apps.domain.why.checks import Check, Name, Way
from backup_apps.domain.why.facts import GONE, UNKNOWN, MemberFacts, VaultFacts
from backup_apps.domain.why.trust import denying, lets_backup_in

FAILED = ("FAILED", "ABORTED", "EXPIRED", "PARTIAL")
_SERVES = ("Enabled",)


def foundation_checks(way: Way, facts: MemberFacts) -> Iterator[Check]:
    yield from _of_role(way, facts)
    vault = facts.vault(way.vault)
    if vault is None:
        yield Check(Name.VAULT, False, f"rule {way.rule_name} goes to vault {way.vault}, which is not there")
    else:
        yield Check(Name.VAULT, True, f"vault {way.vault} is there")
        yield _key(vault)
        yield _policy(way, vault)
        yield _lock(way, vault)
    if facts.kind == "S3":
        yield _versioning(facts)
    yield _last_job(way, facts)


def _of_role(way: Way, facts: MemberFacts) -> Iterator[Check]:
    role = facts.role(way.role)
    if role is None or role.is_there is None:
        yield Check(Name.ROLE, None, f"role {way.role} can't be read from here")
        return
    if not role.is_there:
        yield Check(Name.ROLE, False, f"role {way.role} is not there")
        return
    yield Check(Name.ROLE, True, f"role {way.role} is there")
    lets = lets_backup_in(role.trust or {}, facts.account)
    said = {
        True: "AWS Backup may assume it",
        False: "its trust policy does not let AWS Backup assume it",
        None: "whether AWS Backup may assume it depends on conditions that are not known here",
    }
    yield Check(Name.TRUST, lets, said[lets])


def _key(vault: VaultFacts) -> Check:
    if vault.key_arn is None or vault.key_state == UNKNOWN:
        return Check(Name.KEY, None, f"the key of vault {vault.name} can't be read from here")
    if vault.key_state in _SERVES:
        return Check(Name.KEY, True, f"key {vault.key_arn} serves")
    state = {"PendingDeletion": "is about to be deleted", "Disabled": "is disabled", GONE: "is gone"}
    said = state.get(vault.key_state, f"is {vault.key_state}")
    return Check(Name.KEY, False, f"key {vault.key_arn} of vault {vault.name} {said}")


def _policy(way: Way, vault: VaultFacts) -> Check:
    statement = next(denying(vault.policy, way.role), None)
    if statement is None:
        return Check(Name.VAULT_POLICY, True, "no statement of its access policy keeps backups out")
    which = f"statement {statement['Sid']}" if "Sid" in statement else "a statement"
    return Check(Name.VAULT_POLICY, False, f"{which} of the access policy of vault {vault.name} denies backups into it")


def _lock(way: Way, vault: VaultFacts) -> Check:
    days = way.rule.get("Lifecycle", {}).get("DeleteAfterDays")
    bound = bound_broken(days, vault)
    if bound is None:
        return Check(Name.LOCK, True, "its lock allows the retention" if _is_locked(vault) else "it has no lock")
    kept = "for ever" if days is None else f"{days} days"
    word = "at least" if bound == vault.min_days else "at most"
    said = f"rule {way.rule_name} keeps backups {kept}, the lock of vault {vault.name} wants {word} {bound} days"
    return Check(Name.LOCK, False, said)


def bound_broken(days: int | None, vault: VaultFacts) -> int | None:
    """The bound of the lock that a retention breaks; None of a retention is for ever."""
    if vault.min_days is not None and days is not None and days < vault.min_days:
        return vault.min_days
    if vault.max_days is not None and (days is None or days > vault.max_days):
        return vault.max_days
    return None


def _is_locked(vault: VaultFacts) -> bool:
    return vault.min_days is not None or vault.max_days is not None


def _versioning(facts: MemberFacts) -> Check:
    """https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html"""
    said = {
        True: "the bucket keeps versions",
        False: "the bucket keeps no versions, and AWS Backup backs up none that does not",
        None: "whether the bucket keeps versions can't be read from here",
    }
    return Check(Name.VERSIONING, facts.is_versioned, said[facts.is_versioned])


def _last_job(way: Way, facts: MemberFacts) -> Check:
    last = next((job for job in facts.jobs if job.plan in ("", way.plan.id)), None)
    if last is None:
        return Check(Name.LAST_JOB, None, "no backup of it has begun yet")
    because = f": {last.message}" if last.message else ""
    return Check(Name.LAST_JOB, last.state not in FAILED, f"the last backup, {last.id}, is {last.state}{because}")
