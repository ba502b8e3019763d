"""The second factor's codes against RFC 6238, its sealing, and recovery codes under a changed key ring."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from portal.core.keyring import KeyRing, UnknownKey
from portal.domain.accounts import totp

RFC_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)


@pytest.mark.parametrize(("second", "code"), [(59, "287082"), (1111111109, "081804"), (2000000000, "279037")])
def test_codes_are_those_of_the_rfc(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert totp.code_at(RFC_SECRET, at) == code
    assert totp.matching_step(RFC_SECRET, code, at, 0) == second // 30


def test_a_step_that_was_used_does_not_match() -> None:
    at = datetime.fromtimestamp(59, UTC)
    assert totp.matching_step(RFC_SECRET, "287082", at, 1) is None


def test_a_sealed_secret_opens_for_its_person_only() -> None:
    ring = KeyRing([OLD])
    sealed = totp.seal(ring, 7, RFC_SECRET)
    assert RFC_SECRET not in sealed
    assert totp.unseal(ring, 7, sealed) == RFC_SECRET
    with pytest.raises(ValueError, match="altered"):
        totp.unseal(ring, 8, sealed)
    with pytest.raises(UnknownKey):
        totp.unseal(KeyRing([NEW]), 7, sealed)


def test_recovery_codes_made_under_an_older_key_still_match() -> None:
    stored = totp.recovery_hashes(KeyRing([OLD]), 7, "abcde-fghjk")[0]
    after = totp.recovery_hashes(KeyRing([NEW, OLD]), 7, " ABCDE fghjk ")
    assert stored in after
    assert stored not in totp.recovery_hashes(KeyRing([NEW]), 7, "abcde-fghjk")
    assert stored not in totp.recovery_hashes(KeyRing([OLD]), 8, "abcde-fghjk")


def test_the_address_for_the_qr_code_names_portal_and_person() -> None:
    uri = totp.provisioning_uri(RFC_SECRET, "vangiang.lanhdao")
    assert uri.startswith("otpauth://totp/")
    assert "vangiang.lanhdao" in uri
    assert f"secret={RFC_SECRET}" in uri
