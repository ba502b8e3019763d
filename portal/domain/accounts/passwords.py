"""Passwords: argon2id, and what a new password must be."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache, cached_property
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from portal.core.text import fold
from portal.domain.accounts.common_passwords import COMMON_RUNS, COMMON_WORDS

MIN_LENGTH = 10
MAX_LENGTH = 128
MIN_DIFFERENT = 5
MIN_NAME_PART = 4
MIN_GUESSES = 10**8  # what a guesser with lists of leaked passwords must try at least
LOOKED_AT = 72  # characters: the estimate's work grows with the square of them


class Passwords:
    """Hashing and checking. The cost is argon2-cffi's recommended default; tests use a cheap one."""

    def __init__(self, time_cost: int = 3, memory_cost: int = 65536, parallelism: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)

    def hash(self, password: str) -> str:
        """The argon2id hash; slow on purpose: call it before a transaction is open."""
        return self._hasher.hash(_typed(password))

    def verify(self, stored: str, password: str) -> bool:
        """Whether the password fits; never raises for a wrong one."""
        try:
            return self._hasher.verify(stored, _typed(password))
        except (VerificationError, InvalidHashError):
            return False

    @cached_property
    def dummy(self) -> str:
        """A hash that no password fits in practice: checking an unknown name costs what checking a known one does."""
        return self._hasher.hash(secrets.token_urlsafe(32))

    def needs_rehash(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)


def _typed(password: str) -> str:
    """One form of what was typed: input methods for Vietnamese give marks composed or apart."""
    return unicodedata.normalize("NFC", password)


@cache
def passwords(cheap: bool = False) -> Passwords:
    """The process's hasher; `cheap` for tests only."""
    return Passwords(1, 8, 1) if cheap else Passwords()


def faults_of(password: str, username: str, full_name: str, old: str = "") -> list[str]:
    """What speaks against a new password, as sentences; an empty list when it may be used."""
    typed = _typed(password)
    faults = []
    if len(typed) < MIN_LENGTH:
        faults.append(f"Mật khẩu cần ít nhất {MIN_LENGTH} ký tự.")
    if len(typed) > MAX_LENGTH:
        faults.append(f"Mật khẩu dài nhất {MAX_LENGTH} ký tự.")
    if old and typed == _typed(old):
        faults.append("Mật khẩu mới phải khác mật khẩu hiện tại.")
    if _names_person(typed, username, full_name):
        faults.append("Mật khẩu không được chứa tên đăng nhập hoặc họ tên.")
    if _is_common(typed):
        faults.append("Mật khẩu này dễ bị đoán. Xin chọn mật khẩu khác, ví dụ vài từ không liên quan ghép lại.")
    return faults


def _bare(text: str) -> str:
    """Folded letters and digits only."""
    return "".join(c for c in fold(text) if c.isalnum())


def _names_person(password: str, username: str, full_name: str) -> bool:
    bare = _bare(password)
    words = fold(full_name).split()
    parts = [w for w in words if len(w) >= MIN_NAME_PART]
    parts += [a + b for a, b in pairwise(words)]
    parts += [w for w in (_bare(username), *map(_bare, username.split("."))) if len(w) >= MIN_NAME_PART]
    return any(part in bare for part in parts)


def _is_common(password: str) -> bool:
    bare = _bare(password)
    stem = bare.strip("0123456789")
    if len(set(bare)) < MIN_DIFFERENT or stem in COMMON_WORDS:
        return True
    if any(bare in run or bare[::-1] in run for run in COMMON_RUNS):
        return True
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 12 MB of every process, and few ever set a password

    return any(int(zxcvbn(form[:LOOKED_AT])["guesses"]) < MIN_GUESSES for form in (password, bare) if form)
