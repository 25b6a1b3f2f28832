"""Commits to the local hub without the command line: an attestation of the local issuer, then the zip, as they are."""

from collections.abc import Mapping
from typing import Any

from backup_apps.domain.commits import Version
from backup_apps.domain.provenance.attestation import attestation_of, binding_of
from backup_apps_local.clients import client
from backup_apps_local.issuer import LocalIssuer
from backup_apps_local.world import HUB


class Uploads:
    """The policy bucket, in the hands of somebody who looks at nothing."""

    def __init__(self, issuer: LocalIssuer, outputs: Mapping[str, str]) -> None:
        self.issuer, self._outputs = issuer, outputs

    def signed(self, version: Version, archive: bytes, **claims: Any) -> None:
        """The whole commit; `claims` as in `LocalIssuer.mint`."""
        self.attest(version, attestation_of(self.token(version, archive, **claims)))
        self.unsigned(version, archive)

    def token(self, version: Version, archive: bytes, **claims: Any) -> str:
        """The token that goes with these bytes."""
        return self.issuer.mint(binding_of(self._outputs["HubName"], version, archive).audience, **claims)

    def attest(self, version: Version, attestation: bytes) -> None:
        self._put(version.attestation_key, attestation)

    def unsigned(self, version: Version, archive: bytes) -> None:
        """The zip alone."""
        self._put(version.key, archive)

    def _put(self, key: str, body: bytes) -> None:
        s3 = client(self.issuer.endpoint, "s3", HUB)
        s3.put_object(Bucket=self._outputs["PolicyBucket"], Key=key, Body=body)
