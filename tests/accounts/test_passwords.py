"""What a new password must be, and how passwords are kept."""

from __future__ import annotations

import unicodedata

import pytest
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from portal.domain.accounts.passwords import MAX_LENGTH, MIN_LENGTH, Passwords, faults_of, passwords
from portal.domain.accounts.services import first_password

WHO = ("vangiang.lanhdao", "Lê Văn Quyết")


@pytest.mark.parametrize(
    "good",
    ["cá rô đồng kho tộ", "Sao-Hôm-7-Gió-Nồm", "x8!kQz2#pLm", "một hai ba bốn", "trời xanh 1960 mây"],
)
def test_what_is_long_and_unlike_the_person_is_taken(good: str) -> None:
    assert faults_of(good, *WHO) == []


@pytest.mark.parametrize(
    ("bad", "because"),
    [
        ("ngắn quá", "ít nhất 10 ký tự"),
        ("x" * (MAX_LENGTH + 1), "dài nhất"),
        ("Vangiang.Lanhdao-9", "tên đăng nhập hoặc họ tên"),
        ("nhà-lanhdao-77", "tên đăng nhập hoặc họ tên"),
        ("ong QUYẾT nam 1970", "tên đăng nhập hoặc họ tên"),
        ("levan1234567", "tên đăng nhập hoặc họ tên"),
        ("HungYen@2023", "dễ bị đoán"),
        ("MậtKhẩu@2024", "dễ bị đoán"),
        ("1234567890", "dễ bị đoán"),
        ("0987654321", "dễ bị đoán"),
        ("qwertyuiop", "dễ bị đoán"),
        ("aaaaabbbbb", "dễ bị đoán"),
        ("iloveyou2023", "dễ bị đoán"),
        ("anhyeuem1990", "dễ bị đoán"),
        ("P@ssw0rd123", "dễ bị đoán"),
        ("Football123!", "dễ bị đoán"),
        ("michelle12", "dễ bị đoán"),
        ("abcd1234efgh", "dễ bị đoán"),
    ],
)
def test_what_is_short_common_or_names_the_person_is_refused(bad: str, because: str) -> None:
    assert because in " ".join(faults_of(bad, *WHO))


def test_the_passwords_that_leaked_most_often_are_refused() -> None:
    leaked = [word for word in FREQUENCY_LISTS["passwords"] if len(word) >= MIN_LENGTH]
    assert len(leaked) > 1000
    assert [word for word in leaked if not faults_of(word, *WHO)] == []


def test_a_long_phrase_is_looked_at_in_bounded_time_and_taken() -> None:
    assert faults_of("sông Hồng chảy qua bãi ngô đầu mùa " * 3, *WHO) == []


def test_the_old_password_is_refused_in_either_writing_of_its_marks() -> None:
    old = "cá rô đồng kho tộ"
    assert faults_of(unicodedata.normalize("NFD", old), *WHO, old=old) == ["Mật khẩu mới phải khác mật khẩu hiện tại."]


def test_first_passwords_differ_and_are_good() -> None:
    made = {first_password() for _ in range(50)}
    assert len(made) == 50
    assert all(faults_of(password, *WHO) == [] for password in made)


def test_a_password_is_kept_as_argon2id_and_opens_with_composed_or_parted_marks() -> None:
    hasher = passwords(cheap=True)
    stored = hasher.hash("cá rô đồng")
    assert stored.startswith("$argon2id$")
    assert hasher.verify(stored, unicodedata.normalize("NFD", "cá rô đồng"))
    assert not hasher.verify(stored, "ca ro dong")
    assert not hasher.verify("$2b$12$other", "cá rô đồng")


def test_production_costs_are_those_of_rfc_9106() -> None:
    stored = passwords().hash("x")
    assert "m=65536,t=3" in stored
    assert passwords().needs_rehash(passwords(cheap=True).hash("x"))
    assert not passwords().needs_rehash(stored)


def test_nothing_fits_the_dummy() -> None:
    hasher = Passwords(1, 8, 1)
    assert not hasher.verify(hasher.dummy, "")
    assert hasher.dummy == hasher.dummy
