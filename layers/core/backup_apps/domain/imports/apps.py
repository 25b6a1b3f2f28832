"""The bundle: a root app, and below it an app for each plan, on every target where the plan is the same."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from backup_apps.domain.desired import Target
from backup_apps.domain.documents import API_VERSION
from backup_apps.domain.imports.adoption import word_adoption
from backup_apps.domain.imports.found import Document, FoundPlan
from backup_apps.domain.imports.rules import free_name, word_rule
from backup_apps.domain.imports.selections import selection_key, word_selection
from backup_apps.domain.imports.vaults import is_own_tag, word_vault
from backup_apps.domain.imports.wording import portable
from backup_apps.domain.live import LiveVault
from backup_apps.domain.normal_form import backup_plan, backup_selection, canonical_json

ROOT = "app.yaml"
_FOLDER = "apps"
_LONGEST_APP = 40
_KEY = re.compile(r"[A-Za-z0-9_.-]{1,50}")


class Draft(NamedTuple):
    """The policy that makes one plan, what is taken over, what is lost, and what remains for a person to do."""

    policy: dict[str, Any]
    adopt: dict[str, Any]
    losses: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def spec(self) -> dict[str, Any]:
        return {"policy": self.policy, **({"adopt": self.adopt} if self.adopt else {})}


class AppFile(NamedTuple):
    """An app of the bundle, and the plans that it stands for."""

    path: str
    document: dict[str, Any]
    plans: tuple[FoundPlan, ...]


def draft(found: FoundPlan) -> Draft:
    """A plan in the policy language."""
    plan = backup_plan(found.plan)
    losses = [f"the policy language has no words for {name}" for name in sorted(set(plan) - _PLAN)]
    tags = sorted(key for key in found.tags if is_own_tag(key))
    losses += [f"the policy language has no words for tags of plans: {', '.join(tags)}"] if tags else []
    spec: dict[str, Any] = {"name": found.name, "rules": {}}
    for rule in plan.get("Rules", ()):
        worded = word_rule(rule, found.target)
        spec["rules"][rule["RuleName"]] = worded.spec
        losses += worded.losses
    role, selections, more = _selections(found)
    spec |= {"selections": selections} if selections else {}
    advanced, unknown = _advanced(plan.get("AdvancedBackupSettings", ()))
    spec |= {"advanced": advanced} if advanced else {}
    vaults, notes = _vaults(found)
    key = found.name if _KEY.fullmatch(found.name) else "plan"
    policy = {**({"role": role} if role else {}), "vaults": vaults, "plans": {key: spec}}
    adopt, owned = word_adoption(found)
    return Draft(policy, adopt, (*losses, *more, *unknown), (*notes, *owned))


_PLAN = {"BackupPlanName", "Rules", "AdvancedBackupSettings"}


def _selections(found: FoundPlan) -> tuple[str | None, dict[str, Any], tuple[str, ...]]:
    """The role of all selections, where it is one, the selections by key, and what is lost.

    One that can't be said whole is left out: without one of its conditions it would back up more than was meant.
    """
    roles = [portable(str(selection.get("IamRoleArn", "")), found.target) for selection in found.selections]
    shared = roles[0] if len(set(roles)) == 1 else None
    worded: dict[str, Any] = {}
    losses: list[str] = []
    for selection, role in zip(found.selections, roles, strict=True):
        spec, lost = word_selection(backup_selection(selection), found.target)
        losses += [f"{loss}; it is left out" for loss in lost]
        if not lost:
            worded[selection_key(selection, worded)] = spec if shared else {**spec, "role": role}
    return shared, worded, tuple(losses)


def _vaults(found: FoundPlan) -> tuple[dict[str, Any], tuple[str, ...]]:
    known = {vault.name: vault for vault in found.vaults}
    names = sorted({str(rule["TargetBackupVaultName"]) for rule in found.plan["Rules"]})
    worded = {name: word_vault(known.get(name, LiveVault(name=name, arn="")), found.target) for name in names}
    return {name: spec for name, (spec, _) in worded.items()}, tuple(n for _, notes in worded.values() for n in notes)


_OPTIONS = {
    ("EC2", "WindowsVSS"): ("windowsVss",),
    ("S3", "BackupACLs"): ("s3", "acls"),
    ("S3", "BackupObjectTags"): ("s3", "objectTags"),
}
_SWITCH = {"enabled": True, "disabled": False}


def _advanced(settings: Sequence[Document]) -> tuple[dict[str, Any], tuple[str, ...]]:
    worded: dict[str, Any] = {}
    losses: list[str] = []
    for setting in settings:
        for option, value in setting.get("BackupOptions", {}).items():
            path = _OPTIONS.get((setting.get("ResourceType", ""), option))
            if path is None or value not in _SWITCH:
                losses.append(f"the policy language has no words for {setting.get('ResourceType')} {option}={value}")
            else:
                holder = worded if len(path) == 1 else worded.setdefault(path[0], {})
                holder[path[-1]] = _SWITCH[value]
    return worded, tuple(losses)


def bundle_files(name: str, description: str, drafts: Sequence[tuple[FoundPlan, Draft]]) -> list[AppFile]:
    """The files of the bundle; equal plans share an app as far as their targets are all of some accounts' regions."""
    alike: dict[str, list[tuple[FoundPlan, Draft]]] = {}
    for found, made in sorted(drafts, key=lambda pair: (pair[0].name, pair[0].target)):
        alike.setdefault(canonical_json(made.spec), []).append((found, made))
    root = {"children": [f"{_FOLDER}/*.yaml"]}
    files = [AppFile(ROOT, _app(name, root, description), ())]
    taken = {name}
    for group in alike.values():
        for targets in _products([found.target for found, _ in group]):
            app = free_name([_slug(group[0][0].name)], taken, _LONGEST_APP)
            taken.add(app)
            document = _app(app, {"targets": targets, **group[0][1].spec})
            plans = tuple(found for found, _ in group if _is_in(found.target, targets))
            files.append(AppFile(f"{_FOLDER}/{app}.yaml", document, plans))
    return files


def _app(name: str, spec: Mapping[str, Any], description: str | None = None) -> dict[str, Any]:
    metadata = {"name": name, **({"description": description} if description else {})}
    return {"apiVersion": API_VERSION, "kind": "BackupApp", "metadata": metadata, "spec": dict(spec)}


def _slug(name: str) -> str:
    """An app name of a plan name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_LONGEST_APP] or "plan"


def _products(targets: Sequence[Target]) -> list[dict[str, list[str]]]:
    """Targets as accounts and regions of which each account has each region."""
    regions_of: dict[str, set[str]] = {}
    for target in targets:
        regions_of.setdefault(target.account, set()).add(target.region)
    accounts_of: dict[tuple[str, ...], list[str]] = {}
    for account, regions in sorted(regions_of.items()):
        accounts_of.setdefault(tuple(sorted(regions)), []).append(account)
    return [{"accounts": accounts, "regions": list(regions)} for regions, accounts in accounts_of.items()]


def _is_in(target: Target, targets: Mapping[str, list[str]]) -> bool:
    return target.account in targets["accounts"] and target.region in targets["regions"]
