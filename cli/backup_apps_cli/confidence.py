"""How far restores can be trusted, as `status` and `verify --history` show it."""

from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

if TYPE_CHECKING:
    from backup_apps.remote_wiring import RemoteHub

_TRUSTED, _DOUBTED = 75, 40
_SHOWN = 20
"""Apps on targets in a text for people."""


def colour_of(percent: int) -> str:
    return "green" if percent >= _TRUSTED else "yellow" if percent >= _DOUBTED else "red"


def confidence_in(remote: "RemoteHub", bundle: str) -> dict[str, Any]:
    """By app and target; nothing where no app is verified."""
    from backup_apps.usecases.governed import in_force
    from backup_apps.usecases.verify_app import asks_of, confidences
    from backup_apps.wiring import now

    if remote.verification is None:
        return {}
    found, results = in_force(remote.records, remote.documents, bundle), remote.verification.rehearsals.results(bundle)
    told = confidences(found, asks_of(remote.documents, found), results, now())
    return {"confidence": told} if told else {}


def print_confidence(document: dict[str, Any], terminal: Console) -> None:
    """The least trusted, each with its first reason."""
    found = document.get("confidence", ())
    for one in found[:_SHOWN]:
        line = Text(f"  {one['app']} {one['account']}/{one['region']}  ")
        line.append(f"confidence {one['percent']}%", style=colour_of(one["percent"]))
        terminal.print(line.append(f"  {one['reasons'][0]}") if one["reasons"] else line)
    if len(found) > _SHOWN:
        terminal.print(f"  and {len(found) - _SHOWN} more: backup-apps status {document['bundle']} --output json")
