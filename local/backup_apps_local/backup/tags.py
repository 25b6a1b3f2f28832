"""Tags of vaults, plans, recovery points, legal holds and restore testing plans: on creation, and by TagResource,
UntagResource and ListTags.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_TagResource.html
"""

import re
from collections.abc import Mapping
from typing import Any, Protocol

from backup_apps_local.backup.errors import (
    InvalidParameterValueException,
    LimitExceededException,
    ResourceNotFoundException,
)
from backup_apps_local.backup.paging import page
from backup_apps_local.backup.quotas import Quotas
from backup_apps_local.backup.site import Operation, Site

_ARN = re.compile(r"arn:[\w-]+:backup:(?P<region>[\w-]+):(?P<account>\d{12}):(?P<kind>[\w-]+):(?P<name>.+)")


class Tagged(Protocol):
    tags: dict[str, str]


def tag_resource(site: Site, parameters: dict[str, Any]) -> None:
    resource = _resource(site, parameters["ResourceArn"])
    resource.tags = checked_tags(resource.tags | parameters["Tags"], site.quotas)


def untag_resource(site: Site, parameters: dict[str, Any]) -> None:
    """A key that the resource does not have is no error."""
    resource = _resource(site, parameters["ResourceArn"])
    gone = set(parameters["TagKeyList"])
    resource.tags = {key: value for key, value in resource.tags.items() if key not in gone}


def list_tags(site: Site, parameters: dict[str, Any]) -> Mapping[str, Any]:
    resource = _resource(site, parameters["ResourceArn"])
    answer = page("Tags", sorted(resource.tags.items()), parameters)
    return answer | {"Tags": dict(answer["Tags"])}


def checked_tags(tags: dict[str, str], quotas: Quotas) -> dict[str, str]:
    """The bounds that all AWS tags have: key 1 to 128, value up to 256 characters, no `aws:`, 50 of them.

    https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
    """
    for key, value in tags.items():
        if not 1 <= len(key) <= 128 or len(value) > 256 or key.lower().startswith("aws:"):
            raise InvalidParameterValueException(f"The tag {key!r} is not valid")
    if len(tags) > quotas.tags_per_resource:
        raise LimitExceededException(f"A resource has at most {quotas.tags_per_resource} tags")
    return dict(tags)


def find_tagged(site: Site, arn: str) -> Tagged | None:
    """What has that ARN in the caller's account and region; a deleted plan has no tags any more.

    Recovery points have ARNs of other services, too.
    """
    found = _ARN.fullmatch(arn)
    if found is None or found["kind"] == "recovery-point":
        return _recovery_point(site, arn)
    if (found["account"], found["region"]) != (site.account, site.region):
        return None
    match found["kind"]:
        case "backup-vault":
            return site.here.vaults.get(found["name"])
        case "backup-plan":
            plan = site.here.plans.get(found["name"])
            return plan if plan and plan.deleted is None else None
        case "legal-hold":
            return site.here.legal_holds.get(found["name"])
        case "restore-testing-plan":
            return next((plan for plan in site.here.restore_testing_plans.values() if plan.arn == arn), None)
    return None


def _recovery_point(site: Site, arn: str) -> Tagged | None:
    vaults = site.here.vaults.values()
    return next((vault.recovery_points[arn] for vault in vaults if arn in vault.recovery_points), None)


def _resource(site: Site, arn: str) -> Tagged:
    """An ARN that is not AWS Backup's is refused as such; see UntagResource's text on incompatible ARNs.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_UntagResource.html
    """
    resource = find_tagged(site, arn)
    if resource is None and _ARN.fullmatch(arn) is None:
        raise InvalidParameterValueException(f"{arn} is not the ARN of an AWS Backup resource")
    if resource is None:
        raise ResourceNotFoundException(f"The resource {arn} does not exist")
    return resource


OPERATIONS: dict[str, Operation] = {
    "ListTags": list_tags,
    "TagResource": tag_resource,
    "UntagResource": untag_resource,
}
