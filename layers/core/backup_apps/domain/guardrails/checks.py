"""What each guardrail asks of an effective policy."""

from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from backup_apps.domain.constraints import Subject
from backup_apps.domain.cron import parse
from backup_apps.domain.guardrails.rpo import longest_gap
from backup_apps.domain.guardrails.strictness import LOCK_MODES, minutes
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Plan, Retention, Rule
from backup_apps.domain.wording import spoken_minutes

DAY = 1440


class Breach(NamedTuple):
    """A value that a bound does not allow. Of several paths, the one that the deepest app wrote is shown."""

    paths: tuple[Path, ...]
    value: str


Check = Callable[[Subject, Any], Iterator[Breach]]


def _kept(retention: Retention) -> float:
    return minutes("never") if retention.delete == "never" else float(retention.delete * DAY)


def _retention_min(subject: Subject, bound: int | str) -> Iterator[Breach]:
    for path, retention in subject.retentions:
        if _kept(retention) < minutes(bound):
            yield Breach(((*path, "delete"),), f"retention {spoken_minutes(_kept(retention))} is shorter than")


def _retention_max(subject: Subject, bound: int | str) -> Iterator[Breach]:
    for path, retention in subject.retentions:
        if _kept(retention) > minutes(bound):
            yield Breach(((*path, "delete"),), f"retention {spoken_minutes(_kept(retention))} is longer than")


def _rpo_max(subject: Subject, bound: int | str) -> Iterator[Breach]:
    for key, plan in sorted(subject.policy.plans.items()):
        if all(_can_be_read(rule, subject) for rule in plan.rules.values()):
            yield from _gap(subject, bound, key, plan)


def _can_be_read(rule: Rule, subject: Subject) -> bool:
    """Whether schedule and time zone mean anything; where not, that is reported by itself."""
    try:
        parse(rule.schedule)
    except ValueError:
        return False
    return rule.timezone in subject.catalog.timezones


def _gap(subject: Subject, bound: int | str, key: str, plan: Plan) -> Iterator[Breach]:
    schedules = {(rule.schedule, subject.catalog.zone_of(rule.timezone)) for rule in plan.rules.values()}
    gap = longest_gap(frozenset(schedules), subject.catalog.today.year)
    if gap > minutes(bound):
        paths: tuple[Path, ...] = tuple(("plans", key, "rules", rule, "schedule") for rule in sorted(plan.rules))
        left = f"up to {spoken_minutes(gap)}" if gap < minutes("never") else "no end of time"
        yield Breach(paths or (("plans", key),), f"its schedules leave {left} without a recovery point, more than")


def _verification_max_age(subject: Subject, bound: int | str) -> Iterator[Breach]:
    age = subject.policy.verification.max_age
    if age is None or age > minutes(bound):
        value = f"maxAge {spoken_minutes(age)} is longer than" if age is not None else "no maxAge is written, against"
        yield Breach((("verification", "maxAge"),), value)


def _destination(arn: str) -> tuple[str, str]:
    """Account and region of the vault that a copy goes to."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return account, region


def _cross_region(subject: Subject, bound: bool) -> Iterator[Breach]:
    yield from _without_copy(subject, bound, 1, subject.target.region, "another region")


def _cross_account(subject: Subject, bound: bool) -> Iterator[Breach]:
    yield from _without_copy(subject, bound, 0, subject.target.account, "another account")


def _without_copy(subject: Subject, bound: bool, part: int, own: str, where: str) -> Iterator[Breach]:
    """A copy without a vault is reported by itself."""
    copied = {path[1] for path, _, _, arn in subject.copies if arn and _destination(arn)[part] != own}
    for path, _ in subject.plans if bound else ():
        if path[1] not in copied:
            yield Breach((path,), f"plan '{path[1]}' copies nothing to {where}, against")


def _customer_key(subject: Subject, bound: bool) -> Iterator[Breach]:
    for key, vault in sorted(subject.policy.vaults.items()):
        if bound and (vault.kms_key is None or ":alias/aws/" in vault.kms_key):
            yield Breach((("vaults", key, "kmsKey"),), f"vault '{vault.name}' has no customer key, against")


def _keys(subject: Subject, patterns: tuple[str, ...]) -> Iterator[Breach]:
    for key, vault in sorted(subject.policy.vaults.items()):
        if vault.kms_key is not None and not _fits(vault.kms_key, patterns):
            yield Breach((("vaults", key, "kmsKey"),), f"key {vault.kms_key} is not among")


def _lock_mode(subject: Subject, bound: str) -> Iterator[Breach]:
    for key, vault in sorted(subject.policy.vaults.items()):
        mode = vault.lock.mode if vault.lock else None
        if mode is None or LOCK_MODES.index(mode) < LOCK_MODES.index(bound):
            path: Path = ("vaults", key, "lock", "mode") if mode else ("vaults", key)
            said = f"is locked in {mode} mode" if mode else "has no lock"
            yield Breach((path,), f"vault '{vault.name}' {said}, weaker than")


def _roles(subject: Subject, patterns: tuple[str, ...]) -> Iterator[Breach]:
    for path, role in _roles_in_use(subject):
        if role is not None and not _fits(role, patterns):
            yield Breach((path,), f"role {role} is not among")


def _roles_in_use(subject: Subject) -> Iterator[tuple[Path, str | None]]:
    yield ("role",), subject.policy.role
    for plan_key, plan in sorted(subject.policy.plans.items()):
        for key, selection in sorted(plan.selections.items()):
            yield ("plans", plan_key, "selections", key, "role"), selection.role


def _regions(subject: Subject, patterns: tuple[str, ...]) -> Iterator[Breach]:
    yield from _places(subject, patterns, 1, subject.target.region, "region")


def _accounts(subject: Subject, patterns: tuple[str, ...]) -> Iterator[Breach]:
    yield from _places(subject, patterns, 0, subject.target.account, "account")


def _places(subject: Subject, patterns: tuple[str, ...], part: int, own: str, word: str) -> Iterator[Breach]:
    """The target, and where its copies go."""
    if not _fits(own, patterns):
        yield Breach((("targets", f"{word}s"),), f"{word} {own} is not among")
    for path, _, _, arn in subject.copies:
        there = _destination(arn)[part] if arn else own
        if there != own and not _fits(there, patterns):
            yield Breach((path,), f"copies go to {word} {there}, which is not among")


def _fits(value: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


CHECKS: dict[str, Check] = {
    "retention.min": _retention_min,
    "retention.max": _retention_max,
    "rpo.max": _rpo_max,
    "verification.maxAge": _verification_max_age,
    "copies.crossRegion": _cross_region,
    "copies.crossAccount": _cross_account,
    "encryption.customerKey": _customer_key,
    "encryption.keys": _keys,
    "vaultLock.mode": _lock_mode,
    "roles": _roles,
    "regions": _regions,
    "accounts": _accounts,
}
"""`encryption.rotation` is checked on live keys, `locked` on what the files write."""
