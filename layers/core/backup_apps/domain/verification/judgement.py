"""The verdict on a restore: every check speaks, and the worst counts."""

from typing import NamedTuple

from backup_apps.domain.verification.case import Case, Check
from backup_apps.domain.verification.data import DATA
from backup_apps.domain.verification.every_type import EVERY_TYPE
from backup_apps.domain.verification.machines import MACHINES
from backup_apps.domain.verification.verdict import Finding, Verdict, joined

CHECKS: tuple[Check, ...] = (*EVERY_TYPE, *DATA, *MACHINES)


class Judgement(NamedTuple):
    """What is wrong comes before what is not known."""

    verdict: Verdict
    findings: tuple[Finding, ...]


def judge(case: Case) -> Judgement:
    """Verified only if no check objects and none lacked what it compares."""
    findings = [finding for check in CHECKS for finding in check.findings(case)]
    findings.sort(key=lambda one: one.verdict is not Verdict.FAILED)
    return Judgement(joined(one.verdict for one in findings), tuple(findings))
