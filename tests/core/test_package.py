"""Archives that lie, climb or grow: looked at without trust, unpacked within limits."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable

import pytest

from portal.core.package import BadPackage, Package, PackageFault, PackageLimits

F = PackageFault


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def fault(content: bytes, limits: PackageLimits | None = None) -> PackageFault:
    with pytest.raises(BadPackage) as caught:
        Package(io.BytesIO(content), limits).check()
    return caught.value.fault


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_parts_are_read_whole(method: int) -> None:
    big = random.Random(7).randbytes(1_280_000)
    package = Package(io.BytesIO(archive({"a/b.xml": b"<a/>", "c.bin": big}, method)))
    package.check()
    assert package.names == ["a/b.xml", "c.bin"]
    assert package.read("c.bin") == big
    with pytest.raises(KeyError):
        package.read("none")
    with pytest.raises(BadPackage):
        package.read("c.bin", limit=100)


def declare(content: bytes, size: int) -> bytes:
    """The archive whose directory says another unpacked size of its only part."""
    at = content.index(b"PK\x01\x02") + 24
    return content[:at] + size.to_bytes(4, "little") + content[at + 4 :]


def flip(at: Callable[[bytes], int]) -> bytes:
    made = bytearray(archive({"a.xml": b"<text>" * 40}))
    made[at(bytes(made))] ^= 0x55
    return bytes(made)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", F.BROKEN),
        (b"PK\x05\x06" + bytes(18), F.BROKEN),
        (b"MZ" + archive({"a": b"x"}), F.BROKEN),
        (archive({"a": b"x"})[:-10], F.BROKEN),
        (archive({"../a": b"x"}), F.BROKEN),
        (archive({"/etc/passwd": b"x"}), F.BROKEN),
        (archive({"c:/a": b"x"}), F.BROKEN),
        (archive({"a": b"x", "A": b"y"}), F.BROKEN),
        (archive({"a": b"x" * 99}, zipfile.ZIP_BZIP2), F.BROKEN),
        (archive({"a": bytes(3_000_000)}), F.BOMB),
        (declare(archive({"a": b"x" * 4000}), 10), F.BOMB),
        (declare(archive({"a": b"x" * 40}), 4000), F.BROKEN),
        (flip(lambda made: made.index(b"PK\x01\x02") + 16), F.BROKEN),
        (flip(lambda made: made.index(b"a.xml") + 8), F.BROKEN),
    ],
    ids=[
        "nothing",
        "no part",
        "program before it",
        "cut off",
        "climbs",
        "absolute",
        "drive",
        "twice",
        "odd packing",
        "ratio",
        "says less",
        "says more",
        "wrong sum",
        "damaged",
    ],
)
def test_what_does_not_add_up_is_refused(content: bytes, expected: PackageFault) -> None:
    assert fault(content) is expected


def test_parts_and_sizes_have_limits() -> None:
    many = archive({f"p{n}": b"x" for n in range(20)})
    assert fault(many, PackageLimits(parts=10)) is F.BOMB
    assert fault(many, PackageLimits(unpacked=10)) is F.BOMB


def test_a_part_with_a_password_is_refused() -> None:
    made = archive({"a": b"x"})
    at = made.index(b"PK\x01\x02") + 8
    assert fault(made[:at] + b"\x01" + made[at + 1 :]) is F.ENCRYPTED
