"""Whom vaults let in, beside what their configuration says."""

from backup_apps.domain.drift.findings import PRINCIPAL_KINDS
from backup_apps.ports.hub import Hub
from backup_apps.usecases.look_at_target import Looked


def with_principals(hub: Hub, looked: Looked) -> Looked:
    """As the trust policy says now. One that names no principals says nothing of them, nor does a wrong one: of that
    the next upload tells."""
    from backup_apps.domain.drift.principals import principal_drift
    from backup_apps.domain.provenance.refusal import Refusal
    from backup_apps.domain.provenance.trust import read_trust_policy

    policy = read_trust_policy(hub.trust.policy())
    named = None if isinstance(policy, Refusal) else policy.principals
    drifts = principal_drift(looked.desired, looked.live, named) if named is not None else ()
    look = looked.look
    return looked._replace(look=look._replace(drifts=(*look.drifts, *drifts), scope=look.scope | PRINCIPAL_KINDS))
