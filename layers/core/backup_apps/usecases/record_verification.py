"""The end of a verification: recorded once, told to AWS where it asked, and to somebody if it failed."""

from backup_apps.domain.cards.verification import verification_failure
from backup_apps.domain.ledger import happenings
from backup_apps.domain.ledger.entries import HUB_CHAIN
from backup_apps.domain.verification.rehearsal import Rehearsal
from backup_apps.domain.verification.results import Result, Trigger
from backup_apps.domain.verification.verdict import Verdict
from backup_apps.ports.verification import Verifying

_ANSWERS = {Verdict.VERIFIED: "SUCCESSFUL", Verdict.FAILED: "FAILED"}
_MESSAGE_LIMIT = 1000


def record_verification(verifying: Verifying, rehearsal: Rehearsal) -> Result:
    """The alert goes out before the record, which makes a repeat silent: no alert is lost."""
    bundle = rehearsal.bundle or HUB_CHAIN
    result = rehearsal.result(verifying.clock())
    kept = verifying.rehearsals.find(rehearsal.key)
    if kept is not None and kept.rehearsal.execution != rehearsal.execution:
        return result  # whoever has taken it up records it
    known = next((one for one in verifying.rehearsals.results(bundle) if one.identity == result.identity), None)
    if known is None:
        _answer(verifying, rehearsal, result)
        _record(verifying, bundle, result)
    if rehearsal.trigger.is_ours:
        verifying.rehearsals.leave(rehearsal)
    if rehearsal.point is None:
        verifying.rehearsals.settle(rehearsal.run)
    if rehearsal.cleaned is False:  # kept, so that the next hour goes on until it is gone
        verifying.rehearsals.keep(rehearsal.model_copy(update={"cleaned": None}))
    else:
        verifying.rehearsals.finish(rehearsal)
    return known or result


def _record(verifying: Verifying, bundle: str, result: Result) -> None:
    happened = [happenings.verified(result)]
    if result.verdict is Verdict.FAILED:
        alert = verifying.tell(verification_failure(bundle, result))
        happened.append(happenings.alerted(None, alert, result.identity))
    verifying.ledger.record(bundle, happened)
    verifying.rehearsals.add(bundle, result)


def _answer(verifying: Verifying, rehearsal: Rehearsal, result: Result) -> None:
    """AWS knows no third answer, so what is not known is left to time out, which is not a success either. Of a restore
    that failed it asks nothing.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutRestoreValidationResult.html
    """
    is_asked = rehearsal.trigger is Trigger.RESTORE_TESTING and not rehearsal.failed  # that it failed, AWS knows itself
    if is_asked and rehearsal.job and result.verdict in _ANSWERS:
        message = "; ".join(one.message for one in result.findings) or "restored as it was backed up"
        sandbox = verifying.accounts.sandbox(rehearsal.target, rehearsal.run)
        sandbox.answer(rehearsal.job, _ANSWERS[result.verdict], message[:_MESSAGE_LIMIT])
