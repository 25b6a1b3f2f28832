"""Whether Organizations would store a policy: CreatePolicy's and UpdatePolicy's checks.

They look at one policy alone, so a fragment is fine; what it lacks, others may bring. Open points, settled:
- AWS answers any refusal with one general message; the reasons here are ours.
- AWS was seen to refuse a selection without `tag_key` and `tag_value`, or without `resource_types` and `conditions`,
  even as a fragment, though it documents that policies may be partial. Here a fragment is admitted, and what is still
  missing once all are merged is refused then.
- AWS was seen to admit `[]` for regions under `@@assign`; other empty lists are refused.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreatePolicy.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_backup_syntax.html
"""

from collections.abc import Collection
from datetime import datetime

from backup_apps.domain.organizations.cadence import HOURLY, MONTHLY, runs_at_most
from backup_apps.domain.organizations.policy import Setting, read_policy, refused
from backup_apps.domain.organizations.syntax import Path, admitted, backup_policy

LONGEST_CONTINUOUS = 35
ARCHIVE_GAP = 90
NOTHING = Setting()


def admit(text: str, regions: Collection[str], now: datetime) -> Setting:
    """The policy, if Organizations would store it at `now`. Raises PolicyError."""
    syntax = backup_policy(lambda region: region in regions, lambda text: runs_at_most(HOURLY, text, now))
    root = admitted(read_policy(text), syntax)
    for plan in root.children["plans"].children.values():
        for rule in plan.children.get("rules", NOTHING).children.values():
            _check_rule(rule, ("plans", plan.written, "rules", rule.written), now)
        _check_tags(plan, "backup_plan_tags", ("plans", plan.written))
    return root


def _check_rule(rule: Setting, path: Path, now: datetime) -> None:
    """What must fit together within one rule of one policy."""
    _check_tags(rule, "recovery_point_tags", path)
    lifecycle = rule.children.get("lifecycle", NOTHING)
    if _assigned(rule, "enable_continuous_backup") == "true":
        days = _assigned(lifecycle, "delete_after_days")
        if days is None or int(days) > LONGEST_CONTINUOUS:
            raise refused(path, f"continuous backups need a delete_after_days of {LONGEST_CONTINUOUS} or less beside")
        if _assigned(lifecycle, "move_to_cold_storage_after_days") is not None:
            raise refused(path, "continuous backups can't move to cold storage")
    copies = rule.children.get("copy_actions", NOTHING).children.values()
    for each in (lifecycle, *(copy.children.get("lifecycle", NOTHING) for copy in copies)):
        _check_archive(each, _assigned(rule, "schedule_expression"), path, now)


def _check_archive(lifecycle: Setting, schedule: str | None, path: Path, now: datetime) -> None:
    if _assigned(lifecycle, "opt_in_to_archive_for_supported_resources") != "true":
        return
    cold = _assigned(lifecycle, "move_to_cold_storage_after_days")
    delete = _assigned(lifecycle, "delete_after_days")
    if cold is None or delete is None or int(delete) - int(cold) < ARCHIVE_GAP:
        raise refused(path, f"archiving needs delete_after_days {ARCHIVE_GAP} or more after the move to cold storage")
    if schedule is None or not runs_at_most(MONTHLY, schedule, now):
        raise refused(path, f"archiving needs a schedule_expression beside with runs {MONTHLY.days} days apart or more")


def _check_tags(owner: Setting, field: str, path: Path) -> None:
    for tag in owner.children.get(field, NOTHING).children.values():
        key = _assigned(tag, "tag_key")
        if key is not None and key.lower() != tag.written.lower():
            raise refused((*path, field, tag.written), f"its tag_key is '{key}'; the two must agree, case aside")


def _assigned(setting: Setting, field: str) -> str | None:
    value = setting.children.get(field, NOTHING).assign
    return value if isinstance(value, str) else None
