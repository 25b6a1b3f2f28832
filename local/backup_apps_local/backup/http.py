"""What crosses the border: one request in, one response out, without a server or a socket."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Pairs = Mapping[str, str] | Iterable[tuple[str, str]]


@dataclass(frozen=True)
class HttpRequest:
    """A signed call as it reached AWS: who called, in which account and region, and what was sent.

    `path` is as it stood on the wire, percent-encoded; one that was decoded on the way is understood too.
    """

    account: str
    region: str
    principal: str
    method: str
    path: str
    query: Pairs = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class HttpResponse:
    status: int
    headers: dict[str, str]
    body: bytes


def pairs_of(query: Pairs) -> tuple[tuple[str, str], ...]:
    return tuple(query.items()) if isinstance(query, Mapping) else tuple(query)
