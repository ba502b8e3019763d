"""Passwords: argon2id, and what a new password must be."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_LENGTH = 10
MAX_LENGTH = 128


class Passwords:
    """Hashing and checking. The cost is argon2-cffi's recommended default; tests use a cheap one."""

    def __init__(self, time_cost: int = 3, memory_cost: int = 65536, parallelism: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)

    def hash(self, password: str) -> str:
        """The argon2id hash; slow on purpose: call it before a transaction is open."""
        return self._hasher.hash(password)

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password fits; never raises for a wrong one."""
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)


@cache
def passwords(cheap: bool = False) -> Passwords:
    """The process's hasher; `cheap` for tests only."""
    return Passwords(1, 8, 1) if cheap else Passwords()
