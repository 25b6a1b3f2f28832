"""How long recovery points live, and when they move to cold storage."""

from collections.abc import Iterator
from datetime import timedelta

from backup_apps.domain.constraints.rule import Subject, Violation, numbered
from backup_apps.domain.cron import shortest_gap

LIFECYCLE = "https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html"
CONTINUOUS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html"
PLAN_OPTIONS = "https://docs.aws.amazon.com/aws-backup/latest/devguide/plan-options-and-configuration.html"

LONGEST = 36_500
COLD_GAP = 90
LONGEST_CONTINUOUS = 35
ARCHIVE_CADENCE = timedelta(days=28)


@numbered("B101", LIFECYCLE)
def delete_in_bounds(subject: Subject) -> Iterator[Violation]:
    for path, retention in subject.retentions:
        days = retention.delete
        if days != "never" and not 1 <= days <= LONGEST:
            message = f"recovery points live 1d to {LONGEST}d, not {days}d; write 'never' to keep them for good"
            yield Violation((*path, "delete"), message)


@numbered("B102", LIFECYCLE)
def cold_in_bounds(subject: Subject) -> Iterator[Violation]:
    for path, retention in subject.retentions:
        if retention.cold is not None and not 1 <= retention.cold <= LONGEST:
            message = f"recovery points move to cold storage after 1d to {LONGEST}d, not {retention.cold}d"
            yield Violation((*path, "cold"), message)


@numbered("B103", LIFECYCLE)
def cold_gap(subject: Subject) -> Iterator[Violation]:
    for path, (delete, cold) in ((path, (r.delete, r.cold)) for path, r in subject.retentions):
        if cold is not None and delete != "never" and delete < cold + COLD_GAP:
            yield Violation(
                (*path, "delete"),
                f"cold storage keeps a recovery point {COLD_GAP}d at least: with cold after {cold}d, delete after "
                f"{cold + COLD_GAP}d or later, not {delete}d",
            )


@numbered("B104", LIFECYCLE)
def archive_needs_cold(subject: Subject) -> Iterator[Violation]:
    for path, retention in subject.retentions:
        if retention.archive_when_supported and retention.cold is None:
            message = (
                "archiveWhenSupported says what may move to cold storage, but no 'cold' says when: write cold: 30d"
            )
            yield Violation((*path, "archiveWhenSupported"), message)


@numbered("B105", PLAN_OPTIONS)
def archive_needs_monthly_runs(subject: Subject) -> Iterator[Violation]:
    """AWS looks at the next two runs only, so its answer may change from day to day; ours is that of the worst day."""
    for path, rule in subject.rules:
        gap = shortest_gap(rule.schedule) if rule.retention.archive_when_supported else None
        if gap is not None and gap < ARCHIVE_CADENCE:
            yield Violation(
                (*path, "retention", "archiveWhenSupported"),
                f"AWS Backup archives snapshots only of rules that run monthly or less, {ARCHIVE_CADENCE.days} days or "
                f"more apart; {rule.schedule} has runs {gap.days} days apart: archive in a monthly rule of its own",
            )


@numbered("B106", CONTINUOUS)
def continuous_is_short(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        delete = rule.retention.delete
        if rule.continuous and (delete == "never" or delete > LONGEST_CONTINUOUS):
            yield Violation(
                (*path, "retention", "delete"),
                f"a continuous backup is kept {LONGEST_CONTINUOUS}d at most, not {_shown(delete)}; "
                "keep snapshots for longer in a second rule without 'continuous'",
            )


@numbered("B107", CONTINUOUS)
def continuous_is_warm(subject: Subject) -> Iterator[Violation]:
    for path, rule in subject.rules:
        if rule.continuous and rule.retention.cold is not None:
            message = "a continuous backup can't move to cold storage: leave out 'cold', or 'continuous'"
            yield Violation((*path, "retention", "cold"), message)


def _shown(days: int | str) -> str:
    return days if isinstance(days, str) else f"{days}d"


RETENTION = (
    delete_in_bounds,
    cold_in_bounds,
    cold_gap,
    archive_needs_cold,
    archive_needs_monthly_runs,
    continuous_is_short,
    continuous_is_warm,
)
