"""Small JSON documents over HTTPS: bounded in size and time, and only from where they were asked for."""

import http.client
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import URLError
from urllib.request import HTTPErrorProcessor, HTTPHandler, HTTPSHandler, OpenerDirector, Request

from pydantic_core import from_json

from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.provenance.trust import is_fetchable

MAX_BYTES = 256 * 1024
"""GitHub's keys take 10 KB."""
SECONDS = 10.0
_CHUNK = 16 * 1024
_OK = 200


class _AsAnswered(HTTPErrorProcessor):
    """Whatever the status is, the answer is the answer: no redirect is followed."""

    def http_response(self, request: Request, response: Any) -> Any:
        return response

    https_response = http_response


def fetch_json(url: str, headers: Mapping[str, str] | None = None, seconds: float = SECONDS) -> Any:
    """The document at a URL. Raises UnavailableError whatever is the matter, since it may be right the next time."""
    if not is_fetchable(url.partition("?")[0]):
        raise UnavailableError(f"GET {url}", "UnsafeUrl", "https is asked for, and http only on this machine")
    try:
        return from_json(_read(Request(url, headers=dict(headers or {})), time.monotonic() + seconds))
    except (URLError, OSError, http.client.HTTPException, ValueError) as error:
        raise UnavailableError(f"GET {url.partition('?')[0]}", type(error).__name__, str(error)) from error


def _read(request: Request, deadline: float) -> bytes:
    """Raises ValueError where the answer is no document, OSError where it does not come in time."""
    with _opener().open(request, timeout=deadline - time.monotonic()) as response:
        if response.status != _OK:
            raise ValueError(f"the answer is HTTP status {response.status}")
        body = b""
        while chunk := response.read1(_CHUNK):
            body += chunk
            if len(body) > MAX_BYTES:
                raise ValueError(f"the answer is larger than {MAX_BYTES >> 10} KB")
            if time.monotonic() > deadline:
                raise TimeoutError("the answer does not end")
        return body


def _opener() -> OpenerDirector:
    """Of what urllib brings, only HTTP itself: no proxy of the environment, no redirects, no files, no FTP."""
    opener = OpenerDirector()
    for handler in (HTTPHandler(), HTTPSHandler(), _AsAnswered()):
        opener.add_handler(handler)
    return opener
