"""What the local issuer publishes over HTTP, below `/_backup_apps/issuer/`, as OpenID Connect Discovery asks for it.

GET  .well-known/openid-configuration   where its keys are
GET  jwks                               its keys, from the file, so that they can be rotated under a running server

https://openid.net/specs/openid-connect-discovery-1_0.html
"""

import json
from pathlib import Path
from typing import Any

from backup_apps_local.inspection import AsgiApp, Receive, Scope, Send, send_json
from backup_apps_local.issuer import PATH, issuer_url


class IssuerEndpoint:
    """ASGI application in front of another: answers what is below PATH, passes on everything else."""

    def __init__(self, served: AsgiApp, endpoint: str, keys: Path) -> None:
        self._served = served
        self._url = issuer_url(endpoint)
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{PATH}/"):
            await send_json(send, *self._answer(scope["path"].removeprefix(f"{PATH}/")))
        else:
            await self._served(scope, receive, send)

    def _answer(self, name: str) -> tuple[int, dict[str, Any]]:
        match name:
            case ".well-known/openid-configuration":
                return 200, {"issuer": self._url, "jwks_uri": f"{self._url}/jwks"}
            case "jwks" if self._keys.exists():
                return 200, json.loads(self._keys.read_text())
        return 404, {"message": f"nothing is at {PATH}/{name}"}
