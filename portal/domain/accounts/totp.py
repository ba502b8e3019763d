"""The second factor: time-based codes (RFC 6238), their secret sealed, each code good once; recovery codes."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime

import pyotp

from portal.core.keyring import KeyRing

PURPOSE = "totp"
RECOVERY_PURPOSE = "recovery-code"
ISSUER = "Cổng Nội vụ Hưng Yên"
STEP_SECONDS = 30
WINDOW = 1  # one step before and after: clocks of telephones differ a little
CODE_DIGITS = 6
RECOVERY_CODES = 10
_RECOVERY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
_RECOVERY_HALF = 5


def new_secret() -> str:
    """A random secret in base32 (160 bits)."""
    return pyotp.random_base32()


def provisioning_uri(secret: str, username: str) -> str:
    """What the QR code says to the authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def code_at(secret: str, instant: datetime) -> str:
    """The code that an authenticator shows at that instant."""
    return pyotp.TOTP(secret).at(instant)


def digits_of(typed: str) -> str:
    """The digits of what was typed: people write 123 456."""
    return "".join(c for c in typed if c.isdigit())


def matching_step(secret: str, typed: str, instant: datetime, last_step: int) -> int | None:
    """The time step whose code was typed, within the window and after the last one used; None when there is none."""
    code = digits_of(typed)
    if len(code) != CODE_DIGITS:
        return None
    now = int(instant.timestamp()) // STEP_SECONDS
    totp = pyotp.TOTP(secret)
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), code.encode()) and step > last_step:
            found = step
    return found


def seal(keyring: KeyRing, user_id: int, secret: str) -> str:
    """The secret as it is stored: it opens for this person's row only."""
    return keyring.encrypt(PURPOSE, secret.encode(), str(user_id))


def unseal(keyring: KeyRing, user_id: int, sealed: str) -> str:
    """The secret in base32."""
    return keyring.decrypt(PURPOSE, sealed, str(user_id)).decode()


def new_recovery_codes() -> list[str]:
    """Ten codes to write down, each good once: abcde-fghjk."""
    return [f"{_half()}-{_half()}" for _ in range(RECOVERY_CODES)]


def recovery_hashes(keyring: KeyRing, user_id: int, typed: str) -> list[str]:
    """What a typed recovery code is compared with: keyed hashes under every key of the ring, the present one first."""
    plain = "".join(c for c in typed.lower() if c in _RECOVERY_ALPHABET)
    message = f"{user_id}:{plain}".encode()
    return [keyring.sign(RECOVERY_PURPOSE, message, key_id) for key_id in keyring.key_ids]


def _half() -> str:
    return "".join(secrets.choice(_RECOVERY_ALPHABET) for _ in range(_RECOVERY_HALF))
