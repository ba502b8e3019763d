"""The key ring: secrets at rest are encrypted, chains and tokens are authenticated, keys can be rotated.

Keys come from outside the database (portal/config.py). Each use derives its own key, so that one purpose never opens
another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class UnknownKey(RuntimeError):
    """The data was written with a key that the ring no longer holds."""


class KeyRing:
    """Keys by id; the first writes, all read."""

    def __init__(self, keys: Sequence[tuple[str, bytes]]) -> None:
        if not keys:
            raise ValueError("The key ring is empty.")
        self._keys = dict(keys)
        self.current = keys[0][0]

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The ids of all keys, the writing one first."""
        return tuple(self._keys)

    def _derive(self, key_id: str, purpose: str) -> bytes:
        if key_id not in self._keys:
            raise UnknownKey(key_id)
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(self._keys[key_id])

    def encrypt(self, purpose: str, plain: bytes, context: str = "", nonce: bytes | None = None) -> str:
        """Encrypt for one purpose; `context` (a row's identity) must be the same when it is read again."""
        chosen = nonce or os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._derive(self.current, purpose)).encrypt(chosen, plain, context.encode())
        return f"{self.current}:{base64.urlsafe_b64encode(chosen + sealed).decode()}"

    def decrypt(self, purpose: str, token: str, context: str = "") -> bytes:
        """The plain bytes. Raises UnknownKey, or ValueError when the token was altered or belongs elsewhere."""
        key_id, _, encoded = token.partition(":")
        raw = base64.urlsafe_b64decode(encoded)
        try:
            return AESGCM(self._derive(key_id, purpose)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], context.encode())
        except InvalidTag as error:
            raise ValueError("The sealed value was altered or belongs elsewhere.") from error

    def sign(self, purpose: str, message: bytes, key_id: str | None = None) -> str:
        """HMAC-SHA256 in hexadecimal under the purpose's key."""
        return hmac.new(self._derive(key_id or self.current, purpose), message, hashlib.sha256).hexdigest()
