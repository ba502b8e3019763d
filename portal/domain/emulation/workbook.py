"""The portal's own workbook of lines: its columns and whose it is. What is written and what is read agree here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

SHEET = "Danh sách"
MARK = "DKTD1"
NUMBER, SUBJECT, TITLE, NAME = "number", "subject", "title_id", "name"
POST, DIVISION, BORN, GENDER, NOTE = "post", "division", "birth_year", "gender", "note"
KEY = "row_key"


@dataclass(frozen=True, slots=True)
class WorkbookColumn:
    """A column: the field of the line (or number, row_key, fault), its heading, other headings that are understood."""

    key: str
    label: str
    width: float
    aliases: tuple[str, ...] = ()
    required: bool = False


COLUMNS = (
    WorkbookColumn(NUMBER, "STT", 6, ("TT", "Số TT", "Số thứ tự")),
    WorkbookColumn(SUBJECT, "Loại", 11, ("Loại đối tượng", "Đối tượng", "Cá nhân, tập thể")),
    WorkbookColumn(
        TITLE,
        "Danh hiệu, hình thức",
        34,
        (
            "Danh hiệu",
            "Danh hiệu thi đua",
            "Danh hiệu đăng ký",
            "Danh hiệu thi đua đăng ký",
            "Đăng ký danh hiệu",
            "Đăng ký danh hiệu thi đua",
            "Hình thức khen thưởng",
            "Danh hiệu, hình thức khen thưởng",
            "Danh hiệu, hình thức khen thưởng đăng ký",
            "Danh hiệu thi đua, hình thức khen thưởng",
            "Danh hiệu thi đua, hình thức khen thưởng đăng ký",
            "Danh hiệu/Hình thức",
        ),
        required=True,
    ),
    WorkbookColumn(
        NAME,
        "Họ tên hoặc tên tập thể",
        32,
        (
            "Họ tên",
            "Họ và tên",
            "Họ tên, tên tập thể",
            "Họ và tên hoặc tên tập thể",
            "Tên",
            "Tên tập thể",
            "Tên tập thể, cá nhân",
            "Họ và tên đệm",
            "Họ đệm",
            "Họ và đệm",
        ),
        required=True,
    ),
    WorkbookColumn(
        POST,
        "Chức vụ",
        26,
        ("Chức danh", "Chức vụ, chức danh", "Chức vụ, đơn vị công tác", "Chức vụ, đơn vị", "Chức vụ, nơi công tác"),
        required=True,
    ),
    WorkbookColumn(
        DIVISION,
        "Phòng, đơn vị",
        28,
        ("Phòng ban", "Đơn vị", "Đơn vị công tác", "Nơi công tác", "Trường", "Phòng, ban, đơn vị"),
    ),
    WorkbookColumn(BORN, "Năm sinh", 10, ("Ngày sinh", "Ngày, tháng, năm sinh")),
    WorkbookColumn(GENDER, "Giới tính", 10, ("Nam, nữ",)),
    WorkbookColumn(NOTE, "Ghi chú", 24),
    WorkbookColumn(KEY, "Mã dòng", 36, ("Mã dòng của cổng",)),
)
SILENT = frozenset({NUMBER, KEY})
"""Columns that alone do not make a row: a numbered row without a name is blank."""


@dataclass(frozen=True, slots=True)
class Marker:
    """Whose workbook it is: the portal writes it into the hidden column, above the keys."""

    unit_code: str
    period_code: str

    def __str__(self) -> str:
        return f"{MARK};{self.unit_code};{self.period_code}"

    @classmethod
    def find(cls, texts: Iterable[str]) -> Marker | None:
        """The marker among some texts; None in a workbook of another make."""
        for text in texts:
            mark, _, rest = text.partition(";")
            unit, found, period = rest.rpartition(";")
            if mark == MARK and found:
                return cls(unit, period)
        return None
