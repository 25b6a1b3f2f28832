"""A key that signs as KMS does."""

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

KEY = "arn:aws:kms:eu-west-1:999999999999:key/1"


class KeySigner:
    """ECDSA on P-256; public keys come as PEM."""

    key = KEY

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message, ec.ECDSA(hashes.SHA256()))

    def public_key(self, key: str) -> str:
        return pem(self._private.public_key())


def pem(key: Any) -> str:
    return str(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def another_key() -> str:
    return KeySigner().public_key(KEY)
