"""Where each document lies in the state bucket."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target


def desired_key(version: Version, target: Target) -> str:
    """What the version asks of a target."""
    return f"{_folder(version)}/desired/{_name(target)}.json"


def changes_key(version: Version, target: Target) -> str:
    """The change set of one target."""
    return f"{_folder(version)}/targets/{_name(target)}.json"


def targets_key(version: Version) -> str:
    """The targets to plan, as the sync state machine reads them."""
    return f"{_folder(version)}/targets.json"


def sync_targets_key(version: Version) -> str:
    """The targets to sync, as the sync state machine reads them."""
    return f"{_folder(version)}/sync-targets.json"


def target_items(version: Version, targets: Iterable[Target]) -> str:
    """One item for each target: all that a step of the state machine is told."""
    return json.dumps([{**version._asdict(), **target._asdict()} for target in targets])


def sync_items(version: Version, digests: Mapping[Target, str]) -> str:
    """The same, with the digest of what is to be written in each."""
    items = [{**version._asdict(), **target._asdict(), "digest": digest} for target, digest in digests.items()]
    return json.dumps(items)


def targets_of(items: str) -> tuple[Target, ...]:
    """The targets that `target_items` wrote."""
    return tuple(Target(item["account"], item["region"]) for item in json.loads(items))


def sync_digests(items: str) -> dict[Target, str]:
    """The digest of each target that `sync_items` wrote."""
    return {Target(item["account"], item["region"]): item["digest"] for item in json.loads(items)}


def stage_targets_key(version: Version) -> str:
    """The targets that a stage of the sync lets go, as the sync state machine reads them."""
    return f"{_folder(version)}/stage-targets.json"


def stage_items(version: Version, digests: Mapping[Target, str], closes: Mapping[Target, datetime | None]) -> str:
    """Items as of a sync, each with the moment from which it may no longer begin, where there is one."""
    items = json.loads(sync_items(version, {target: digests[target] for target in closes}))
    ends = (end for end in closes.values())
    return json.dumps(
        [item | ({"closes": end.isoformat()} if end else {}) for item, end in zip(items, ends, strict=True)]
    )


def stages_key(version: Version) -> str:
    """How far a staged sync has come."""
    return f"{_folder(version)}/stages.json"


def change_set_key(version: Version) -> str:
    """The change sets of all targets."""
    return f"{_folder(version)}/change-set.json"


def change_text_key(version: Version) -> str:
    """The change sets of all targets, for people."""
    return f"{_folder(version)}/change-set.txt"


def organization_key(version: Version) -> str:
    """What AWS Organizations answered; there where the version asked."""
    return f"{_folder(version)}/organization.json"


def governance_key(version: Version) -> str:
    """What the version promises and AWS Backup does not hold."""
    return f"{_folder(version)}/governance.json"


def apps_key(version: Version) -> str:
    """The tree of the version's apps, and where each is written."""
    return f"{_folder(version)}/apps.json"


def page_key(bundle: str) -> str:
    """The page of a bundle, for people."""
    return f"page/{bundle}/index.html"


def page_data_key(bundle: str) -> str:
    """What the page shows, for machines."""
    return f"page/{bundle}/data.json"


def errors_key(version: Version) -> str:
    """Everything that is wrong with a rejected version."""
    return f"{_folder(version)}/errors.json"


def plan_versions_key(bundle: str, target: Target) -> str:
    """What versions of plans hold, and selections. AWS Backup never changes them, so they need not be read twice."""
    return f"plan-versions/{bundle}/{_name(target)}.json"


def rotating_keys_key(bundle: str, target: Target) -> str:
    """The keys of a target that were seen to rotate."""
    return f"plan-versions/{bundle}/{_name(target)}-keys.json"


def seen_jobs_key(bundle: str, target: Target) -> str:
    """What each rule of a target backed up, and when last."""
    return f"plan-versions/{bundle}/{_name(target)}-jobs.json"


def told_locks_key(bundle: str, target: Target) -> str:
    """Which locks of a target were told to become permanent, and how long before."""
    return f"plan-versions/{bundle}/{_name(target)}-locks.json"


def seen_schedules_key(bundle: str, target: Target) -> str:
    """Since when the apps of a target have the schedule of rehearsals that they have."""
    return f"plan-versions/{bundle}/{_name(target)}-rehearsals.json"


def _folder(version: Version) -> str:
    return f"changes/{version.bundle}/{version.version}"


def _name(target: Target) -> str:
    return f"{target.account}-{target.region}"
