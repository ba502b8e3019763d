"""A load generator: kept-alive connections in one process, each asking again as soon as it is answered.

It does little more than count bytes, so that on a small machine the server, not the client, sets the pace; its own use
of the processor is told.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Load:
    """What came back: seconds of each request, statuses other than 200, bytes of one answer, the client's own load."""

    latencies: list[float]
    seconds: float
    odd: list[int]
    size: int
    client_share: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.latencies) / self.seconds


@dataclass(slots=True)
class _Connection:
    sock: socket.socket
    request: bytes
    began: float = 0.0
    data: bytearray = field(default_factory=bytearray)
    wanted: int = -1
    status: int = 0

    def ask(self) -> None:
        self.data.clear()
        self.wanted = -1
        self.began = time.perf_counter()
        self.sock.sendall(self.request)

    def take(self) -> bool:
        """Read what is there; True when the answer is whole. ConnectionError when the server hung up."""
        chunk = self.sock.recv(CHUNK)
        if not chunk:
            raise ConnectionError
        self.data += chunk
        if self.wanted < 0:
            end = self.data.find(b"\r\n\r\n")
            if end < 0:
                return False
            head = bytes(self.data[:end]).lower()
            self.status = int(head[9:12])
            _, _, rest = head.partition(b"content-length:")
            if not rest:
                raise ValueError("The load generator needs answers with a Content-Length.")
            self.wanted = end + 4 + int(rest.split(b"\r\n", 1)[0])
        return len(self.data) >= self.wanted


def request_bytes(url: str, headers: Mapping[str, str]) -> bytes:
    """A GET as it goes over the line."""
    place = urlsplit(url)
    path = f"{place.path or '/'}{'?' + place.query if place.query else ''}"
    lines = [f"GET {path} HTTP/1.1", f"Host: {place.netloc}", *(f"{k}: {v}" for k, v in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def load(url: str, headers: Mapping[str, str], *, connections: int = 16, seconds: float = 5.0) -> Load:
    """Ask for `url` over `connections` connections for so many seconds."""
    place = urlsplit(url)
    address = (place.hostname or "", place.port or 80)
    request = request_bytes(url, headers)
    selector = selectors.DefaultSelector()
    latencies: list[float] = []
    odd: list[int] = []
    size = 0
    for _ in range(connections):
        _open(selector, address, request)
    began, busy = time.perf_counter(), time.process_time()
    deadline = began + seconds
    while (now := time.perf_counter()) < deadline:
        for key, _ in selector.select(deadline - now):
            connection: _Connection = key.data
            try:
                whole = connection.take()
            except ConnectionError:  # the server may close a kept connection: a new one asks again
                selector.unregister(connection.sock)
                connection.sock.close()
                _open(selector, address, request)
                continue
            if whole:
                latencies.append(time.perf_counter() - connection.began)
                size = len(connection.data)
                if connection.status != 200:
                    odd.append(connection.status)
                connection.ask()
    spent = time.perf_counter() - began
    share = (time.process_time() - busy) / spent
    for key in list(selector.get_map().values()):
        key.data.sock.close()
    selector.close()
    return Load(latencies, spent, odd, size, share)


def _open(selector: selectors.BaseSelector, address: tuple[str, int], request: bytes) -> None:
    sock = socket.create_connection(address, timeout=30)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = _Connection(sock, request)
    selector.register(sock, selectors.EVENT_READ, connection)
    connection.ask()


def one_by_one(url: str, headers: Mapping[str, str], times: int) -> list[float]:
    """Seconds of `times` requests over one connection, each after the other.

    RuntimeError for another status than 200.
    """
    place = urlsplit(url)
    sock = socket.create_connection((place.hostname or "", place.port or 80), timeout=60)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = _Connection(sock, request_bytes(url, headers))
    spent = []
    with sock:
        for _ in range(times):
            connection.ask()
            while not connection.take():
                pass
            spent.append(time.perf_counter() - connection.began)
            if connection.status != 200:
                raise RuntimeError(f"{url} answered {connection.status}")
    return spent


def alternating(urls: Sequence[str], headers: Sequence[Mapping[str, str]], times: int, turns: int) -> list[list[float]]:
    """The same for several addresses, `turns` times in turn, so that a noisy moment meets them all."""
    found: list[list[float]] = [[] for _ in urls]
    for _ in range(turns):
        for index, (url, sent) in enumerate(zip(urls, headers, strict=True)):
            found[index] += one_by_one(url, sent, max(times // turns, 1))
    return found
