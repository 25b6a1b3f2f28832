"""A hub that verifies real signatures, and an issuer whose publications are in a test's hands."""

import json
from collections.abc import Callable
from typing import Any

from backup_apps.adapters.id_tokens import DeploymentTrust
from backup_apps.adapters.issuer_keys import IssuerKeys
from backup_apps.domain.commits import State, Version
from backup_apps.domain.desired import DesiredState
from backup_apps.domain.errors import UnavailableError
from backup_apps.domain.ledger.entries import Kind
from backup_apps.domain.provenance.attestation import Binding, attestation_of, binding_of
from backup_apps.ports.storage import Upload
from backup_apps.usecases.admit_bundle import admit_bundle
from provenance.tokens import HUB, ISSUER, TRUST, claims_of, ec_jwk, rsa_jwk, signed
from sync.memory import Resolved, World, world
from sync.targets import plan, target, vault

V1, V2 = Version("acme", "v1"), Version("acme", "v2")
JWKS = f"{ISSUER}/keys"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
GOOD = Resolved("acme", DesiredState(bundle="acme", targets=(target(vault(), plan()),)))


class Stage:
    """A hub that verifies real signatures, and its issuer."""

    def __init__(self, policy: Any = TRUST) -> None:
        self.published: dict[str, Any] = {
            DISCOVERY: {"issuer": ISSUER, "jwks_uri": JWKS},
            JWKS: {"keys": [ec_jwk(), rsa_jwk(), {"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}, "garbage"]},
        }
        self.fetched: list[str] = []
        plain = world()
        self.keys = IssuerKeys(self.fetch, plain.clock)
        trust = DeploymentTrust(lambda: json.dumps(policy), self.keys)
        self.world: World = plain._replace(trust=trust)  # type: ignore[arg-type]

    def fetch(self, url: str) -> Any:
        self.fetched.append(url)
        if url not in self.published:
            raise UnavailableError(f"GET {url}", "HTTPError", "404")
        return self.published[url]

    def upload(self, version: Version = V1, attest: Callable[[Binding], str | bytes | None] | None = None) -> None:
        """A good bundle at noon, and the attestation that `attest` makes for it: a token, other bytes, or none."""
        self.world.upload(version, GOOD)
        body = self.world.archives.uploads[version.key].body
        assert body is not None
        made = (attest or well_signed)(binding_of(HUB, version, body))
        del self.world.archives.uploads[version.attestation_key]
        if made is not None:
            content = made if isinstance(made, bytes) else attestation_of(made)
            at = self.world.archives.uploads[version.key].committed
            self.world.archives.uploads[version.attestation_key] = Upload(content, at, "a")

    def admit(self, version: Version = V1) -> str:
        return admit_bundle(self.world.hub, version.key, None)["state"]

    def assert_rejected(self, *words: str, version: Version = V1) -> None:
        """Refused for these reasons and no other; on the books, recorded, told, and nothing is planned."""
        world = self.world
        before = len(world.ledger.entries(version.bundle))
        assert self.admit(version) == "rejected"
        assert world.executions.started == {}
        record = world.records.find(version)
        assert record is not None
        assert (record.state, record.provenance) == (State.REJECTED, None)
        assert set(world.documents.texts) == {f"changes/acme/{version.version}/errors.json"}
        errors = json.loads(world.documents.texts[f"changes/acme/{version.version}/errors.json"])["errors"]
        assert len(errors) == len(words)
        (alert,) = world.alerts.published
        for error, word in zip(errors, words, strict=True):
            assert error["file"] == f"{version.version}.zip.attestation.json"
            assert word in error["message"]
            assert word in alert.text
        assert "Nothing was changed." in alert.text
        assert "find out who uploaded it" in alert.text
        rejection, told = world.ledger.entries(version.bundle)[before:]
        assert (rejection.kind, rejection.version, rejection.facts["errors"]) == (
            Kind.REJECTION,
            version.version,
            len(words),
        )
        assert words[0] in rejection.facts["first"]
        assert "provenance" not in rejection.facts, "nobody is known to be behind it"
        assert (told.kind, told.facts["subject"]) == (Kind.ALERT, alert.subject)


def well_signed(binding: Binding) -> str:
    return signed(claims_of(binding))
