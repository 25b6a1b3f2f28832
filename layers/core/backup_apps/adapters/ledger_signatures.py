"""Whether checkpoints were signed with the hub's key: ECDSA over P-256 with SHA-256."""

from collections.abc import Sequence

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from backup_apps.domain.ledger.entries import Checkpoint
from backup_apps.domain.ledger.lines import LedgerFile, SigningKey
from backup_apps.domain.ledger.verification import FindingKind, LedgerFinding

PublicKey = EllipticCurvePublicKey


def read_public_key(pem: bytes) -> EllipticCurvePublicKey:
    """Raises ValueError for what is no public key of the kind that signs ledgers."""
    try:
        key = load_pem_public_key(pem)
    except UnsupportedAlgorithm as error:
        raise ValueError(str(error)) from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise ValueError("not a key on the curve P-256")
    return key


class SignatureCheck:
    """By the keys that the reader of a file was given; without any, by those in the file itself."""

    def __init__(self, file: LedgerFile, given: Sequence[EllipticCurvePublicKey]) -> None:
        self._file, self._given = file, given
        self._keys: dict[str, EllipticCurvePublicKey] = {}
        self.findings = tuple(finding for key in file.keys if (finding := self._take(key)))

    def is_signed(self, checkpoint: Checkpoint) -> bool:
        named = self._keys.get(checkpoint.key)
        keys = [named] if named else self._given if not self._file.keys else []
        return any(_has_signed(key, checkpoint) for key in keys)

    def _take(self, key: SigningKey) -> LedgerFinding | None:
        """The key, if it may be trusted; else what is wrong with it."""
        try:
            read = read_public_key(key.public_key.encode())
        except ValueError as error:
            return _about(key, FindingKind.MALFORMED, f"is no public key: {error}")
        if _pem(read) != key.public_key:
            return _about(key, FindingKind.MALFORMED, "is not written as we write it")
        if self._given and _pem(read) not in map(_pem, self._given):
            return _about(key, FindingKind.SIGNATURE, "is not the one that was given")
        if key.id in self._keys or key.id not in {checkpoint.key for checkpoint in self._file.checkpoints}:
            return _about(key, FindingKind.MALFORMED, "is there more than once, or signed nothing")
        self._keys[key.id] = read
        return None


def _has_signed(key: EllipticCurvePublicKey, checkpoint: Checkpoint) -> bool:
    try:
        key.verify(bytes.fromhex(checkpoint.signature), checkpoint.signed, ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _pem(key: EllipticCurvePublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _about(key: SigningKey, kind: FindingKind, message: str) -> LedgerFinding:
    return LedgerFinding(None, kind, f"the key {key.id} {message}")
