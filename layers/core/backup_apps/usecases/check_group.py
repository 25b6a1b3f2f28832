"""Check resources that were restored one after the other as the one application that they make."""

from collections.abc import Sequence
from typing import Any

from backup_apps.domain.verification.hook import answered
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import FindingRecord
from backup_apps.domain.verification.verdict import Finding, Verdict, joined
from backup_apps.ports.verification import Verifying


def check_group(verifying: Verifying, members: Sequence[Rehearsal]) -> list[Rehearsal]:
    """In their order. What is found of all is found of the last, which rests on those before it: one incident is one
    alert. The hook is asked only if each of them is sound by itself."""
    *others, last = sorted(members, key=lambda one: one.group or 0)
    checked = [one.model_copy(update={"grouped": True}) for one in others]
    checked.append(_with(last, _findings(verifying, members, last)))
    for one in checked:
        verifying.rehearsals.keep(one)
    return checked


def _findings(verifying: Verifying, members: Sequence[Rehearsal], last: Rehearsal) -> tuple[Finding, ...]:
    unsound = [one for one in members if one.verdict is not Verdict.VERIFIED]
    if unsound:
        named = ", ".join(one.point.resource if one.point else one.type for one in unsound)
        return (Finding(Verdict.INCONCLUSIVE, "V402", f"the application was not checked as one, because of {named}"),)
    if last.group_hook is None:
        return ()
    sandbox = verifying.accounts.sandbox(last.place, last.run)
    return answered(sandbox.ask(last.group_hook, _asked(last, members)))


def _asked(last: Rehearsal, members: Sequence[Rehearsal]) -> dict[str, Any]:
    told = {"account": last.place.account, "region": last.place.region, "bundle": last.bundle, "app": last.app}
    return {**told, "members": [_member(one) for one in members]}


def _member(one: Rehearsal) -> dict[str, Any]:
    point = {"resource": one.point.resource, "recoveryPoint": one.point.arn} if one.point else {}
    return {"type": one.type, "created": one.created, **point}


def _with(rehearsal: Rehearsal, findings: Sequence[Finding]) -> Rehearsal:
    """A restore that was not checked has no verdict, and none comes of its group."""
    found = (*rehearsal.findings, *(FindingRecord(**one._asdict()) for one in findings))
    verdict = rehearsal.verdict and joined(one.verdict for one in found)
    return rehearsal.model_copy(update={"grouped": True, "findings": found, "verdict": verdict})
