"""A small clamd for the tests: INSTREAM over TCP or a Unix socket. It finds the EICAR text, misbehaves on demand."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.attachments.samples import EICAR

FOUND = b"stream: Win.Test.EICAR_HDB-1 FOUND\0"
TOO_LARGE = b"INSTREAM size limit exceeded. ERROR\0"


@dataclass(slots=True)
class Scanner:
    """What the server took, and how it behaves: `say` is its answer to everything, `limit` its own size limit, `silent`
    keeps it from answering, `hang_up` ends each connection in mid-stream.
    """

    address: str = ""
    taken: list[bytes] = field(default_factory=list)
    say: bytes = b""
    limit: int = 1 << 30
    silent: bool = False
    hang_up: bool = False

    def talk(self, line: socket.socket) -> None:
        """One connection."""
        command = self._command(line)
        if command == b"PING":
            line.sendall(b"PONG\0")
        if command != b"INSTREAM":
            return
        content = b""
        while size := struct.unpack("!L", _exactly(line, 4))[0]:
            content += _exactly(line, size)
            if self.hang_up:
                return
            if len(content) > self.limit:
                line.sendall(TOO_LARGE)
                return
        self.taken.append(content)
        if self.silent:
            with suppress(OSError):
                line.recv(1)  # until the other side gives up
            return
        line.sendall(self.say or (FOUND if EICAR in content else b"stream: OK\0"))

    def _command(self, line: socket.socket) -> bytes:
        word = b""
        while not word.endswith(b"\0"):
            word += _exactly(line, 1)
        return word.strip(b"z\0")


def _exactly(line: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        part = line.recv(size - len(content))
        if not part:
            raise ConnectionError
        content += part
    return content


@contextmanager
def scanner(path: Path | None = None) -> Iterator[Scanner]:
    """A server on a free port, or at a Unix socket."""
    if path is None:
        door = socket.create_server(("127.0.0.1", 0))
        made = Scanner(f"127.0.0.1:{door.getsockname()[1]}")
    else:
        door = socket.socket(socket.AF_UNIX)
        door.bind(str(path))
        door.listen()
        made = Scanner(f"unix:{path}")

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = door.accept()
                with line, suppress(OSError):
                    line.settimeout(5)
                    made.talk(line)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        with suppress(OSError):
            door.shutdown(socket.SHUT_RDWR)
        door.close()
        thread.join(6)
