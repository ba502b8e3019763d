"""What several views of accounts need."""

from __future__ import annotations

from portal.domain.accounts.passwords import Passwords, passwords
from portal.web.context import Viewer, runtime, viewer

SECONDS_IN_MINUTE = 60


def hasher() -> Passwords:
    """The process's password hasher; cheap in tests only."""
    return passwords(cheap=runtime().settings.environment == "test")


def waiting_text(seconds: int) -> str:
    """How long to wait, in words: 40 giây, 8 phút."""
    if seconds < SECONDS_IN_MINUTE:
        return f"{seconds} giây"
    return f"{-(-seconds // SECONDS_IN_MINUTE)} phút"


def person() -> Viewer:
    """The signed-in person; the view has asked for a permission, so there is one."""
    found = viewer()
    assert found is not None  # noqa: S101 - access has refused strangers before the view
    return found


def owes_factor() -> bool:
    """Whether the person has a second factor and has not shown it in this session: until then nothing else is open."""
    return person().needs_second_factor and person().has_second_factor
