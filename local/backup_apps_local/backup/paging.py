"""MaxResults and NextToken, as every List operation has them."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from backup_apps_local.backup.errors import InvalidParameterValueException

_FULL_PAGE = 1_000
"""The most that MaxResults may ask for, and what is given when it asks for nothing: the careful reading, since the
documentation names no default."""


def page(member: str, items: Sequence[Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """One page of `items` as the named member, with a NextToken where more follow.

    Items must come in a stable order. A token is an offset, opaque to callers; one we did not make is refused.
    """
    start = _offset(parameters.get("NextToken"))
    end = start + parameters.get("MaxResults", _FULL_PAGE)
    following = {"NextToken": _token(end)} if end < len(items) else {}
    return {member: list(items[start:end]), **following}


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"from:{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        prefix, _, offset = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:
        prefix, offset = "", ""
    if prefix != "from" or not offset.isdecimal():
        raise InvalidParameterValueException("The NextToken is not valid")
    return int(offset)
