"""The scanner's protocol, spoken with a server that really answers, falls silent, hangs up or says nonsense."""

from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.core import clamd
from portal.core.clamd import Clamd, ScannerRefused, ScannerUnavailable, Verdict
from tests.attachments.clamd_server import Scanner, scanner
from tests.attachments.samples import EICAR


@pytest.fixture
def server() -> Iterator[Scanner]:
    with scanner() as made:
        yield made


def scan(server: Scanner, content: bytes, seconds: float = 5) -> Verdict:
    return Clamd(server.address, seconds).scan(io.BytesIO(content))


def test_clean_content_arrives_whole(server: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clamd, "CHUNK", 7)
    assert scan(server, b"mot van ban dai hon mot khuc") == Verdict()
    assert server.taken == [b"mot van ban dai hon mot khuc"]
    assert scan(server, b"").clean


def test_the_test_virus_is_found_by_its_name(server: Scanner) -> None:
    verdict = scan(server, b"before " + EICAR)
    assert not verdict.clean
    assert verdict.signature == "Win.Test.EICAR_HDB-1"


def test_a_unix_socket_does_as_well(tmp_path: Path) -> None:
    with scanner(tmp_path / "clamd.ctl") as server:
        assert scan(server, EICAR).signature
        assert Clamd(server.address).ping()
    assert not Clamd(server.address).ping()


def test_content_over_the_scanners_own_limit_is_refused(server: Scanner) -> None:
    server.limit = 1000
    with pytest.raises(ScannerRefused, match="size limit"):
        scan(server, b"x" * 5000)


@pytest.mark.parametrize("nonsense", [b"stream: lstat() failed. ERROR\0", b"UNKNOWN COMMAND\0", b"\0"])
def test_an_answer_that_says_nothing_is_no_verdict(server: Scanner, nonsense: bytes) -> None:
    server.say = nonsense
    with pytest.raises(ScannerUnavailable, match="it says"):
        scan(server, b"x")


def test_a_scanner_that_falls_silent_or_hangs_up_is_unavailable(server: Scanner) -> None:
    server.silent = True
    with pytest.raises(ScannerUnavailable, match=r"(?i)time"):
        scan(server, b"x", seconds=0.2)
    server.silent, server.hang_up = False, True
    with pytest.raises(ScannerUnavailable):
        scan(server, b"x" * 100)


def test_nobody_there_is_unavailable(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        address = f"127.0.0.1:{door.getsockname()[1]}"
    for nobody in (address, f"unix:{tmp_path / 'none'}"):
        with pytest.raises(ScannerUnavailable, match=nobody):
            Clamd(nobody, 2).scan(io.BytesIO(b"x"))
        assert not Clamd(nobody, 2).ping()


def test_it_answers_when_asked_whether_it_is_there(server: Scanner) -> None:
    assert Clamd(server.address).ping()
