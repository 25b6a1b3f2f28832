"""What could not be done. What is wrong with a bundle is a finding, not an error.

BackupAppsError
  ConflictError        something in the target is not ours to change
  NotGrantedError      the trust policy does not let the pipeline of the commit change that
  MovedError           live state changed between plan and sync
  NotApprovedError     a decision on an approval does not count
  TargetBusyError      another sync holds the target; try again
  TakenOverError       another execution goes on with the rehearsal
  NeverInForceError    no version of the bundle was in force then
  LedgerBrokenError    what the ledger holds is not what was recorded
  TooManyPrunesError   more would be deleted than the hub is allowed to delete at once
  AwsError             AWS refused or failed a call
    AccessDeniedError    the role may not
    UnreachableError     the member role can't be assumed
    NotFoundError        it does not exist
    AlreadyExistsError   it exists already
    InvalidError         AWS will never accept this request
    LimitError           a quota is used up: permanent, though botocore counts it among throttles
    ThrottledError       too many calls; try again
    UnavailableError     AWS is at fault, or an issuer of tokens; try again
"""

from collections.abc import Sequence


class BackupAppsError(Exception):
    """The root of the tree; its text is written for the person who reads the alert."""


class ConflictError(BackupAppsError):
    """Something in the target is not ours to change. `reasons` has one sentence for each."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = tuple(reasons)


class NotGrantedError(BackupAppsError):
    """The change set touches what the pipeline of its commit was not granted. `touched` names each."""

    def __init__(self, pipeline: str, touched: Sequence[str]) -> None:
        super().__init__(f"the trust policy does not let {pipeline} change {', '.join(touched)}")
        self.touched = tuple(touched)


class MovedError(BackupAppsError):
    """Live state changed between plan and sync, so the change set is not what was planned. Push again."""


class NotApprovedError(BackupAppsError):
    """A decision does not count: whose it is, on what, or when."""


class TargetBusyError(BackupAppsError):
    """Another sync of the bundle holds the target until it ends, or until the function that held it would be killed."""


class TakenOverError(BackupAppsError):
    """Another execution goes on with the rehearsal, since this one was thought to be over."""


class NeverInForceError(BackupAppsError):
    """No version of the bundle was in force at the time that was asked for."""


class LedgerBrokenError(BackupAppsError):
    """The ledger of a bundle is not whole, so nobody signs it. `findings` has one sentence for each."""

    def __init__(self, bundle: str, findings: Sequence[str]) -> None:
        first = "; ".join(findings[:3]) + (f"; and {len(findings) - 3} more" if len(findings) > 3 else "")
        super().__init__(f"the ledger of {bundle} is not whole: {first}")
        self.findings = tuple(findings)


class TooManyPrunesError(BackupAppsError):
    """A target would lose more than the hub deletes in one sync. Nothing is changed there."""


class AwsError(BackupAppsError):
    """A call that AWS refused or failed: which, why in AWS's words, and its request id for a support case."""

    def __init__(self, operation: str, code: str, message: str, request_id: str = "", arn: str = "") -> None:
        super().__init__(f"{operation}: {code}: {message}" + (f" (request {request_id})" if request_id else ""))
        self.operation, self.code, self.message = operation, code, message
        self.request_id, self.arn = request_id, arn


class AccessDeniedError(AwsError):
    """The role may not make the call."""


class UnreachableError(AwsError):
    """The member role can't be assumed: it is missing, or it does not trust this hub."""


class NotFoundError(AwsError):
    """What the call names does not exist."""


class AlreadyExistsError(AwsError):
    """What the call would create exists; `arn` names it where AWS says so."""


class InvalidError(AwsError):
    """AWS will never accept this request as it stands."""


class LimitError(AwsError):
    """A quota is used up. Permanent until an operator raises it."""


class ThrottledError(AwsError):
    """Too many calls, after botocore's own retries."""


class UnavailableError(AwsError):
    """AWS failed, after botocore's own retries, or the keys of an issuer of tokens can't be had."""


class UnknownCommitError(BackupAppsError):
    """No such commit is recorded."""


class VersionTakenError(BackupAppsError):
    """This version was pushed before with other content; a version is written once."""
