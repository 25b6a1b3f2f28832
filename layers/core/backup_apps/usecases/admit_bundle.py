"""An uploaded bundle becomes a commit: validated, resolved, recorded, its sync started. Or it is rejected, aloud."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backup_apps.domain.account_lookups import LookedUp, Lookup
from backup_apps.domain.cards.bundles import rejection
from backup_apps.domain.catalog import Unreadable
from backup_apps.domain.commit_targets import CommitTargets, commit_targets
from backup_apps.domain.commits import NAMES, Commit, CommitRecord, State, TargetOutcome, Version, version_of
from backup_apps.domain.desired import DesiredState, DesiredTarget, Target
from backup_apps.domain.errors import AccessDeniedError, NotFoundError
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps.domain.places import Finding
from backup_apps.domain.provenance.record import Provenance
from backup_apps.domain.state_documents import (
    apps_key,
    desired_key,
    errors_key,
    governance_key,
    organization_key,
    target_items,
    targets_key,
    targets_of,
)
from backup_apps.usecases.wake_approval import supersede_waiting

if TYPE_CHECKING:
    from backup_apps.ports.bundles import Resolved
    from backup_apps.ports.hub import Hub

MAX_ARCHIVE_BYTES = 50 * 1024 * 1024
"""The largest zip that is read; a bundle of 10,000 small files is a tenth of it."""
_DELEGATION = (
    "deploy the hub in the management account, or let its account list roots, OUs, accounts and tags by a delegation "
    "policy (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_delegate_policies.html); or list ids here"
)


def admit_bundle(hub: Hub, key: str, object_version: str | None) -> dict[str, str]:
    """Admit the upload at `key`. The event may come twice, and later than that of a newer upload."""
    from backup_apps.usecases.verify_provenance import verify_provenance  # loaded when the first bundle comes

    version = version_of(key)
    if version is None:
        return _refuse_key(hub, key, object_version)
    upload = hub.archives.fetch(key, object_version, MAX_ARCHIVE_BYTES)
    commit = Commit(
        bundle=version.bundle, version=version.version, committed=upload.committed, object_version=upload.object_version
    )
    known = hub.records.find(version)
    if known is not None:
        return _admit_again(hub, known, commit)
    if upload.body is None:
        return _reject(hub, commit, [_about_archive(f"the zip is larger than {MAX_ARCHIVE_BYTES >> 20} MB")])
    provenance = verify_provenance(hub, commit, upload.body)  # before anything in the zip is read
    if not isinstance(provenance, Provenance):
        return _reject(hub, commit, provenance)
    return _read(hub, commit, provenance, upload.body)


def _read(hub: Hub, commit: Commit, provenance: Provenance, archive: bytes) -> dict[str, str]:
    bundle = hub.bundles.read(archive)
    found = _look_up(hub, commit.bundle, bundle.lookups)
    resolved = bundle.resolve(found.organization if isinstance(found, LookedUp) else found)
    findings = resolved.errors or _misnamed(commit.id, resolved)
    if findings or resolved.state is None:
        return _reject(hub, commit, findings, provenance)
    hub.documents.write(governance_key(commit.id), json.dumps(resolved.governance))
    hub.documents.write(apps_key(commit.id), json.dumps([node.to_json() for node in resolved.apps]))
    looked_up = found if isinstance(found, LookedUp) else None
    return _admit(hub, commit, provenance, archive, resolved.state, looked_up)


def _look_up(hub: Hub, bundle: str, lookups: Sequence[Lookup]) -> LookedUp | Unreadable | None:
    """What the bundle asks of AWS Organizations, if anything. Where AWS throttles or is broken this raises, and the
    event comes again."""
    if not lookups:
        return None
    latest = hub.records.latest_admitted(bundle)
    before = hub.records.outcomes(latest.id) if latest else ()
    try:
        return hub.organizations.look_up(lookups, {one.account for one in before if one.looked_up})
    except (AccessDeniedError, NotFoundError) as error:
        return Unreadable(f"{error}; {_DELEGATION}")


def _admit(
    hub: Hub, commit: Commit, provenance: Provenance, archive: bytes, state: DesiredState, found: LookedUp | None
) -> dict[str, str]:
    latest = hub.records.latest_admitted(commit.bundle)
    later = latest if latest is not None and latest.order > commit.order else None
    targets = commit_targets(state, () if later else hub.records.known_targets(commit.bundle), found)
    organization = json.dumps(found.to_json(), indent=2) if found else None
    _write_down(hub, commit.id, targets, organization)
    happened = [happenings.admitted(commit, archive, len(targets.planned), organization, provenance)]
    happened += [happenings.superseded(commit.id, later.version)] if later else []
    hub.ledger.record(commit.bundle, happened)
    progress = State.SUPERSEDED if later else State.PLANNED
    record = CommitRecord(**commit.model_dump(), state=progress, provenance=provenance)
    hub.records.record(record, targets.outcomes(progress))
    return _start(hub, hub.records.find(commit.id) or record)


def _write_down(hub: Hub, version: Version, targets: CommitTargets, organization: str | None) -> None:
    """What the commit wants of each target, and which accounts it was given."""
    for desired in targets.planned:
        hub.documents.write(desired_key(version, desired.target), json.dumps(desired.to_json(), indent=2))
    if organization:
        hub.documents.write(organization_key(version), organization)


def _admit_again(hub: Hub, known: CommitRecord, commit: Commit) -> dict[str, str]:
    """The event came twice, so the sync is started again, which does nothing unless it never started. Or somebody
    wrote the key again: a version is written once, and what was recorded first stays."""
    if known.object_version == commit.object_version:
        return _start(hub, known)
    finding = _about_archive("this version was uploaded before, and a version is written once; push a new version")
    _tell_rejection(hub, commit, [finding], hub.documents.location(commit.id.key))
    return _result(commit.id, State.REJECTED)


def _start(hub: Hub, record: CommitRecord) -> dict[str, str]:
    """What waits from before waits no longer, and the sync begins."""
    if record.state is State.PLANNED:
        supersede_waiting(hub, record)
        targets = _targets_to_plan(hub, record.id)
        document = {"bundle": record.bundle, "version": record.version, "targets": len(targets)}
        hub.executions.start(record.id, document)
    return _result(record.id, record.state)


def _targets_to_plan(hub: Hub, version: Version) -> tuple[Target, ...]:
    """The list that the state machine reads, written once: whoever else handles the event takes it as it is.

    An earlier commit, admitted at the same time, may have gone into a target that this one did not know of when it was
    resolved. From the moment this one is recorded none does any more; what it missed until then is retired.
    """
    outcomes = {one.target: one for one in hub.records.outcomes(version)}
    missed = hub.records.known_targets(version.bundle) - outcomes.keys()
    planned = missed | {target for target, one in outcomes.items() if one.state is not State.FAILED}
    targets, key = tuple(sorted(planned)), targets_key(version)
    if not hub.documents.write_once(key, target_items(version, targets)):
        targets = targets_of(hub.documents.read(key))
    for account, region in (one for one in targets if one not in outcomes):
        desired = DesiredTarget(account=account, region=region)
        hub.documents.write(desired_key(version, desired.target), json.dumps(desired.to_json(), indent=2))
        hub.records.add_outcome(version, TargetOutcome(account=account, region=region, retired=True))
    return targets


def _reject(
    hub: Hub, commit: Commit, findings: Sequence[Finding], provenance: Provenance | None = None
) -> dict[str, str]:
    """The record comes last, since it makes a repeat of the event silent."""
    document = {"valid": False, "errors": [finding._asdict() for finding in findings]}
    key = errors_key(commit.id)
    hub.documents.write(key, json.dumps(document, indent=2))
    _tell_rejection(hub, commit, findings, hub.documents.location(key), provenance)
    hub.records.record(CommitRecord(**commit.model_dump(), state=State.REJECTED, provenance=provenance))
    return _result(commit.id, State.REJECTED)


def _tell_rejection(
    hub: Hub, commit: Commit, findings: Sequence[Finding], stored: str, provenance: Provenance | None = None
) -> None:
    """An alert goes out before it is an entry, so that a ledger that can't be written silences nobody."""
    alert = rejection(commit.id, findings, stored).alert()
    hub.alerts.publish(alert)
    rejected = happenings.rejected(commit, findings, stored, provenance)
    hub.ledger.record(commit.bundle, [rejected, happenings.alerted(commit.id, alert, commit.object_version)])


def _refuse_key(hub: Hub, key: str, object_version: str | None) -> dict[str, str]:
    """There is no bundle in whose ledger this could be."""
    message = f"not a commit: upload to bundles/<bundle>/<version>.zip; {NAMES}"
    alert = rejection(Version("(unknown)", "(unknown)"), [Finding(key, None, None, "", message)], key).alert()
    hub.alerts.publish(alert)
    refused = happenings.refused_key(key, object_version)
    hub.ledger.record(HUB_CHAIN, [refused, happenings.alerted(None, alert, object_version or "")])
    return {"key": key, "state": State.REJECTED.value}


def _misnamed(version: Version, resolved: Resolved) -> tuple[Finding, ...]:
    if resolved.bundle == version.bundle:
        return ()
    message = (
        f"the root app is called {resolved.bundle}, but was uploaded as bundle {version.bundle}; "
        f"upload it to {Version(resolved.bundle or '<bundle>', version.version).key}"
    )
    return (Finding("app.yaml", 1, 1, "", message),)


def _about_archive(message: str) -> Finding:
    return Finding("bundle.zip", 1, 1, "", message)


def _result(version: Version, state: State) -> dict[str, str]:
    return {"bundle": version.bundle, "version": version.version, "state": state.value}
