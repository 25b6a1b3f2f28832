"""Values of another kind, wrong scalars, and what AWS would refuse."""

import random
from typing import Any

from backup_apps.domain.checking import PLAIN
from backup_apps.domain.grammar import Fields, Free, Items, Keyed, Leaf
from backup_apps.domain.places import Path as Keys
from backup_apps.domain.scalar_schemas import scalar_name
from mutations.spots import Data, Files, Spot, at, may_be_list, put, rich_bundle, written


def wrong_kind(rng: random.Random, data: Data) -> Files | None:
    """A mapping where a list belongs, a list where a text belongs, and so on."""
    kinds: dict[type, list[Any]] = {
        Leaf: [["x"], [], {"a": "b"}, {}, [["x"]]],
        Items: ["x", 5, True, {"a": "b"}, {"0": "x"}],
        Fields: ["x", 5, False, ["x"], [{"a": "b"}], []],
        Keyed: ["x", 5, False, ["x"], [{"a": "b"}], []],
    }

    def fits(spot: Spot) -> bool:
        return type(spot.grammar) in kinds and not may_be_list(spot)

    return at(rng, data, fits, lambda spot: rng.choice(kinds[type(spot.grammar)]))


DURATIONS = [
    35,
    3.5,
    "35",
    "d",
    "-35d",
    "3.5d",
    "35 d",
    "35D",
    "35s",
    "1y6w",
    "35dw",
    "thirty-five days",
    "P35D",
    True,
    "",
]
ARNS = ["arn:aws", "acme-backup", "arn:aws:iam::11:role/x", "arn:aws:s3:::bucket", 5, "", "arn:aws:iam::aws:policy/X"]
WRONG_SCALARS: dict[str, list[Any]] = {
    "Days": [*DURATIONS, "8h", "90m", "never"],
    "DaysOrNever": [*DURATIONS, "8h", "90m", "Never", "forever", False],
    "Window": [*DURATIONS, "8d", "1w", "8mh", "never"],
    "Hold": [*DURATIONS, "8d", "0m", "0h", "169h", "10081m", "never"],
    "CronSchedule": ["0 3 * * *", "@daily", "rate(1 day)", "", 3, "cron 0 3 * * ? *", "cron(0 3 * * ? *"],
    "Time": [*DURATIONS, "never", "4x"],
    "TimeOrNever": [*DURATIONS, "NEVER", "4x"],
    "Clock": ["3:00", "24:00", "03:60", "0300", "noon", 300, "03:00:00", "03.00"],
    "Day": ["29991231", "2999-W01-1", "31.12.2999", "2999-02-30", "2999-13-01", "tomorrow", 2999, "2999/12/31", ""],
    "Flag": ["yes", "no", "on", "enabled", 0, 1, "true", "False"],
    "AccountId": [111111111111, 1, "11111111111", "1111111111111", "acme", "11111111111a", "", "*", "1111-1111-1111"],
    "AppName": ["Acme", "a b", "a_b", "x" * 41, "", 5, True, "ä", "a.b", "../a"],
    "Region": ["eu", "EU-WEST-1", "eu-west", "eu-west-1a", "Frankfurt", "", 1, "*", "eu_west_1"],
    "CoveredType": ["RDS", "Aurora", "dynamodb", "ebs", "*", True, "", 5],
    "LockMode": ["Governance", "GOVERNANCE", "legal-hold", True, "", "none"],
    "VaultName": ["a", "a b", "x" * 51, "a.b", "ä-vault", "", 55, "a/b"],
    "PlanName": ["", "a b", "x" * 51, "ä", 5, "a/b"],
    "Schedule": ["0 3 * * *", "@daily", "every day", "", 3, "cron 0 3 * * ? *", "cron(0 3 * * ? *"],
    "RoleArn": [*ARNS, "arn:aws:iam::111111111111:user/x"],
    "KeyArn": [*ARNS, "alias/acme-backup", "arn:aws:kms:eu-west-1:111111111111:acme"],
    "VaultArn": [*ARNS, "arn:aws:backup:eu-west-1:111111111111:backup-plan:x"],
    "TopicArn": [*ARNS, "arn:aws:sqs:eu-west-1:111111111111:x"],
    "ResourceArn": ["table/x", "", 5, "**", "dynamodb", "arn:", "arn: aws"],
    "Key": ["", "a b", "x" * 51, "ä", 5, "a/b", True],
    "Text": ["", 5, 0.5, True, "x" * 4097],
    "TagValue": [5, True, 0.5, "x" * 257],
    "String": [5, True, 0.5],
    "backupappsv1Word": ["backup-apps/v2", "v1", 1, "", "Backup-Apps/v1", "argoproj.io/v1alpha1"],
    "BackupAppWord": ["Application", "backupapp", "BackupPlan", "", 1, "BackupApps"],
    "BackupAppSetWord": ["ApplicationSet", "backupappset", "", 1],
}
"""For each scalar, what looks like it and is none. None of them holds a variable, which would put off the check."""


def with_wrong_scalar(rng: random.Random, name: str, value: Any) -> Files | None:
    """The rich bundle with a wrong value at one of the places of a scalar."""
    return at(
        rng,
        rich_bundle(),
        lambda spot: isinstance(spot.grammar, Leaf) and scalar_name(spot.grammar) == name,
        lambda spot: value,
    )


def wrong_scalar(rng: random.Random, data: Data) -> Files | None:
    def spoiled(spot: Spot) -> Any:
        return rng.choice(WRONG_SCALARS[scalar_name(spot.grammar)])

    return at(rng, data, lambda spot: isinstance(spot.grammar, Leaf), spoiled)


def access_policy_of_another_kind(rng: random.Random, data: Data) -> Files | None:
    wrong = ["text", ["text"], [{"Effect": "Deny"}], 5, True, "{}", [], 0.5]
    return at(rng, data, lambda spot: spot.path[-1:] == ("accessPolicy",), lambda spot: rng.choice(wrong))


NIGHTLY: Keys = ("spec", "policy", "plans", "daily", "rules", "nightly")
MAIN: Keys = ("spec", "policy", "vaults", "main")
REFUSED_BY_AWS: dict[Keys, list[Any]] = {
    (*NIGHTLY, "timezone"): ["Mars/Base", "../etc/passwd", "UTC+2", "europe/dublin ", "/etc/localtime"],
    (*NIGHTLY, "schedule"): [
        "cron(0 99 * * ? *)", "cron(0 3 * * *)", "cron(0 3 * * ? * *)", "cron(0 3 31 2 ? *)", "rate(1 day)", "cron()",
        "cron(0/0 3 * * ? *)", "cron(0 3 * * * *)", "cron(0 3 ? * MON#9 *)", "cron(0 3 ? * 2#99999999999999999999 *)",
        "cron(a b c d e f)", "cron(* * * * ? *)", "cron(0 3 * * ? 1969)", "cron(0 3 L-40 * ? *)",
    ],
    (*NIGHTLY, "vault"): ["nobody", "Main", "primary"],
    (*NIGHTLY, "startWindow"): ["59m", "0h", "999999999h"],
    (*NIGHTLY, "completeWindow"): ["90m", "0m", "999999999h"],
    (*NIGHTLY, "continuous"): [True],
    (*NIGHTLY, "copies", "dr", "to", "region"): ["eu-nowhere-9", "cn-north-1"],
    (*NIGHTLY, "copies", "dr"): [{"retention": {"delete": "90d"}}],
    (*NIGHTLY, "copies", "dr", "retention", "delete"): ["never", "0d", "999999999y", "6d"],
    (*NIGHTLY, "tags"): [{"aws:x": "y"}, {"backup-apps:app": "y"}, {f"tag{n}": "x" for n in range(11)}],
    (*MAIN, "lock"): [{"mode": "compliance"}, {"mode": "governance", "changeableFor": "3d"}],
    (*MAIN, "notifications", "events"): [[], ["SOMETHING_HAPPENED"]],
}  # fmt: skip
"""In the rich bundle, which has guardrails of every kind: they, too, meet what AWS would refuse."""


def refused_by_aws(rng: random.Random, data: Data) -> Files | None:
    path = rng.choice(list(REFUSED_BY_AWS))
    spot = Spot("app.yaml", 0, path, Free(), PLAIN, None)
    return written(put(rich_bundle(), spot, rng.choice(REFUSED_BY_AWS[path])))


def null(rng: random.Random, data: Data) -> Files | None:
    """Even where AWS's own JSON stands, null is no value."""
    return at(rng, data, lambda spot: True, lambda spot: None)


MUTATIONS = (wrong_kind, wrong_scalar, access_policy_of_another_kind, refused_by_aws, null)
