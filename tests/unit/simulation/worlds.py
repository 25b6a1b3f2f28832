"""Small bundles, and what becomes of them."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from backup_apps.domain.desired import DesiredPlan, DesiredState, DesiredTarget, DesiredVault, Target
from backup_apps.domain.simulation.points import Miss, Point
from backup_apps.domain.simulation.prices import Prices
from backup_apps.domain.simulation.resources import Resource
from backup_apps.domain.simulation.what_if import Question, Simulation, simulate

ACCOUNT, OTHER = "111111111111", "222222222222"
HERE, ABROAD = Target(ACCOUNT, "eu-west-1"), Target(ACCOUNT, "us-east-1")
THERE = Target(OTHER, "eu-west-1")
ROLE = f"arn:aws:iam::{ACCOUNT}:role/backup"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
FIRST = date(2027, 1, 1)
"""A Friday."""
FILES = "arn:aws:elasticfilesystem:eu-west-1:111111111111:file-system/fs-1"
TABLE = "arn:aws:dynamodb:eu-west-1:111111111111:table/orders"
BUCKET = "arn:aws:s3:::invoices"
DATABASE = "arn:aws:rds:eu-west-1:111111111111:db:crm"
VOLUME = "arn:aws:ec2:eu-west-1:111111111111:volume/vol-1"
TYPES = {FILES: "EFS", TABLE: "DynamoDB", BUCKET: "S3", DATABASE: "RDS", VOLUME: "EBS"}

PRICES = Prices.model_validate(
    {
        "currency": "EUR",
        "asOf": "2027-01-01",
        "source": "a test",
        "dailyChange": "10%",
        "transfer": 0.5,
        "other": {"warm": 1},
        "types": {"EFS": {"warm": 3.1, "cold": 0.31}},
        "regions": {"us-east-1": {"types": {"EFS": {"warm": 6.2}}}},
    }
)


def rule(name: str = "nightly", schedule: str = "cron(0 3 * * ? *)", **members: Any) -> dict[str, Any]:
    return {
        "RuleName": name,
        "TargetBackupVaultName": "main",
        "ScheduleExpression": schedule,
        "ScheduleExpressionTimezone": "Etc/UTC",
        "StartWindowMinutes": 60,
        "CompletionWindowMinutes": 480,
        "Lifecycle": {"DeleteAfterDays": 7},
        "EnableContinuousBackup": False,
        **members,
    }


def copy_to(target: Target, name: str = "main", **lifecycle: Any) -> dict[str, Any]:
    arn = f"arn:aws:backup:{target.region}:{target.account}:backup-vault:{name}"
    return {"DestinationBackupVaultArn": arn, "Lifecycle": lifecycle}


def plan(*rules: dict[str, Any], name: str = "plan", **selection: Any) -> DesiredPlan:
    body = {"SelectionName": "all", "IamRoleArn": ROLE, **(selection or {"Resources": ["*"]})}
    return DesiredPlan(
        app="shop", backup_plan={"BackupPlanName": name, "Rules": list(rules)}, tags={}, selections=(body,)
    )


def vault(name: str = "main", **members: Any) -> DesiredVault:
    return DesiredVault(name=name, tags={}, **members)


def state(*plans: DesiredPlan, abroad: DesiredVault | None = None, **members: Any) -> DesiredState:
    here = {
        "vaults": (vault(key_arn=KEY),),
        "region_settings": {"ResourceTypeOptInPreference": {"S3": True}},
        **members,
    }
    targets = [DesiredTarget(account=HERE.account, region=HERE.region, plans=plans, **here)]
    if abroad:
        targets.append(DesiredTarget(account=ABROAD.account, region=ABROAD.region, vaults=(abroad,)))
    return DesiredState(bundle="acme", targets=tuple(targets))


def resource(arn: str = FILES, **members: Any) -> Resource:
    return Resource(HERE, arn, TYPES.get(arn), **members)


def question(after: DesiredState, *resources: Resource, **members: Any) -> Question:
    first = members.get("first", FIRST)
    asked: dict[str, Any] = {
        "before": None,
        "first": first,
        "since": first - timedelta(days=30),
        "days": 31,
        "prices": PRICES,
        "zone_of": ZoneInfo,
    }
    return Question(after=after, resources=resources or (resource(),), **{**asked, **members})


def simulated(after: DesiredState, *resources: Resource, **members: Any) -> Simulation:
    return simulate(question(after, *resources, **members))


def points(after: DesiredState, *resources: Resource, **members: Any) -> list[Point]:
    return list(simulated(after, *resources, **members).after.points)


def misses(after: DesiredState, *resources: Resource, **members: Any) -> list[Miss]:
    outcomes = simulated(after, *resources, **members).after.outcomes
    return [miss for outcome in outcomes for miss in outcome.misses]


def days(found: list[Point]) -> list[str]:
    return [f"{point.created:%Y-%m-%d}" for point in found]
