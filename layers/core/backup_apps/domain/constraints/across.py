"""What AWS Backup would refuse of several apps together: names, quotas and vaults that they share."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from backup_apps.domain.constraints.rule import Subject, Violation
from backup_apps.domain.constraints.vaults import outside_lock
from backup_apps.domain.desired import Target
from backup_apps.domain.places import Path
from backup_apps.domain.policy import Copy, Vault
from backup_apps.domain.rendering import plan_name
from backup_apps.domain.restore_testing import is_tested

PLAN = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupPlanInput.html"
QUOTAS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html"
CREATE_VAULT = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CreateBackupVault.html"
REGION_SETTINGS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UpdateRegionSettings.html"
LOCKED_JOBS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html"
COPY_ACTION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyAction.html"

_IN_DAYS = {"min", "max", "changeableFor"}


class DeclaredVault(NamedTuple):
    """A vault and the app that declares it, on one of its targets."""

    subject: Subject
    path: Path
    vault: Vault


class AllSubjects:
    """All subjects of a bundle, in order, and the vaults that they declare; read once for all constraints."""

    def __init__(self, subjects: Iterable[Subject]) -> None:
        self.all = sorted(subjects, key=lambda subject: (subject.target, subject.app))
        self.by_target: dict[Target, list[Subject]] = {}
        self.declared: dict[str, DeclaredVault] = {}
        """The first description of each vault, by its ARN."""
        for subject in self.all:
            self.by_target.setdefault(subject.target, []).append(subject)
            for arn, (path, vault) in subject.by_arn.items():
                if arn not in self.declared:
                    self.declared[arn] = DeclaredVault(subject, path, vault)

    @property
    def at_plan_time(self) -> bool:
        return any(subject.catalog.at_plan_time for subject in self.all)

    @property
    def copies_elsewhere(self) -> Iterator[tuple[Subject, Path, Copy, str]]:
        """Copies into vaults that their app does not declare itself, with the vault's ARN."""
        for subject in self.all:
            for path, copy, _, arn in subject.copies:
                if arn and arn not in subject.by_arn:
                    yield subject, path, copy, arn


Check = Callable[[AllSubjects], Iterator[tuple[Subject, Violation]]]


class AcrossConstraint(NamedTuple):
    """A numbered rule over all apps and targets of a bundle; `source` is the page that says so."""

    number: str
    source: str
    check: Check


def check_across(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    """What is wrong with all subjects of a bundle together, each finding with the subject it lies in.

    At plan time the lints count: what may still be written elsewhere while somebody edits must be there by then.
    """
    return _check((*ACROSS, *ACROSS_LINTS) if subjects.at_plan_time else ACROSS, subjects)


def warn_across(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    """What is worth a warning in all subjects of a bundle together."""
    return _check(() if subjects.at_plan_time else ACROSS_LINTS, subjects)


def _check(constraints: Sequence[AcrossConstraint], subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    for number, _, check in constraints:
        for subject, (path, message) in check(subjects):
            yield subject, Violation(path, f"{message} ({number})")


def plan_names_are_different(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    first: dict[tuple[Target, str], Subject] = {}
    for subject, path, name in _plans(subjects.all):
        other = first.setdefault((subject.target, name), subject)
        if other.app != subject.app:
            message = (
                f"the app '{other.app}' has a plan '{name}' in {subject.target} already: a name stands for one plan, "
                "so rename one of them"
            )
            yield subject, Violation(path, message)


def plans_in_quota(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    for target, group in subjects.by_target.items():
        quota = group[0].catalog.quotas.plans_per_region
        count = sum(len(subject.plans) for subject in group)
        if count > quota:
            subject, path, _ = list(_plans(group))[quota]
            yield subject, Violation(path, _over_quota(count, "plans", target, quota))


def vaults_in_quota(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    made: dict[Target, list[DeclaredVault]] = {}
    for declared in subjects.declared.values():
        made.setdefault(declared.subject.target, []).append(declared)
    for target, vaults in made.items():
        quota = vaults[0].subject.catalog.quotas.vaults_per_region
        if len(vaults) > quota:
            subject, path, _ = vaults[quota]
            yield subject, Violation(path, _over_quota(len(vaults), "vaults", target, quota))


def vaults_are_described_alike(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    for subject in subjects.all:
        for arn, (path, vault) in subject.by_arn.items():
            other = subjects.declared[arn]
            if other.vault is not vault and other.vault != vault:
                found = _first_difference(_written(other.vault), _written(vault), ())
                if found:
                    where, theirs, ours = found
                    message = (
                        f"the app '{other.subject.app}' describes the vault '{vault.name}' of {subject.target} too, "
                        f"{_shown(where, theirs)}; this one {_shown(where, ours)}: describe it alike, or once in a "
                        "parent"
                    )
                    yield subject, Violation((*path, *where), message)


def region_settings_are_alike(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    """A region has one setting for each resource type."""
    first: dict[tuple[Target, str, str], tuple[Subject, bool]] = {}
    for subject in subjects.all:
        settings = subject.policy.region_settings
        for kind, switches in (("optIn", settings.opt_in), ("management", settings.management)):
            for resource_type, on in sorted(switches.items()):
                other, theirs = first.setdefault((subject.target, kind, resource_type), (subject, on))
                if theirs is not on:
                    message = (
                        f"the app '{other.app}' sets {kind} of {resource_type} in {subject.target} to "
                        f"{'true' if theirs else 'false'}: a region has one setting, so write it once in a parent"
                    )
                    yield subject, Violation(("regionSettings", kind, resource_type), message)


def copies_fit_the_lock(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    """Copies into vaults of other apps and targets; those into an app's own vault are B615's."""
    for subject, path, copy, arn in subjects.copies_elsewhere:
        there = subjects.declared.get(arn)
        wrong = outside_lock(there.vault.lock, copy.retention) if there else None
        if there and wrong:
            message = (
                f"{wrong} of the vault '{there.vault.name}' in {there.subject.target}, of app '{there.subject.app}'"
            )
            yield subject, Violation((*path, "retention", "delete"), message)


def copies_go_to_known_vaults(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    for subject, path, copy, arn in subjects.copies_elsewhere:
        if arn in subjects.declared or (copy.to and copy.to.external):
            continue
        region, account, _, name = arn.split(":")[3:]
        outside = "external: true" if copy.to else "'to' with external: true instead of the ARN"
        message = (
            f"no app declares the vault '{name}' in {account}/{region}: declare it there, or write {outside} if "
            "something else makes it"
        )
        yield subject, Violation((*path, *(("to", "vault") if copy.to else ("vaultArn",))), message)


def _plans(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, Path, str]]:
    """Each plan with its name in AWS."""
    for subject in subjects:
        for path, plan in subject.plans:
            yield subject, path, plan_name(plan, subject.app, str(path[-1]))


def _over_quota(count: int, what: str, target: Target, quota: int) -> str:
    return (
        f"this makes {count} {what} in {target}; the quota is {quota}: use fewer, or have AWS raise it and say so in "
        "BACKUP_APPS_QUOTAS"
    )


def _written(vault: Vault) -> dict[str, Any]:
    """A vault as the language writes it; a lock without a longest retention is one way to write it."""
    document: dict[str, Any] = vault.model_dump(by_alias=True, exclude_none=True)
    if document.get("lock", {}).get("max") == "never":
        del document["lock"]["max"]
    return document


def _first_difference(theirs: Any, ours: Any, path: Path) -> tuple[Path, Any, Any] | None:
    """The first place where two descriptions differ, and what each says there; None for nothing."""
    if not (isinstance(theirs, Mapping) and isinstance(ours, Mapping)):
        return None if theirs == ours else (path, theirs, ours)
    found = (_first_difference(theirs.get(key), ours.get(key), (*path, key)) for key in sorted({*theirs, *ours}))
    return next((difference for difference in found if difference), None)


def _shown(path: Path, value: Any) -> str:
    """What a vault says at a path: `with lock.min 7d`."""
    name = ".".join(str(part) for part in path)
    if value is None:
        return f"without {name}"
    if isinstance(value, Mapping):
        return f"with {name}"
    return f"with {name} " + (f"{value}d" if path[-1] in _IN_DAYS and isinstance(value, int) else f"'{value}'")


def testing_plans_in_quota(subjects: AllSubjects) -> Iterator[tuple[Subject, Violation]]:
    """One for each app whose restores AWS tests."""
    for target, group in subjects.by_target.items():
        quota = group[0].catalog.quotas.restore_testing_plans_per_region
        tested = [subject for subject in group if is_tested(subject.policy)]
        if len(tested) > quota:
            message = _over_quota(len(tested), "restore testing plans", target, quota)
            yield tested[quota], Violation(("verification", "engine"), message)


ACROSS = (
    AcrossConstraint("B801", PLAN, plan_names_are_different),
    AcrossConstraint("B802", QUOTAS, plans_in_quota),
    AcrossConstraint("B803", QUOTAS, vaults_in_quota),
    AcrossConstraint("B804", CREATE_VAULT, vaults_are_described_alike),
    AcrossConstraint("B805", LOCKED_JOBS, copies_fit_the_lock),
    AcrossConstraint("B806", REGION_SETTINGS, region_settings_are_alike),
    AcrossConstraint("B807", QUOTAS, testing_plans_in_quota),
)

ACROSS_LINTS = (AcrossConstraint("L801", COPY_ACTION, copies_go_to_known_vaults),)
