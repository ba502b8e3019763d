"""What can go wrong in the domain, each with the Vietnamese sentence that the user reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class PortalError(Exception):
    """The base: `message` is Vietnamese, polite, and says what to do next."""

    message = "Không thực hiện được yêu cầu."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message


class NotAllowed(PortalError):
    """The actor may not do this to this object (answered with 403 and an audit entry)."""

    message = "Tài khoản của ông/bà không được giao việc này."


class NotFound(PortalError):
    """No such object, or not one that the actor may know of (answered with 404)."""

    message = "Không tìm thấy nội dung này, hoặc nội dung không thuộc phạm vi của ông/bà."


class RuleBroken(PortalError):
    """The state of things forbids the step; nothing was changed (answered with 409)."""


class VersionConflict(RuleBroken):
    """Someone else changed the record since the actor read it."""

    message = "Người khác vừa sửa nội dung này. Nội dung ông/bà nhập được giữ lại; xin xem bản mới trước khi lưu lại."


class WrongState(RuleBroken):
    """The workflow has no such step from the record's present state."""

    message = "Bước này không còn thực hiện được ở trạng thái hiện tại. Xin tải lại trang để xem trạng thái mới."


class ReasonMissing(RuleBroken):
    """The step needs a written reason."""

    message = "Bước này cần ghi rõ lý do."


class InvalidInput(PortalError):
    """Values that cannot be taken: `errors` maps a field's name to its sentences (answered with 422)."""

    message = "Một số nội dung chưa hợp lệ."

    def __init__(self, errors: Mapping[str, Sequence[str]], message: str | None = None) -> None:
        super().__init__(message)
        self.errors = {name: list(texts) for name, texts in errors.items()}
