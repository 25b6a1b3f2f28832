"""What AWS Backup accepts and is surely not meant."""

from collections.abc import Iterator
from math import inf

from backup_apps.domain.constraints.parts import conditions
from backup_apps.domain.constraints.restore_testing import types_without_tests
from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.cron import includes
from backup_apps.domain.policy import Rule

ASSIGNING = "https://docs.aws.amazon.com/aws-backup/latest/devguide/assigning-resources.html"
SELECTION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupSelection.html"
COSTS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/metering-and-billing.html"
PLAN_OPTIONS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html"
COPY_ACTION = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_CopyAction.html"


@numbered("L101", ASSIGNING)
def plan_without_selection(subject: Subject) -> Iterator[Violation]:
    for path, plan in subject.plans:
        if not plan.selections:
            yield Violation(path, "this plan backs up nothing: write 'selections', or remove it")


@numbered("L102", COSTS)
def one_warm_day(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        retention = rule.retention
        key, days = ("delete", retention.delete) if retention.cold is None else ("cold", retention.cold)
        if days == 1:
            yield Violation(
                (*path, "retention", key),
                "points leave warm storage after a day, so the next one may find none to build on and be a full "
                "backup; AWS advises a week",
            )


@numbered("L103", COPY_ACTION)
def unlimited_copy(subject: Subject) -> Iterator[Violation]:
    for path, copy, _, _ in subject.copies:
        if copy.retention.delete == "never":
            yield Violation(
                (*path, "retention", "delete"),
                "these copies are never deleted, so their cost only grows; write e.g. 7y",
            )


@numbered("L104", SELECTION)
def impossible_selection(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        required: dict[str, str] = {}
        for operator, key, value in conditions(selection):
            if operator == "equals" and required.setdefault(key, value) != value:
                yield Violation(
                    (*path, "allTags", "equals", key),
                    f"selects nothing: no resource has both '{required[key]}' and '{value}' as its tag '{key}'; for "
                    "either of them write 'anyTag'",
                )
            if operator == "notEquals" and required.get(key) == value:
                yield Violation(
                    (*path, "allTags", "notEquals", key),
                    f"selects nothing: the tag '{key}' can't be '{value}' and not be it at once",
                )


@numbered("L105", SELECTION)
def everything_excluded(subject: Subject) -> Iterator[Violation]:
    for path, selection in subject.selections:
        if "*" in selection.exclude:
            yield Violation(
                (*path, "exclude", selection.exclude.index("*")), "selects nothing: '*' excludes everything"
            )


@numbered("L106", PLAN_OPTIONS)
def shadowed_rule(subject: Subject) -> Iterator[Violation]:
    for path, plan in subject.plans:
        longer: list[tuple[str, Rule]] = []
        for key, rule in sorted(plan.rules.items(), key=_longest_first) if len(plan.rules) > 1 else ():
            other = next((key for key, other in longer if _runs_whenever(other, rule)), None)
            if other is None:
                longer.append((key, rule))
            else:
                yield Violation(
                    (*path, "rules", key),
                    f"never backs up: '{other}' runs at the same times and keeps its points as long or longer, and of "
                    "rules that overlap AWS Backup runs that one alone",
                )


def _runs_whenever(other: Rule, rule: Rule) -> bool:
    """Whether one runs at every time of the other, on the same clock."""
    if (other.timezone, other.continuous) != (rule.timezone, rule.continuous):
        return False
    return other.schedule == rule.schedule or includes(other.schedule, rule.schedule)


def _longest_first(item: tuple[str, Rule]) -> tuple[float, str]:
    key, rule = item
    return (-inf if rule.retention.delete == "never" else -rule.retention.delete), key


LINTS = (
    plan_without_selection,
    one_warm_day,
    unlimited_copy,
    impossible_selection,
    everything_excluded,
    shadowed_rule,
    types_without_tests,
)
