"""The KMS key that signs checkpoints. Its private half never leaves KMS.

https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
"""

from base64 import b64encode
from collections.abc import Callable
from textwrap import wrap
from typing import Any

from backup_apps.adapters.aws_errors import translated


class SigningKey:
    """An ECC_NIST_P256 key for signing; `key` is its ARN. The client is made when something is signed."""

    def __init__(self, kms: Callable[[], Any], key: str) -> None:
        self._kms, self._key = kms, key

    @property
    def key(self) -> str:
        return self._key

    @translated()
    def sign(self, message: bytes) -> bytes:
        """ECDSA over the SHA-256 of the message, DER."""
        answer = self._kms().sign(KeyId=self._key, Message=message, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256")
        return bytes(answer["Signature"])

    @translated()
    def public_key(self, key: str) -> str:
        """https://docs.aws.amazon.com/kms/latest/APIReference/API_GetPublicKey.html"""
        return pem_of(self._kms().get_public_key(KeyId=key)["PublicKey"])


def pem_of(der: bytes) -> str:
    """https://datatracker.ietf.org/doc/html/rfc7468#section-13"""
    body = "\n".join(wrap(b64encode(der).decode(), 64))
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
