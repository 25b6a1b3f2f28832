"""The record of what IAM decided on the local AWS: who asked for which action on which resource, and the answer.

Least privilege is proved with it: a permission that no recorded decision needed is one too many. Calls by an account's
root are not in it, since IAM evaluates no policy for them.
"""

from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Decision:
    """`principal` is the ARN of the session or user, `role` the name of its role, empty for a user."""

    sequence: int
    account: str
    region: str
    principal: str
    role: str
    action: str
    resource: str
    allowed: bool


class DecisionLog:
    """Grows only; sequence numbers start at 1 and have no gap."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._decisions: list[Decision] = []

    def record(self, account: str, region: str, principal: str, action: str, resource: str, *, allowed: bool) -> None:
        with self._lock:
            sequence = len(self._decisions) + 1
            self._decisions.append(
                Decision(sequence, account, region, principal, role_of(principal), action, resource, allowed)
            )

    def since(self, sequence: int) -> tuple[Decision, ...]:
        """Every decision with a higher sequence number, in order."""
        with self._lock:
            return tuple(self._decisions[sequence:])


def role_of(principal: str) -> str:
    """Role name in `arn:aws:sts::123456789012:assumed-role/NAME/session`; empty for any other principal."""
    _, found, session = principal.partition(":assumed-role/")
    return session.split("/")[0] if found else ""
