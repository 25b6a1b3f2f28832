"""A region of a member account: what tells the hub of changes there, and how much room is left."""

from collections.abc import Iterator

from backup_apps.domain.doctor.check import Checked, about, numbered
from backup_apps.domain.doctor.deployment import FORWARDED, RULE
from backup_apps.domain.doctor.facts import Examination, Trail, Unknown
from backup_apps.domain.normal_form import canonical_json

_NEAR = 0.9
_READING = "name a role of the account that may {}: --role NAME"
_TRAIL = (
    "aws cloudtrail create-trail --name management-events --is-multi-region-trail --s3-bucket-name BUCKET, "
    "then aws cloudtrail start-logging --name management-events"
)
_MEMBER_STACK = "deploy member.yaml of this release in this region (docs/deploy.md)"


@numbered("D301", "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html")
def writes_are_recorded(examined: Examination) -> Iterator[Checked]:
    """EventBridge gets calls of an API from a trail that logs, and from nowhere else."""
    for target, facts in sorted(examined.targets.items()):
        here, trails = about("trail of write management events", target), facts.trails
        if isinstance(trails, Unknown):
            yield here.unknown(trails, _READING.format("cloudtrail:DescribeTrails"))
            continue
        good = [one for one in trails if one.logging is True and one.writes is True]
        in_doubt = [one for one in trails if one not in good and _may_do(one)]
        if good and any(one.keys is True for one in good):
            yield here.ok(f"{good[0].name} records them")
        elif good and not any(_may_do(one) and one.keys is not False for one in trails):
            cure = f"aws cloudtrail put-event-selectors --trail-name {good[0].name} …, without excluded event sources"
            yield here.failed(f"{good[0].name} leaves out the events of KMS: a key's deletion is found by sweep", cure)
        elif good or in_doubt:
            names = ", ".join(one.name for one in (*good, *in_doubt))
            yield here.unknown(Unknown(f"what {names} records may not be read here"), _ask_owner(names))
        else:
            told = ", ".join(f"{one.name} {_why_not(one)}" for one in trails) or "there is no trail"
            yield here.failed(f"nothing tells of changes within minutes: {told}", _cure(trails))


def _may_do(trail: Trail) -> bool:
    return trail.logging is not False and trail.writes is not False


def _why_not(trail: Trail) -> str:
    return "does not log" if trail.logging is False else "records no management events that write"


def _cure(trails: tuple[Trail, ...]) -> str:
    idle = [one for one in trails if one.logging is False and one.writes is True]
    return f"aws cloudtrail start-logging --name {idle[0].name}" if idle else _TRAIL


def _ask_owner(names: str) -> str:
    return f"in the account that owns the trail: aws cloudtrail get-event-selectors --trail-name {names}"


@numbered("D302", "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html")
def events_are_forwarded(examined: Examination) -> Iterator[Checked]:
    bus = examined.hub.outputs.get("EventBus")
    for target, facts in sorted(examined.targets.items()):
        here, rule = about(f"rule {RULE}", target), facts.rule
        if target not in examined.asked.targets:
            continue
        if isinstance(rule, Unknown):
            yield here.unknown(rule, _READING.format("events:DescribeRule and events:ListTargetsByRule"))
        elif rule is None:
            yield here.failed("the rule is not there: the hub hears nothing of this region", _MEMBER_STACK)
        elif not rule.enabled:
            yield here.failed("the rule is disabled", f"aws events enable-rule --name {RULE} --region {target.region}")
        elif bus not in rule.targets:
            message = f"the rule sends to {', '.join(rule.targets) or 'nobody'}, not to the hub's bus"
            yield here.failed(message, f"update the member stack with HubBusArn={bus}")
        elif canonical_json(rule.pattern) != canonical_json(FORWARDED):
            yield here.failed("the rule forwards other events than this release needs", _MEMBER_STACK)
        else:
            yield here.ok("it forwards what AWS Backup and KMS do to the hub")


@numbered("D303", "https://docs.aws.amazon.com/aws-backup/latest/devguide/aws-backup-limits.html")
def there_is_room(examined: Examination) -> Iterator[Checked]:
    for target, facts in sorted(examined.targets.items()):
        for what, count in (("plans", facts.plans), ("vaults", facts.vaults)):
            here, most = about(f"number of {what}", target), examined.hub.quotas[what]
            if isinstance(count, Unknown):
                yield here.unknown(count, _READING.format(f"backup:ListBackup{what.capitalize()}"))
            elif count >= _NEAR * most:
                cure = f"ask AWS for more, then deploy the hub with Quotas={what}PerRegion=…"
                yield here.failed(f"{count} of {most} that AWS Backup allows in a region", cure)
            else:
                yield here.ok(f"{count} of {most}")


@numbered("D304", "https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-supported-services.html")
def types_are_opted_in(examined: Examination) -> Iterator[Checked]:
    for target, kind in examined.asked.types:
        here, opted_in = about(f"opt-in of {kind}", target), examined.targets[target].opted_in
        if isinstance(opted_in, Unknown):
            yield here.unknown(opted_in, _READING.format("backup:DescribeRegionSettings"))
        elif kind not in opted_in:
            yield here.unknown(Unknown("the region's settings don't name it"))
        elif opted_in[kind]:
            yield here.ok("a selection asks for it, and it is opted in")
        else:
            message = "a selection asks for it, and AWS Backup leaves it out: it is not opted in here"
            yield here.failed(message, f"in the bundle: regionSettings: {{optIn: {{{kind}: true}}}}")


REGIONS = (writes_are_recorded, events_are_forwarded, there_is_room, types_are_opted_in)
