"""A Redis for the tests: the one that answers on this machine, else a private one that is gone afterwards.

TEST_REDIS_URL names a server of your own. Of the one on this machine only database 15 is used.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from scripts.postgres import HOST, free_port

SHARED_URL = f"redis://{HOST}:6379/15"
START_SECONDS = 15


class RedisError(Exception):
    """No server can be had; the message says what was tried."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A server that answers; `private` when this process started it."""

    url: str
    version: str
    private: bool


def ask_version(url: str) -> str | None:
    """The version of the server that answers there, or None."""
    client = redis.Redis.from_url(url, socket_timeout=3, socket_connect_timeout=3)
    try:
        return str(client.info("server")["redis_version"])
    except redis.RedisError:
        return None
    finally:
        client.close()


@contextmanager
def private_server() -> Iterator[RedisServer]:
    """Start a server that keeps nothing on disk on a free port; stop it at the end."""
    program = shutil.which("redis-server")
    if program is None:
        raise RedisError("no Redis answers on this machine, and redis-server was not found")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        process = subprocess.Popen(  # noqa: S603 (the program found above)
            [program, "--bind", HOST, "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"redis://{HOST}:{port}/0"
            deadline = time.monotonic() + START_SECONDS
            while (version := ask_version(url)) is None:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RedisError(f"the private redis-server did not come up on port {port}")
                time.sleep(0.1)
            yield RedisServer(url, version, private=True)
        finally:
            process.terminate()
            process.wait(timeout=START_SECONDS)


@contextmanager
def server() -> Iterator[RedisServer]:
    """The server to test on: TEST_REDIS_URL, else the one on this machine, else a private one."""
    url = os.environ.get("TEST_REDIS_URL") or SHARED_URL
    version = ask_version(url)
    if version is not None:
        yield RedisServer(url, version, private=False)
        return
    if os.environ.get("TEST_REDIS_URL"):
        raise RedisError("the server named by TEST_REDIS_URL does not answer")
    with private_server() as private:
        yield private
