"""Keeping the garbage collector out of work that makes very many small objects and drops none of them in circles."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_holders = 0


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pause the cyclic collector for a piece of work that is over within seconds; also a decorator.

    While tens of thousands of rows are made, the collector walks all of them again and again and finds nothing: that is
    a quarter of an import's time. Others' work in this process is collected a moment later.
    """
    global _holders  # noqa: PLW0603 - the collector is one for the process
    with _lock:
        _holders += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _holders -= 1
            if not _holders:
                gc.enable()
