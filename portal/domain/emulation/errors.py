"""What can be wrong with a registration, each with its Vietnamese sentence."""

from __future__ import annotations

from portal.core.errors import RuleBroken


class RegistrationPeriodClosed(RuleBroken):
    """Today lies outside the period's days, and the unit has no exception that reaches today."""

    message = (
        "Kỳ đăng ký chưa mở hoặc đã đóng. Nếu cần thêm thời gian, xin đề nghị cơ quan tiếp nhận gia hạn cho đơn vị."
    )


class RegistrationExists(RuleBroken):
    """The unit already has its registration for the period."""

    message = "Đơn vị đã có bản đăng ký cho kỳ này. Xin mở bản đó để sửa."


class UnitDoesNotRegister(RuleBroken):
    """The unit does not exist on the day, owes no registration, has nobody above it, or follows another sector's
    period.
    """

    message = "Đơn vị không thuộc diện đăng ký trong kỳ này. Xin chọn kỳ đăng ký của đơn vị."


class NotEditable(RuleBroken):
    """The registration stands in a state in which its unit may not change it."""

    message = "Bản đăng ký đang chờ duyệt hoặc đã gửi nên không sửa được. Xin rút về hoặc thu hồi trước khi sửa."


class SourceNotReceived(RuleBroken):
    """A registration whose lines cannot be taken in: not sent, or not sent to this unit, or of another year."""

    message = "Chỉ lấy được danh sách của đơn vị trực thuộc đã gửi trong cùng năm."
