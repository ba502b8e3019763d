"""What tests of notices share: telling, and looking at what a person was told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from portal.domain.accounts.models import UserAccount
from portal.domain.notifications.models import Notice


@pytest.fixture
def told(read: Callable[..., Any]) -> Callable[[str], list[Notice]]:
    """told("vangiang"): the notices that a person got, the oldest first."""

    def look(username: str) -> list[Notice]:
        stmt = select(Notice).join(UserAccount, UserAccount.id == Notice.receiver_id)
        return read(stmt.where(UserAccount.username == username).order_by(Notice.id))  # type: ignore[no-any-return]

    return look


@pytest.fixture
def person_id(read: Callable[..., Any]) -> Callable[[str], int]:
    """person_id("vangiang"): an account's id."""
    return lambda username: read(select(UserAccount.id).where(UserAccount.username == username))[0]
