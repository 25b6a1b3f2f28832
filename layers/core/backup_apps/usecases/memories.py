"""JSON documents in the state bucket: what one look at a target keeps for the next, above all."""

import json
from typing import Any

from backup_apps.domain.errors import NotFoundError
from backup_apps.ports.storage import Documents


def recall(documents: Documents, key: str) -> Any:
    """None where nothing is kept yet."""
    try:
        return json.loads(documents.read(key))
    except NotFoundError:
        return None


def remember(documents: Documents, key: str, what: Any) -> None:
    documents.write(key, json.dumps(what, sort_keys=True))
