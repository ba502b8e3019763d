"""What several views of accounts need."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response

from portal.core.errors import InvalidInput, NotFound
from portal.domain.access.enums import Permission
from portal.domain.accounts import queries, services
from portal.domain.accounts.models import UserAccount
from portal.domain.accounts.passwords import Passwords, passwords
from portal.domain.accounts.services import Attempt
from portal.domain.units.models import Unit
from portal.domain.units.queries import named
from portal.web.context import Viewer, actor, runtime, today, viewer, work
from portal.web.transaction import own_reading, own_transaction

SECONDS_IN_MINUTE = 60
WRONG_PASSWORD = "Mật khẩu hiện tại chưa đúng."  # noqa: S105 - a sentence


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """What came of asking for the present password again: `fault` is a sentence, `wait` seconds."""

    attempt: Attempt
    fault: str = ""
    wait: int = 0

    @property
    def status(self) -> int:
        return 429 if self.wait else 422

    def mark(self, response: Response) -> Response:
        """Say in the header when the next try is taken."""
        if self.wait:
            response.headers["Retry-After"] = str(self.wait)
        return response


def check_own_password(password: str) -> PasswordCheck:
    """Whether this is the person's password; wrong ones are counted and waited out. Call it before the first query."""
    with own_reading() as reading:
        attempt = services.read_own_attempt(reading)
    if attempt.wait:
        text = f"Mật khẩu đã nhập sai nhiều lần. Xin thử lại sau {waiting_text(attempt.wait)}."
        return PasswordCheck(attempt, text, attempt.wait)
    if services.verify_own(attempt, password, hasher()):
        return PasswordCheck(attempt)
    with own_transaction() as writing:
        services.note_wrong_password(writing, attempt)
    return PasswordCheck(attempt, WRONG_PASSWORD)


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


def user_of(user_id: int) -> UserAccount:
    """The account, when it is in the actor's reach. Raises NotFound."""
    found = work().session.scalars(queries.one_visible(actor(), user_id, today())).one_or_none()
    if found is None:
        raise NotFound
    return found


def unit_of(text: str, permission: Permission) -> Unit:
    """The unit that was typed, within what the actor manages. Raises InvalidInput when it is none or several."""
    found = work().session.scalars(named(actor(), text, today(), permission)).all()
    if not found:
        raise InvalidInput({"unit": ["Không có đơn vị này trong phạm vi của ông/bà. Xin gõ rồi chọn trong gợi ý."]})
    if len(found) > 1 and found[0].code != text.split(" – ", maxsplit=1)[0].strip():
        raise InvalidInput({"unit": ["Có nhiều đơn vị trùng tên. Xin gõ mã đơn vị hoặc chọn trong gợi ý."]})
    return found[0]
