"""A story as a text: what the service remembers, and the data behind it, so that it can be told on from its middle.

A JSON object: `version` of this form, `state`, and `data` as the data plane wrote it.
"""

import json
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from backup_apps_local.backup.state import World

_VERSION = 1


class NotAStoryError(ValueError):
    """The text is no saved story, or one that another version of this service saved."""


def write(world: World, data: Any) -> str:
    """The state stands in it as pydantic writes it: a year of it is large, and is not read a second time."""
    state = _adapter().dump_json(world).decode()
    return f'{{"version": {_VERSION}, "state": {state}, "data": {json.dumps(data)}}}'


def read(text: str) -> tuple[World, Any]:
    try:
        story = json.loads(text)
        if not isinstance(story, dict) or story.get("version") != _VERSION:
            raise NotAStoryError(f"This is not a story as this version saves it: version must be {_VERSION}")
        return _adapter().validate_python(story["state"]), story["data"]
    except (json.JSONDecodeError, KeyError, ValidationError) as error:
        raise NotAStoryError(f"This is not a saved story: {error}") from error


@cache
def _adapter() -> TypeAdapter[World]:
    return TypeAdapter(World)
