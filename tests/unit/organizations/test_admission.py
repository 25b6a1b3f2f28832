"""What Organizations would not store. Each refused document here is fine but for one thing."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backup_apps.domain.organizations.admission import admit
from backup_apps.domain.organizations.policy import LONGEST_POLICY, PolicyError
from backup_apps.domain.regions import REGIONS
from organizations.chains import NOW

CONTROL = "@@operators_allowed_for_child_policies"
ARN = "arn:aws:backup:us-east-1:$account:backup-vault:second"
GOOD: dict[str, Any] = {
    "plans": {
        "daily": {
            "regions": {"@@assign": ["eu-west-1"], CONTROL: ["@@append", "@@remove"]},
            "rules": {
                "monthly": {
                    "schedule_expression": {"@@assign": "cron(0 5 1 * ? *)"},
                    "target_backup_vault_name": {"@@assign": "main"},
                    "start_backup_window_minutes": {"@@assign": "60"},
                    "complete_backup_window_minutes": {"@@assign": 120},
                    "enable_continuous_backup": {"@@assign": False},
                    "lifecycle": {
                        "move_to_cold_storage_after_days": {"@@assign": "30"},
                        "delete_after_days": {"@@assign": "120"},
                        "opt_in_to_archive_for_supported_resources": {"@@assign": "true"},
                    },
                    "copy_actions": {
                        ARN: {
                            "target_backup_vault_arn": {"@@assign": ARN},
                            "lifecycle": {"delete_after_days": {"@@assign": "7"}},
                        }
                    },
                    "recovery_point_tags": {"Owner": {"tag_key": {"@@assign": "owner"}, "tag_value": {"@@assign": ""}}},
                    "index_actions": {"resource_types": {"@@assign": ["EBS"]}},
                    "scan_actions": {"GUARDDUTY": {"scan_mode": {"@@assign": "FULL_SCAN"}}},
                },
                "live": {
                    "enable_continuous_backup": {"@@assign": "true"},
                    "lifecycle": {"delete_after_days": {"@@assign": "35"}},
                },
            },
            "selections": {
                "tags": {
                    "tagged": {
                        "iam_role_arn": {"@@assign": "arn:aws:iam::$account:role/service/backup"},
                        "tag_key": {"@@assign": "backup"},
                        "tag_value": {"@@assign": ["daily"], "@@append": ["weekly"], "@@remove": ["never"]},
                    }
                },
                "resources": {
                    "some": {
                        "iam_role_arn": {"@@assign": "arn:aws-cn:iam::$account:role/backup"},
                        "resource_types": {"@@assign": ["*", "arn:aws-cn:ec2:*:*:volume/*"]},
                        "not_resource_types": {"@@assign": ["arn:aws:rds:*:*:db:*"]},
                        "conditions": {
                            "string_not_like": {
                                "c": {
                                    "condition_key": {"@@assign": "aws:ResourceTag/a"},
                                    "condition_value": {"@@assign": "b*"},
                                }
                            }
                        },
                    }
                },
            },
            "advanced_backup_settings": {
                "ec2": {"windows_vss": {"@@assign": "enabled"}},
                "s3": {"backup_acls": {"@@assign": "disabled"}, "backup_object_tags": {"@@assign": "enabled"}},
            },
            "backup_plan_tags": {"stage": {"tag_key": {"@@assign": "Stage"}, "tag_value": {"@@assign": "Beta"}}},
            "scan_settings": {
                "GUARDDUTY": {
                    "resource_types": {"@@assign": ["ALL"]},
                    "scanner_role_arn": {"@@assign": "arn:aws:iam::$account:role/scanner"},
                }
            },
        }
    }
}
RULE = "plans/daily/rules/monthly"
LIVE = "plans/daily/rules/live"
TAGGED = "plans/daily/selections/tags/tagged"
SOME = "plans/daily/selections/resources/some"
GONE = object()


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with another value at a path, or without the path."""
    document = copy.deepcopy(GOOD)
    *above, last = path.split("/")
    node = document
    for part in above:
        node = node.setdefault(part, {})
    if value is GONE:
        del node[last]
    else:
        node[last] = value
    return document


def test_the_good_one_is_admitted() -> None:
    admit(json.dumps(GOOD), REGIONS, NOW)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("other", {}),
        ("plans", GONE),
        ("plans", {"@@assign": {}}),
        ("plans", {"@@append": ["daily"]}),
        ("plans", []),
        ("plans/with space", {}),
        ("plans/é", {}),
        ("plans/" + 51 * "x", {}),
        ("plans/daily/other", {"@@assign": "x"}),
        ("plans/DAILY", {}),
        ("plans/daily/regions", "eu-west-1"),
        ("plans/daily/regions", ["eu-west-1"]),
        ("plans/daily/regions", None),
        ("plans/daily/regions", {"@@assign": "eu-west-1"}),
        ("plans/daily/regions", {"@@assign": ["eu-nowhere-1"]}),
        ("plans/daily/regions", {"@@assign": ["*"]}),
        ("plans/daily/regions", {"@@assign": [["eu-west-1"]]}),
        ("plans/daily/regions", {"@@assign": [{}]}),
        ("plans/daily/regions", {"@@append": []}),
        ("plans/daily/regions", {"@@append": "eu-west-1"}),
        ("plans/daily/regions", {"@@replace": ["eu-west-1"]}),
        ("plans/daily/regions", {"@@assign": ["eu-west-1"], "@@ASSIGN": ["eu-west-1"]}),
        ("plans/daily/regions", {"@@assign": ["eu-west-1"], "more": {}}),
        (f"plans/daily/regions/{CONTROL}", []),
        (f"plans/daily/regions/{CONTROL}", "@@none"),
        (f"plans/daily/regions/{CONTROL}", [1]),
        (f"plans/daily/regions/{CONTROL}", ["@@some"]),
        (f"plans/daily/regions/{CONTROL}", ["@@none", "@@remove"]),
        (f"plans/daily/regions/{CONTROL}", ["@@assign", "@@assign"]),
        (f"{RULE}/other", {"@@assign": "one"}),
        ("plans/daily/rules/with space", {}),
        (f"{RULE}/target_backup_vault_name", {"@@assign": "a.b"}),
        (f"{RULE}/target_backup_vault_name", {"@@assign": 51 * "x"}),
        (f"{RULE}/target_backup_vault_name", {"@@assign": ["main"]}),
        (f"{RULE}/target_backup_vault_name", {"@@append": ["main"]}),
        (f"{RULE}/start_backup_window_minutes", {"@@assign": "59"}),
        (f"{RULE}/start_backup_window_minutes", {"@@assign": 60.0}),
        (f"{RULE}/start_backup_window_minutes", {"@@assign": -60}),
        (f"{RULE}/start_backup_window_minutes", {"@@assign": "10000000000000000"}),
        (f"{RULE}/complete_backup_window_minutes", {"@@assign": "1h"}),
        (f"{RULE}/enable_continuous_backup", {"@@assign": "yes"}),
        (f"{RULE}/schedule_expression", {"@@assign": "rate(1 day)"}),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0/30 * * * ? *)"}),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0 5 1 1 ? 2026-2027)"}),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0 5 L-31 * ? *)"}),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0 5 31W FEB ? *)"}),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0 5 ? * MON#6 *)"}),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0 5 ? * 1L,2L *)"}),
        (f"{RULE}/lifecycle/other", {"@@assign": "1"}),
        (f"{RULE}/lifecycle/delete_after_days", {"@@assign": "0"}),
        (f"{RULE}/lifecycle/delete_after_days", {"@@assign": "119"}),
        (f"{RULE}/lifecycle/delete_after_days", GONE),
        (f"{RULE}/lifecycle/move_to_cold_storage_after_days", GONE),
        (f"{RULE}/schedule_expression", {"@@assign": "cron(0 5 ? * MON *)"}),
        (f"{RULE}/schedule_expression", GONE),
        (f"{RULE}/copy_actions/arn:aws:backup:us-east-1:$account:vault:second", {}),
        (f"{RULE}/copy_actions/{ARN}", {}),
        (f"{RULE}/copy_actions/{ARN}/target_backup_vault_arn", {"@@assign": "second"}),
        (f"{RULE}/copy_actions/{ARN}/other", {"@@assign": "x"}),
        (
            f"{RULE}/copy_actions/{ARN}/lifecycle",
            {"opt_in_to_archive_for_supported_resources": {"@@assign": "true"}},
        ),
        (
            f"{RULE}/target_logically_air_gapped_backup_vault_arn",
            {"@@assign": "arn:aws:backup:eu-west-1:$account:backup-vault:gap"},
        ),
        (f"{RULE}/recovery_point_tags/Owner/tag_key", {"@@assign": "team"}),
        (f"{RULE}/recovery_point_tags/Owner/tag_value", GONE),
        (f"{RULE}/recovery_point_tags/Owner/tag_value", {"@@assign": 257 * "x"}),
        (f"{RULE}/index_actions/resource_types", {"@@assign": ["RDS"]}),
        (f"{RULE}/scan_actions/GUARDDUTY/scan_mode", {"@@assign": "QUICK"}),
        (f"{RULE}/scan_actions/MACIE", {}),
        (f"{LIVE}/lifecycle/delete_after_days", {"@@assign": "36"}),
        (f"{LIVE}/lifecycle", {}),
        (f"{LIVE}/lifecycle/move_to_cold_storage_after_days", {"@@assign": "1"}),
        ("plans/daily/selections/others", {}),
        (f"{TAGGED}/iam_role_arn", {"@@assign": "arn:aws:iam::111111111111:role/backup"}),
        (f"{TAGGED}/tag_key", {"@@assign": ""}),
        (f"{TAGGED}/tag_key", {"@@assign": 129 * "x"}),
        (f"{TAGGED}/tag_value", {"@@assign": []}),
        (f"{TAGGED}/tag_value", {"@@remove": []}),
        (f"{TAGGED}/resource_types", {"@@assign": ["*"]}),
        (f"{SOME}/resource_types", {"@@assign": ["arn:aws:ec2:*:*:volume/vol-1"]}),
        (f"{SOME}/resource_types", {"@@assign": ["arn:aws:sqs:*:*:*"]}),
        (f"{SOME}/tag_key", {"@@assign": "x"}),
        (f"{SOME}/conditions/string_equal", {}),
        (f"{SOME}/conditions/string_not_like/c/condition_value", GONE),
        (f"{SOME}/conditions/string_not_like/c d", {}),
        ("plans/daily/advanced_backup_settings/ec2/windows_vss", {"@@assign": "on"}),
        ("plans/daily/advanced_backup_settings/ec2/backup_acls", {"@@assign": "enabled"}),
        ("plans/daily/advanced_backup_settings/rds", {}),
        ("plans/daily/backup_plan_tags/stage/tag_key", {"@@assign": "Level"}),
        ("plans/daily/scan_settings/GUARDDUTY/resource_types", {"@@assign": ["RDS"]}),
        ("plans/daily/scan_settings/GUARDDUTY/other", {"@@assign": "x"}),
    ],
)
def test_what_does_not_fit_is_malformed(path: str, value: Any) -> None:
    with pytest.raises(PolicyError) as refusal:
        admit(json.dumps(changed(path, value)), REGIONS, NOW)

    assert refusal.value.code == "MalformedPolicyDocumentException"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"plans": {}, "plans": {}}',
        '{"plans": {}, "PLANS": {}}',
        '{"plans": {"a": {"regions": {"@@assign": [NaN]}}}}',
        '{"plans": {}, "@@assign": {}}',
        '{"plans": {}, "@@append": {}}',
        "[" * 4000,
    ],
)
def test_what_is_no_policy_at_all_is_malformed(text: str) -> None:
    with pytest.raises(PolicyError, match="MalformedPolicyDocumentException"):
        admit(text, REGIONS, NOW)


def test_white_space_counts_towards_the_longest_policy() -> None:
    text = json.dumps({"plans": {}})
    admit(text.ljust(LONGEST_POLICY), REGIONS, NOW)

    with pytest.raises(PolicyError, match="ConstraintViolationException: POLICY_CONTENT_LIMIT_EXCEEDED"):
        admit(text.ljust(LONGEST_POLICY + 1), REGIONS, NOW)


@pytest.mark.parametrize(
    "schedule",
    [
        "cron(0 5 * * ?)",
        "cron(0 5 * * ? * 7 8)",
        "cron(0 5 ? * 7-1 *)",
        "cron(0 5 1 NOV-FEB ? *)",
        "cron(0/59 5 ? * * *)",
    ],
)
def test_schedules_that_organizations_admits(schedule: str) -> None:
    """The last: whether 59 minutes are too short depends on the hour at which one asks."""
    document = {"plans": {"a": {"rules": {"b": {"schedule_expression": {"@@assign": schedule}}}}}}
    admit(json.dumps(document), REGIONS, datetime(2026, 1, 15, 5, 30, tzinfo=UTC))


def test_a_schedule_is_judged_by_its_next_two_runs() -> None:
    document = {"plans": {"a": {"rules": {"b": {"schedule_expression": {"@@assign": "cron(0,59 7 ? * * *)"}}}}}}

    admit(json.dumps(document), REGIONS, datetime(2026, 1, 15, 7, 40, tzinfo=UTC))
    with pytest.raises(PolicyError):
        admit(json.dumps(document), REGIONS, datetime(2026, 1, 15, 6, 0, tzinfo=UTC))
