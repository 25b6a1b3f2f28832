"""What the user's own check answers: `{"verdict": "verified" | "inconclusive" | "failed", "message": "why"}`."""

from collections.abc import Mapping
from typing import Any

from backup_apps.domain.verification.verdict import Finding, Verdict

RULE = "V401"
_LONGEST = 500


def answered(answer: Any) -> tuple[Finding, ...]:
    """Nothing if it has verified. An answer that is none is no success."""
    known = {verdict.value: verdict for verdict in Verdict}
    verdict = known.get(str(answer.get("verdict"))) if isinstance(answer, Mapping) else None
    if verdict is None:
        return (Finding(Verdict.INCONCLUSIVE, RULE, "the hook did not say verified, inconclusive or failed"),)
    if verdict is Verdict.VERIFIED:
        return ()
    said = str(answer.get("message") or "no reason given")[:_LONGEST]
    return (Finding(verdict, RULE, f"the hook says {verdict.value}: {said}"),)
