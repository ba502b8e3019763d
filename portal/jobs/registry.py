"""The kinds of jobs, found by their place: modules of this package name HANDLERS, and PERIODIC for the house's own;
what pages declare is added when the app is made.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

from portal import jobs
from portal.jobs.api import JobHandler, Periodic

_ADDED: dict[str, JobHandler] = {}


def add(handler: JobHandler) -> None:
    """Make a kind of job known that no module here can name: what pages declare (lists to be written to files)."""
    _ADDED[handler.kind] = handler
    handlers.cache_clear()


@cache
def handlers() -> Mapping[str, JobHandler]:
    """Handlers by kind. Raises ValueError when two have the same."""
    found: dict[str, JobHandler] = dict(_ADDED)
    for module in _modules():
        for handler in getattr(module, "HANDLERS", ()):
            if handler.kind in found:
                raise ValueError(f"Two handlers of the kind {handler.kind}.")
            found[handler.kind] = handler
    return found


@cache
def periodic() -> tuple[Periodic, ...]:
    """What the house asks of itself again and again."""
    return tuple(entry for module in _modules() for entry in getattr(module, "PERIODIC", ()))


def _modules() -> list[object]:
    names = (info.name for info in pkgutil.iter_modules(jobs.__path__))
    return [importlib.import_module(f"{jobs.__name__}.{name}") for name in names]
