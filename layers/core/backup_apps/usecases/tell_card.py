"""Tell of an incident: its card, with what can be found out around it, to the hub's topic and to those of its apps.

Whatever can't be looked up, the card goes out, and says so. Whatever can't be told to an app is told to the hub.
"""

from collections.abc import Iterator

from backup_apps.domain.alerts import Alert
from backup_apps.domain.cards.card import Card
from backup_apps.domain.cards.context import Context
from backup_apps.domain.errors import BackupAppsError
from backup_apps.ports.hub import Hub
from backup_apps.usecases.context_of_card import context_of_card

_BUG = "anything around it: the hub failed at that, and tries again"


def tell_card(hub: Hub, card: Card) -> Alert:
    """What was told on the hub's topic. Raises AwsError where that was not possible: then it is to be tried again."""
    try:
        context = context_of_card(hub, card)
    except Exception:  # a bug: it is told of as one, after the incident itself
        hub.alerts.publish(card.alert(Context(unknown=(_BUG,))))
        raise
    context = context._replace(unknown=(*context.unknown, *_tell_apps(hub, card, context)))
    alert = card.alert(context)
    hub.alerts.publish(alert)
    return alert


def _tell_apps(hub: Hub, card: Card, context: Context) -> Iterator[str]:
    """Why it could not be told where an app wants to be told."""
    for topic in context.topics:
        try:
            hub.alerts.publish(card.alert(context), topic)
        except BackupAppsError as error:
            yield f"whether anybody hears it on {topic}, which alerts.topic names: {error}"
