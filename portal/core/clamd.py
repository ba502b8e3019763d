"""A client of clamd, the ClamAV scanner: one stream over its INSTREAM command, over TCP or a Unix socket.

The protocol: `zINSTREAM\\0`, then chunks, each after its length as four bytes, a length of nought at the end. The
answer is one line that ends with a nought: `stream: OK`, `stream: NAME FOUND`, or a complaint that ends with ERROR.
"""

from __future__ import annotations

import socket
import struct
import sys
import time
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
SCHEME = "unix:"
TOO_LARGE = "size limit exceeded"


class ScannerUnavailable(RuntimeError):
    """No answer, or none that can be understood: the scan is tried again later. The message is for the log."""


class ScannerRefused(RuntimeError):
    """The scanner will not scan this content (it is larger than its own limit): another try would end alike."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the scanner says: `signature` names what it found, empty when it found nothing."""

    signature: str = ""

    @property
    def clean(self) -> bool:
        return not self.signature


@dataclass(frozen=True, slots=True)
class Clamd:
    """The scanner at `address`: host:port, [::1]:port, or unix:/path. `seconds` bound one scan as a whole."""

    address: str
    seconds: float = 60.0

    def scan(self, stream: BinaryIO) -> Verdict:
        """Send the stream from where it stands. Raises ScannerUnavailable, ScannerRefused."""
        until = time.monotonic() + self.seconds
        try:
            with self._connect() as line:
                answer = self._ask(line, stream, until)
        except OSError as error:
            raise ScannerUnavailable(f"{self.address}: {type(error).__name__}: {error}") from error
        return _verdict(answer)

    def ping(self) -> bool:
        """Whether the scanner answers."""
        try:
            with self._connect() as line:
                line.settimeout(min(self.seconds, 5.0))
                line.sendall(b"zPING\0")
                return line.recv(16).startswith(b"PONG")
        except OSError:
            return False

    def _connect(self) -> socket.socket:
        if self.address.startswith(SCHEME):
            if sys.platform == "win32":
                raise OSError("there are no Unix sockets here")
            line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            line.settimeout(self.seconds)
            try:
                line.connect(self.address.removeprefix(SCHEME))
            except OSError:
                line.close()
                raise
            return line
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=self.seconds)

    def _ask(self, line: socket.socket, stream: BinaryIO, until: float) -> bytes:
        _bound(line, until)
        line.sendall(b"zINSTREAM\0")
        try:
            while chunk := stream.read(CHUNK):
                _bound(line, until)
                line.sendall(struct.pack("!L", len(chunk)) + chunk)
            line.sendall(struct.pack("!L", 0))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it may have answered before it had everything: the limit was reached
        answer = b""
        while not answer.endswith(b"\0"):
            _bound(line, until)
            part = line.recv(LONGEST_ANSWER)
            if not part or len(answer) > LONGEST_ANSWER:
                raise ConnectionError("the answer broke off")
            answer += part
        return answer


def _bound(line: socket.socket, until: float) -> None:
    """Let the next step wait no longer than the whole may last."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("timed out")
    line.settimeout(left)


def _verdict(answer: bytes) -> Verdict:
    text = answer.rstrip(b"\0\n").decode("utf-8", "replace").strip()
    said = text.removeprefix("stream:").strip()
    if said == "OK":
        return Verdict()
    if said.endswith(" FOUND"):
        return Verdict(said.removesuffix(" FOUND").strip() or "?")
    if TOO_LARGE in said.lower():
        raise ScannerRefused(said)
    raise ScannerUnavailable(f"it says {text[:200]!r}")
