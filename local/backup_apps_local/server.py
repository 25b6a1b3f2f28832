"""The local AWS as one process: MiniStack with IAM enforced and our AWS Backup service in it.

    python -m backup_apps_local.server --port 4566

The port is bound to this machine only.
"""

import argparse
import asyncio
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

HOST = "127.0.0.1"

# MiniStack reads these when it is imported; Lambda workers inherit them.
_SETTINGS = {
    "AUTH": "true",
    "SFTP_ENABLED": "0",
    "IOT_MTLS_ENABLED": "0",
}


async def _serve(port: int, issuer_keys: Path) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    from backup_apps_local.backup.service import BackupService
    from backup_apps_local.backup_joint import surroundings
    from backup_apps_local.decisions import DecisionLog
    from backup_apps_local.inspection import Inspection
    from backup_apps_local.issuer_endpoint import IssuerEndpoint
    from backup_apps_local.ministack_joint import MINISTACK_VERSION, install
    from backup_apps_local.ministack_joint.backup import role_in_iam, role_is_assumable
    from backup_apps_local.ministack_joint.backup import serve as ministack
    from backup_apps_local.world import HUB_ACCOUNT

    decisions = DecisionLog()
    endpoint = f"http://{HOST}:{port}"
    around = replace(surroundings(endpoint), find_role=role_in_iam)
    backup = BackupService(
        lambda: datetime.now(UTC),
        role_is_assumable=role_is_assumable,
        around=around,
        management_account=HUB_ACCOUNT,
    )
    install(backup, decisions)
    config = Config()
    config.bind = [f"{HOST}:{port}"]
    config.keep_alive_timeout = 75
    inspection = Inspection(ministack, backup, decisions, MINISTACK_VERSION)
    await serve(IssuerEndpoint(inspection, endpoint, issuer_keys), config)  # type: ignore[arg-type]


def main() -> None:
    parser = argparse.ArgumentParser(description="The local AWS: MiniStack with our AWS Backup service in it.")
    parser.add_argument("--port", type=int, default=4566)
    parser.add_argument("--issuer-keys", type=Path, default=Path("issuer-jwks.json"), help="What the issuer publishes.")
    arguments = parser.parse_args()
    port = arguments.port
    os.environ.update(_SETTINGS, GATEWAY_PORT=str(port), BIND_HOST=HOST, AWS_SECRET_ACCESS_KEY="local")
    asyncio.run(_serve(port, arguments.issuer_keys))


if __name__ == "__main__":
    main()
