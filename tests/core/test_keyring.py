"""The key ring: sealed values open only for their purpose and place, keys can be changed, faults are refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.keyring import KeyRing, UnknownKey

OLD, NEW = ("2022", b"o" * 32), ("2023", b"n" * 32)


@pytest.mark.property
@given(st.binary(max_size=200), st.text(max_size=20), st.text(max_size=20))
def test_what_is_sealed_opens_again(plain: bytes, purpose: str, context: str) -> None:
    ring = KeyRing([NEW])
    token = ring.encrypt(purpose, plain, context)
    assert ring.decrypt(purpose, token, context) == plain
    assert token.startswith("2023:")


def test_two_seals_of_one_value_differ() -> None:
    ring = KeyRing([NEW])
    assert ring.encrypt("x", b"secret") != ring.encrypt("x", b"secret")
    assert ring.encrypt("x", b"s", nonce=b"0" * 12) == ring.encrypt("x", b"s", nonce=b"0" * 12)


@pytest.mark.parametrize(("purpose", "context"), [("totp", "user/2"), ("draft", "user/1")])
def test_a_sealed_value_belongs_to_one_purpose_and_place(purpose: str, context: str) -> None:
    ring = KeyRing([NEW])
    token = ring.encrypt("totp", b"secret", "user/1")
    with pytest.raises(ValueError, match="belongs elsewhere"):
        ring.decrypt(purpose, token, context)


def test_an_altered_value_is_refused() -> None:
    ring = KeyRing([NEW])
    name, _, body = ring.encrypt("x", b"secret").partition(":")
    turned = body[:-4] + ("AAAA" if body[-4:] != "AAAA" else "BBBB")
    with pytest.raises(ValueError, match="altered"):
        ring.decrypt("x", f"{name}:{turned}")


def test_the_first_key_writes_and_all_read() -> None:
    token, mark = KeyRing([OLD]).encrypt("x", b"secret"), KeyRing([OLD]).sign("x", b"m")
    ring = KeyRing([NEW, OLD])
    assert ring.current == "2023"
    assert ring.key_ids == ("2023", "2022")
    assert ring.decrypt("x", token) == b"secret"
    assert ring.sign("x", b"m", "2022") == mark
    assert ring.sign("x", b"m") != mark


def test_a_key_that_was_taken_out_opens_nothing() -> None:
    token = KeyRing([OLD]).encrypt("x", b"secret")
    with pytest.raises(UnknownKey, match="2022"):
        KeyRing([NEW]).decrypt("x", token)
    with pytest.raises(UnknownKey):
        KeyRing([NEW]).sign("x", b"m", "2022")


def test_an_empty_ring_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        KeyRing([])


def test_signatures_differ_by_purpose_and_message() -> None:
    ring = KeyRing([NEW])
    marks = {ring.sign(purpose, message) for purpose in ("a", "b") for message in (b"1", b"2")}
    assert len(marks) == 4
    assert all(len(mark) == 64 for mark in marks)
