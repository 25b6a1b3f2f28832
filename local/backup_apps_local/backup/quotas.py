"""AWS Backup's quotas, as data: an account can have the adjustable ones raised.

https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Quotas:
    plans: int = 300
    """Per account and region; adjustable. Older pages say 100."""
    versions_per_plan: int = 2_000
    vaults: int = 300
    """Per account and region, air-gapped vaults included; adjustable. Older pages say 100."""
    selections_per_plan: int = 100
    rules_per_plan: int = 10
    """Written as a quota of backup policies; held for every plan, which is the careful reading."""
    copy_actions_per_rule: int = 5
    recovery_point_tags: int = 10
    conditions_per_selection: int = 30
    plain_arns_per_selection: int = 500
    wildcard_arns_per_selection: int = 30
    legal_holds: int = 50
    restore_testing_plans: int = 100
    restore_testing_selections_per_plan: int = 30
    restore_testing_arns_per_selection: int = 30
    restore_testing_conditions_per_selection: int = 30
    tags_per_resource: int = 50
    """https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html"""
