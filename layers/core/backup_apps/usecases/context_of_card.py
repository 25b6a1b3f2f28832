"""What is known around an incident, looked up when it is told. What can't be looked up is said to be so.

https://docs.aws.amazon.com/aws-backup/latest/devguide/API_ListRecoveryPointsByResource.html
"""

from collections.abc import Iterator
from datetime import datetime

from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import About, Context
from backup_apps.domain.cards.lineage import changes_of, facts_of
from backup_apps.domain.cards.severity import topic_for
from backup_apps.domain.desired import Target
from backup_apps.domain.errors import BackupAppsError
from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps.domain.lineage.lineage import Asked, Lineage, Point, Seen
from backup_apps.domain.state_documents import seen_jobs_key
from backup_apps.ports.hub import Hub
from backup_apps.usecases.compare_target import known_plan_versions
from backup_apps.usecases.governed import promises_of, version_in_force
from backup_apps.usecases.memories import recall
from backup_apps.usecases.trace_lineage import sources_of, trace_lineage

_MOST_TOPICS = 10


def context_of_card(hub: Hub, card: Card) -> Context:
    """Of the first app and target that it is about; the topics are of all."""
    unknown: list[str] = []
    topics = _topics_of(hub, card, unknown)
    first = next(iter(card.about), About())
    if first.account is None or first.region is None:
        return Context(topics=topics, unknown=tuple(unknown))
    if card.bundle == HUB_CHAIN:
        unknown.append("which policy applied: no app of a bundle made the recovery point")
        return Context(unknown=tuple(unknown))
    last_good = _last_good(hub, card.bundle, first, unknown)
    lineage = _lineage(hub, card.bundle, first, Seen(last_good=last_good), unknown)
    if lineage is None:
        return Context(topics=topics, unknown=tuple(unknown))
    return Context(
        facts=facts_of(lineage, first.path),
        changes=changes_of(lineage),
        document=lineage.to_json(),
        unknown=tuple(unknown),
        topics=topics,
    )


def _lineage(hub: Hub, bundle: str, about: About, seen: Seen, unknown: list[str]) -> Lineage | None:
    target = Target(str(about.account), str(about.region))
    asked = Asked(bundle, target, about.app, about.arn, about.plan, about.rule, about.selection, about.vault)
    try:
        return trace_lineage(sources_of(hub), asked, hub.clock(), seen)
    except BackupAppsError as error:
        unknown.append(f"the policy that applied, its commit and what changed: {error}")
        return None


def _last_good(hub: Hub, bundle: str, about: About, unknown: list[str]) -> Point | None:
    """The newest recovery point of the resource; where an app is meant, of what its plan backed up last."""
    target = Target(str(about.account), str(about.region))
    try:
        resource = about.arn or _backed_up_last(hub, bundle, target, about)
        if resource is None:
            return None
        member = hub.members.for_planning(target, f"{bundle}-card")
        return next(iter(member.last_points(resource, 1)), None)
    except BackupAppsError as error:
        unknown.append(f"the last good recovery point: {error}")
        return None


def _backed_up_last(hub: Hub, bundle: str, target: Target, about: About) -> str | None:
    """By what sweeps remember of the jobs of each rule."""
    wanted = f"{about.app}-" if about.plan is None else about.plan
    known = known_plan_versions(hub.documents, bundle, target)
    names = {version.partition("/")[0]: str(one.get("BackupPlanName", "")) for version, one in known.items()}
    last: dict[str, str] = {}
    for rule, memory in (recall(hub.documents, seen_jobs_key(bundle, target)) or {}).items():
        plan, _, name = rule.partition("/")
        is_meant = names.get(plan, "") == wanted if about.plan else names.get(plan, "").startswith(wanted)
        if is_meant and about.rule in (None, name):
            last |= memory.get("last", {})
    newest = max(last, key=lambda one: datetime.fromisoformat(last[one]), default=None)
    return newest or _restored_last(hub, bundle, target, about)


def _restored_last(hub: Hub, bundle: str, target: Target, about: About) -> str | None:
    """Where no sweep has seen a backup of it yet."""
    results = hub.rehearsals().results(bundle, about.app) if about.app else ()
    here = [one.resource for one in results if (one.account, one.region) == target and one.resource]
    return here[-1] if here else None


def _topics_of(hub: Hub, card: Card, unknown: list[str]) -> tuple[str, ...]:
    try:
        return tuple(dict.fromkeys(_topics(hub, card)))[:_MOST_TOPICS]
    except BackupAppsError as error:
        unknown.append(f"which topics the apps want to be told on: {error}")
        return ()


def _topics(hub: Hub, card: Card) -> Iterator[str]:
    for one in card.about:
        topic = _topic(hub, card, one) if one.app and one.account and one.region else None
        if topic:
            yield topic


def _topic(hub: Hub, card: Card, about: About) -> str | None:
    target = Target(str(about.account), str(about.region))
    version = version_in_force(hub.records, card.bundle, target)
    promised = promises_of(hub.documents, version).of(str(about.app), target) if version else None
    return topic_for(promised.alerts, card.severity) if promised else None
