"""A hub with a bundle of real files, pushed, approved and synced."""

import io
import zipfile
from collections.abc import Mapping
from datetime import timedelta

from backup_apps.adapters.uploaded_bundles import UploadedBundles
from backup_apps.domain.approvals.request import Caller, Decision
from backup_apps.domain.approvals.verdict import Ballot
from backup_apps.domain.commits import Version
from backup_apps.domain.desired import Target
from backup_apps.domain.protection.classes import Class
from backup_apps.domain.provenance.attestation import attestation_of, binding_of
from backup_apps.domain.state_documents import targets_key
from backup_apps.ports.storage import Upload
from backup_apps.usecases.admit_bundle import admit_bundle
from backup_apps.usecases.decide_approval import decide_approval
from backup_apps.usecases.plan_target import plan_target
from backup_apps.usecases.record_plan import record_plan
from backup_apps.usecases.request_approval import request_approval
from backup_apps.wiring import catalog
from drift.patching import FILES, ONE
from provenance.tokens import claims_of, unsigned_token
from sync.memory import World, world
from sync.memory_approvals import APPROVER, ROLE
from sync.steps import items, run, sync
from sync.targets import ACCOUNT, BUNDLE, REGION

HERE, THERE = Target(ACCOUNT, REGION), Target("222222222222", REGION)
V1, V2 = Version(BUNDLE, "v1"), Version(BUNDLE, "v2")
SHORTER = FILES | {"apps/one.yaml": ONE.replace("delete: 70d", "delete: 50d")}


def zipped(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def hub() -> World:
    return world(HERE, THERE)._replace(bundles=UploadedBundles(lambda found: catalog(found, at_plan_time=True)))  # type: ignore[arg-type]


def pushed(hub: World, version: Version = V1, files: Mapping[str, str] = FILES) -> None:
    archive, moment = zipped(files), hub.clock().isoformat()
    hub.archives.uploads[version.key] = Upload(archive, moment, f"object-{version.version}")
    now = int(hub.clock().timestamp())
    claims = claims_of(binding_of(hub.name, version, archive), iat=now - 10, nbf=now - 10, exp=now + 300)
    token = unsigned_token(claims)
    hub.archives.uploads[version.attestation_key] = Upload(attestation_of(token), moment, "attestation")
    admit_bundle(hub.hub, version.key, None)


def synced(hub: World, version: Version = V1, files: Mapping[str, str] = FILES) -> World:
    pushed(hub, version, files)
    assert run(hub, version)["state"] == "synced", hub.alerts.published
    return hub


def approved(hub: World, version: Version, files: Mapping[str, str], user: str = "bob") -> World:
    """What weakens, let pass by somebody, and synced."""
    pushed(hub, version, files)
    for one in items(hub, targets_key(version)):
        plan_target(hub.hub, version, one)
    digest = record_plan(hub.hub, version)["digest"]
    request_approval(hub.hub, version, Class.WEAKENS, digest, f"token-{version.version}", 3600)
    for one in (user, f"{user}-too"):
        ballot = Ballot(Decision.APPROVE, digest, "asked by audit")
        caller = Caller("999999999999", APPROVER, ROLE.id, one)
        decide_approval(hub.hub, version, ballot, caller)
    for one in items(hub, targets_key(version)):
        assert sync(hub, version, one)["state"] == "synced"
    return hub


def later(hub: World, **time: float) -> World:
    hub.clock.now += timedelta(**time)
    return hub
