"""A bundle as files, synced, and live state as people changed it."""

from collections.abc import Iterable, Mapping
from typing import Any

from backup_apps.adapters.yaml_edits import PolicyTexts
from backup_apps.domain.desired import DesiredState, DesiredTarget
from backup_apps.domain.difference import diff
from backup_apps.domain.drift.configuration import configuration_drift
from backup_apps.domain.drift.findings import Finding, found
from backup_apps.domain.live import LiveTarget
from backup_apps.wiring import catalog
from sync.simulation import after

ROOT = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: acme}
spec:
  children: ["apps/*.yaml"]
  targets:
    accounts: ["111111111111", "222222222222"]
    regions: [eu-west-1]
  policy:
    role: arn:aws:iam::${account}:role/acme-backup
    vaults:
      primary: {name: acme-primary, lock: {mode: governance, min: 7d, max: 10y}}
    plans:
      daily:
        rules:
          nightly:
            vault: primary
            schedule: cron(0 3 * * ? *)
            retention: {delete: 35d}   # a month and some days
        selections:
          tagged: {anyTag: {backup: ["${app}"]}}
"""
ONE = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: one}
spec:
  targets: {accounts: {"@@assign": ["111111111111"]}}
  policy:
    plans:
      daily:
        rules:
          nightly:
            startWindow: 2h
            retention:
              delete: 70d  # asked for by the auditors
# the end
"""
TWO = """\
apiVersion: backup-apps/v1
kind: BackupApp
metadata: {name: two}
spec: {policy: {plans: {daily: {rules: {nightly: {tags: {tier: gold}}}}}}}
"""
FILES = {"app.yaml": ROOT, "apps/one.yaml": ONE, "apps/two.yaml": TWO}


def source_of(files: Mapping[str, str] = FILES) -> PolicyTexts:
    return PolicyTexts(files, catalog())


def state_of(source: PolicyTexts, texts: Mapping[str, str]) -> DesiredState:
    resolution = source.resolve(texts)
    assert resolution.state, resolution.errors
    return resolution.state


def synced(desired: DesiredTarget, bundle: str) -> LiveTarget:
    settings: Mapping[str, Mapping[str, bool]] = {"ResourceTypeOptInPreference": {}}
    empty = LiveTarget(account=desired.account, region=desired.region, region_settings=settings)
    return after(empty, *diff(desired, empty, bundle).writes)


def drifted(live: LiveTarget, plan: str, **members: Any) -> LiveTarget:
    """With the members of rule `nightly` of a plan as given; None takes one away."""

    def rule(one: Mapping[str, Any]) -> dict[str, Any]:
        changed = {**one, **members} if one["RuleName"] == "nightly" else dict(one)
        return {key: value for key, value in changed.items() if value is not None}

    plans = [
        one.model_copy(update={"content": {**(one.content or {}), "Rules": [*map(rule, (one.content or {})["Rules"])]}})
        if one.name == plan
        else one
        for one in live.plans
    ]
    return live.model_copy(update={"plans": tuple(plans)})


def findings_of(state: DesiredState, live: Iterable[LiveTarget]) -> list[Finding]:
    desired = {one.target: one for one in state.targets}
    return [
        found(drift, state.bundle, "v1", there.target, "2026-11-26T12:00:00+00:00")
        for there in live
        for drift in configuration_drift(desired[there.target], there, state.bundle)
    ]
