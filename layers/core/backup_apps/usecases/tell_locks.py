"""Tell of every vault lock that is about to become permanent: 72, 24 and 1 hours before, once each."""

from backup_apps.domain.closing_locks import Closing, closing_locks
from backup_apps.domain.ledger import happenings
from backup_apps.domain.state_documents import told_locks_key
from backup_apps.ports.hub import Hub
from backup_apps.usecases.look_at_target import Looked
from backup_apps.usecases.memories import recall, remember


def tell_locks(hub: Hub, looked: Looked) -> int:
    """How many. The alert goes out before it is noted: none is lost, and one that is killed in between comes twice."""
    vaults = {vault.name for vault in looked.desired.vaults}
    closing = list(closing_locks(looked.live, vaults, looked.look.at))
    if not closing:
        return 0
    key = told_locks_key(looked.look.bundle, looked.look.target)
    known = list(recall(hub.documents, key) or ())
    untold = [one for one in closing if one.mark not in known]
    for one in untold:
        _tell(hub, looked, one)
        known.append(one.mark)
        remember(hub.documents, key, known)
    return len(untold)


def _tell(hub: Hub, looked: Looked, closing: Closing) -> None:
    # Most looks find nothing to tell.
    from backup_apps.domain.cards.locks import lock_closing
    from backup_apps.domain.drift.judging import apps_of_vault
    from backup_apps.usecases.tell_card import tell_card

    look, apps = looked.look, apps_of_vault(closing.vault.name, looked.desired)
    alert = tell_card(hub, lock_closing(look.bundle, look.version, look.target, apps, closing, look.at))
    hub.ledger.record(look.bundle, [happenings.alerted(None, alert, closing.mark)])
