"""Makes three workbooks as units really send them, each in its own layout, with the faults that such lists have.

A sở's list in two rows of headings with crosses under the titles; a district's old .xls by groups of titles; 2,500
lines of the school sector with names in two columns. `python -m seed.unit_workbooks` writes them into seed/workbooks;
LibreOffice turns the district's into .xls. The people are fictional.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from seed.names import Gender, NameGenerator, Person, Workplace, collective_name
from seed.tables import ROOT, read_table

FOLDER = ROOT / "workbooks"
FINANCE_FILE = "bieu-dang-ky-so-tai-chinh.xlsx"
DISTRICT_FILE = "danh-sach-huyen-khoai-chau.xls"
SCHOOLS_FILE = "dang-ky-nganh-giao-duc-2500-dong.xlsx"
MADE_AT = datetime(2023, 3, 8, 8, 30)  # noqa: DTZ001 - a workbook's own property has no zone
NATION, MOTTO = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"
DECOMPOSED_EVERY = 7  # some people type their names in letters and loose marks
SCHOOL_LINES = 2_500


@dataclass
class Made:
    """A workbook that was made: how many lines it holds without fault, and by row what the importer must say."""

    path: Path
    sound: int = 0
    faults: dict[int, list[str]] = field(default_factory=dict)

    def fault(self, row: int, text: str) -> None:
        """Row (from 0 as it was written) and the beginning of the sentence with its cell."""
        self.faults.setdefault(row + 1, []).append(text)


def main() -> None:
    """Write all three."""
    for write in (write_finance, write_district, write_schools):
        write(FOLDER)


def write_finance(folder: Path = FOLDER) -> Made:
    """Sở Tài chính: crosses under the titles, years of birth in a column for men and one for women."""
    made = Made(folder / FINANCE_FILE)
    rng, names = Random("units:STC"), NameGenerator("units:STC")
    with _book(made.path) as book:
        sheet = _sheet(book, "Cá nhân", (6, 28, 9, 9, 26, 30, 9, 12, 12, 14, 24))
        _letterhead(book, sheet, 10, "SỞ TÀI CHÍNH", "BIỂU ĐĂNG KÝ DANH HIỆU THI ĐUA, HÌNH THỨC KHEN THƯỞNG NĂM 2023")
        look = _head(book)
        titles = ("LĐTT", "CSTĐ cơ sở", "CSTĐ cấp tỉnh", "BK UBND tỉnh")
        for at, text in ((0, "STT"), (1, "Họ và tên"), (4, "Chức vụ"), (5, "Đơn vị công tác"), (10, "Ghi chú")):
            sheet.merge_range(6, at, 7, at, text, look)
        sheet.merge_range(6, 2, 6, 3, "Năm sinh", look)
        sheet.merge_range(6, 6, 6, 9, "Danh hiệu thi đua, hình thức khen thưởng đăng ký", look)
        for at, text in ((2, "Nam"), (3, "Nữ"), *enumerate(titles, start=6)):
            sheet.write_string(7, at, text, look)
        sheet.write_row(8, 0, [f"({n})" for n in range(1, 12)], look)
        end = _finance_rows(sheet, made, rng, names)
        sheet.write_string(end, 1, f"Tổng cộng: {end - 9 - 6} người")
        sheet.write_string(end + 1, 1, "Ghi chú: danh sách đã được Hội đồng Thi đua - Khen thưởng cơ quan thông qua.")
        _signatures(sheet, end + 3, 1, 6, "Hưng Yên, ngày 08 tháng 3 năm 2023", "GIÁM ĐỐC")
        _collectives(book)
        _lists(book, ("LĐTT", "CSTĐ cơ sở", "CSTĐ cấp tỉnh"))
    return made


def _finance_rows(sheet: Worksheet, made: Made, rng: Random, names: NameGenerator) -> int:
    """The people by division; returns the row behind them."""
    row, number = 9, 0
    divisions = [u["name"] for u in read_table("units") if u["parent_code"] == "STC"][:6]
    for place, division in enumerate(divisions):
        sheet.write_row(row, 0, [("I", "II", "III", "IV", "V", "VI")[place], division])
        row += 1
        for person, post in names.roster(Workplace("department_division", division, "Trưởng phòng"), 12):
            number += 1
            born = rng.randint(1966, 1996)
            marks = [6, 7] if rng.random() < 0.2 else [6]
            if number in (3, 20):
                marks.append(9)
            name, at = _typed(person.full_name, number), 2 if person.gender is Gender.MALE else 3
            values: dict[int, Any] = {0: number, 1: name, at: str(born) if number % 5 == 0 else born}
            values |= {4: post.title, 5: division, **dict.fromkeys(marks, "x" if number % 4 else "X")}
            lines = _finance_fault(made, row, number, at, values)
            made.sound += len(marks) if lines is None else lines
            for column, value in values.items():
                sheet.write(row, column, value)
            row += 1
    return row


def _finance_fault(made: Made, row: int, number: int, born_at: int, values: dict[int, Any]) -> int | None:
    """Spoil some rows; how many sound lines are left of it, None when it was left alone."""
    letters, line = "CD"[born_at - 2], row + 1
    if number == 9:
        for at in (6, 7, 9):
            values.pop(at, None)
        made.fault(row, f"Ô G{line}: thiếu danh hiệu, hình thức.")
    elif number == 26:
        values[born_at] = "198"
        for _ in range(sum(at in values for at in (6, 7, 9))):
            made.fault(row, f"Ô {letters}{line}: năm sinh “198” không đọc được")
    elif number == 41:
        values.pop(4)
        for at in (6, 7):
            if at in values:
                made.fault(row, f"Ô E{line}: thiếu chức vụ của cá nhân.")
    elif number == 58:
        values[1] = ""
        for at in (6, 7):
            if at in values:
                made.fault(row, f"Ô B{line}: thiếu họ tên hoặc tên tập thể.")
    else:
        return None
    return 0


def _collectives(book: Workbook) -> None:
    """A second sheet: the collectives, to be imported on their own."""
    sheet = _sheet(book, "Tập thể", (6, 44, 34, 24))
    sheet.write_row(2, 0, ["STT", "Tên tập thể", "Danh hiệu đăng ký", "Ghi chú"], _head(book))
    for number in range(8):
        title = "Tập thể Lao động xuất sắc" if number < 2 else "Tập thể LĐTT"
        sheet.write_row(3 + number, 0, [number + 1, collective_name(Workplace("department"), number), title])


DISTRICT_GROUPS: tuple[tuple[str, str, int], ...] = (
    ("A", "TẬP THỂ", 0),
    ("I", "Tập thể Lao động xuất sắc", 3),
    ("II", "Tập thể Lao động tiên tiến", 6),
    ("B", "CÁ NHÂN", 0),
    ("I", "Danh hiệu Chiến sĩ thi đua cấp tỉnh: 02 người", 2),
    ("II", "Chiến sĩ thi đua cơ sở", 14),
    ("III", "Chiến sĩ thi đua cấp huyện", 3),
    ("IV", "Lao động tiên tiến", 90),
)
UNKNOWN_GROUP = "Chiến sĩ thi đua cấp huyện"


def write_district(folder: Path = FOLDER) -> Made:
    """Huyện Khoái Châu: titles as headings of groups, days of birth as text, sums after each group; as .xls."""
    made = Made(folder / DISTRICT_FILE)
    with tempfile.TemporaryDirectory() as place:
        source = Path(place) / made.path.with_suffix(".xlsx").name
        _write_district(source, made)
        folder.mkdir(parents=True, exist_ok=True)
        program = shutil.which("soffice")
        if program is None:  # the committed .xls stays; a test compares its cells with this .xlsx
            shutil.copy(source, made.path.with_suffix(".xlsx"))
            made.path = made.path.with_suffix(".xlsx")
            return made
        profile = f"-env:UserInstallation=file://{place}/profile"
        command = [program, profile, "--headless", "--convert-to", "xls", "--outdir", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 - our own file
    return made


def district_source(path: Path) -> Made:
    """The district's list as the .xlsx that it is made from."""
    made = Made(path)
    _write_district(path, made)
    return made


def _write_district(path: Path, made: Made) -> None:
    rng = Random("units:330")
    communes = [u["short_name"].removeprefix("Xã ") for u in read_table("units") if u["parent_code"] == "330"][1:]
    place = Workplace("district", "huyện Khoái Châu", "Chủ tịch", tuple(communes))
    people = iter(NameGenerator("units:330").roster(place, 130))
    with _book(path) as book:
        sheet = _sheet(book, "DS 2023", (6, 40, 18, 10, 46, 20))
        _letterhead(book, sheet, 5, "UBND HUYỆN KHOÁI CHÂU", "DANH SÁCH ĐĂNG KÝ THI ĐUA NĂM 2023")
        heads = ("TT", "Họ và tên", "Ngày, tháng, năm sinh", "Giới tính", "Chức vụ, đơn vị công tác", "Ghi chú")
        sheet.write_row(6, 0, heads, _head(book))
        row = 7
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for mark, title, count in DISTRICT_GROUPS:
            sheet.write_row(row, 0, [mark, title])
            row += 1
            for number in range(count):
                _district_row(sheet, made, row, (mark, title, number, next(people)), rng, day)
                row += 1
            if count > 5:
                sheet.write_string(row, 1, f"Cộng: {count}")
                row += 1
        _signatures(sheet, row + 2, 1, 4, "Khoái Châu, ngày 10 tháng 3 năm 2023", "KT. CHỦ TỊCH")
        _lists(book, ("Nam", "Nữ"))


def _district_row(
    sheet: Worksheet, made: Made, row: int, what: tuple[str, str, int, tuple[Person, Any]], rng: Random, day: Any
) -> None:
    _, title, number, (person, post) = what
    born = datetime(rng.randint(1966, 1997), rng.randint(1, 12), rng.randint(1, 28))  # noqa: DTZ001 - a day of birth
    if title.startswith("Tập thể"):
        sheet.write_row(row, 0, [number + 1, _district_collective(title, number)])
        made.sound += 1
        return
    gender = "Nam" if person.gender is Gender.MALE else "Nữ"
    values: list[Any] = [number + 1, _typed(person.full_name, row), f"{born:%d/%m/%Y}", gender, post.title, None]
    if number % 6 == 4:
        values[2] = f"{born:%Y}"
    if title == UNKNOWN_GROUP:
        made.fault(row, f"Ô B{row + 1}: tiêu đề nhóm “{UNKNOWN_GROUP}” không phải là danh hiệu trong danh mục")
    elif title == "Lao động tiên tiến" and number in (5, 17, 33):
        values[2 if number == 5 else 3 if number == 17 else 4] = ("31/02/1980", "Khác", None)[(5, 17, 33).index(number)]
        made.fault(row, _DISTRICT_FAULTS[number].format(row + 1))
    else:
        made.sound += 1
    for at, value in enumerate(values):
        if at == 2 and number % 6 == 2:
            sheet.write_datetime(row, at, born, day)
        elif value is not None:
            sheet.write(row, at, value)


_DISTRICT_FAULTS = {
    5: "Ô C{0}: năm sinh “31/02/1980” không đọc được",
    17: "Ô D{0}: giới tính “Khác” không hợp lệ",
    33: "Ô E{0}: thiếu chức vụ của cá nhân.",
}


def _district_collective(title: str, number: int) -> str:
    shift = 0 if "xuất sắc" in title else 10
    place = Workplace("district", "huyện Khoái Châu", "Chủ tịch", ("Đông Tảo", "Bình Minh"))
    return collective_name(place, number + shift)


def write_schools(folder: Path = FOLDER) -> Made:
    """The school sector: 2,500 lines, schools in merged cells, names in two columns, women marked with a cross."""
    made = Made(folder / SCHOOLS_FILE)
    rng = Random("units:SGDDT")
    schools = [u["name"] for u in read_table("units") if u["parent_code"] == "SGDDT" and u["kind"] == "school"]
    with _book(made.path) as book:
        sheet = _sheet(book, "Toàn ngành", (6, 34, 22, 10, 14, 6, 30, 26, 20))
        _letterhead(book, sheet, 8, "SỞ GIÁO DỤC VÀ ĐÀO TẠO", "ĐĂNG KÝ THI ĐUA TOÀN NGÀNH, NĂM HỌC 2022 - 2023")
        heads = ("TT", "Trường", "Họ và tên đệm", "Tên", "Ngày sinh", "Nữ", "Nhiệm vụ được giao", "Danh hiệu đăng ký")
        sheet.write_row(6, 0, (*heads, "Số điện thoại"), _head(book))
        row, each = 7, -(-SCHOOL_LINES // len(schools))
        for index, school in enumerate(schools):
            count = min(each, 7 + SCHOOL_LINES - row)
            if count < 2:
                break
            sheet.merge_range(row, 1, row + count - 1, 1, school)
            people = NameGenerator(f"units:SGDDT:{index}").roster(Workplace("school", school, "Hiệu trưởng"), count)
            for person, post in people:
                _school_row(sheet, made, row, person, post.title, rng)
                row += 1
        sheet.write_string(row, 1, f"Danh sách có {row - 7} người./.")
        _signatures(sheet, row + 2, 1, 6, "Hưng Yên, ngày 12 tháng 9 năm 2022", "GIÁM ĐỐC")
        _lists(book, ("LĐTT", "CSTĐCS"))
    return made


SCHOOL_FAULTS: Mapping[int, tuple[int, Any, str]] = {
    **dict.fromkeys((40, 390, 871, 1202, 1733, 2044), (7, "GV dạy giỏi", "Ô H{0}: danh hiệu “GV dạy giỏi” không có")),
    **dict.fromkeys((77, 1490), (7, "CSTĐ cở sở tỉnh", "Ô H{0}: danh hiệu “CSTĐ cở sở tỉnh” không có")),
    **dict.fromkeys((120, 655, 1999), (4, "chưa rõ", "Ô E{0}: năm sinh “chưa rõ” không đọc được")),
    **dict.fromkeys((333, 2222), (7, None, "Ô H{0}: thiếu danh hiệu, hình thức.")),
    **dict.fromkeys((501, 1601), (6, None, "Ô G{0}: thiếu chức vụ của cá nhân.")),
}


def _school_row(sheet: Worksheet, made: Made, row: int, person: Person, post: str, rng: Random) -> None:
    number = row - 6
    *first, last = _typed(person.full_name, number).split(" ")
    born = f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{rng.randint(1967, 1998)}"
    title = rng.choices(("LĐTT", "Lao động tiên tiến", "CSTĐCS", "CSTĐ cơ sở"), (60, 25, 10, 5))[0]
    mark = "x" if person.gender is Gender.FEMALE else None
    phone = f"09{rng.randint(10_000_000, 99_999_999)}"
    values: list[Any] = [number, None, " ".join(first), last, born, mark, post, title, phone]
    if number in SCHOOL_FAULTS:
        at, wrong, text = SCHOOL_FAULTS[number]
        values[at] = wrong
        made.fault(row, text.format(row + 1))
    else:
        made.sound += 1
    for at, value in enumerate(values):
        if value is not None and at != 1:
            sheet.write(row, at, value)


def _book(path: Path) -> Workbook:
    path.parent.mkdir(parents=True, exist_ok=True)
    book = Workbook(str(path), {"strings_to_numbers": False, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"author": "Văn phòng", "created": MADE_AT})
    return book


def _sheet(book: Workbook, name: str, widths: Sequence[float]) -> Worksheet:
    sheet = book.add_worksheet(name)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, width)
    return sheet


def _head(book: Workbook) -> Any:
    return book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True})


def _letterhead(book: Workbook, sheet: Worksheet, last: int, issuer: str, title: str) -> None:
    bold = book.add_format({"bold": True, "align": "center"})
    middle = last // 2
    sheet.merge_range(0, 0, 0, middle - 1, "UBND TỈNH HƯNG YÊN", bold)
    sheet.merge_range(0, middle, 0, last, NATION, bold)
    sheet.merge_range(1, 0, 1, middle - 1, issuer, bold)
    sheet.merge_range(1, middle, 1, last, MOTTO, bold)
    sheet.merge_range(3, 0, 3, last, title, bold)
    sheet.merge_range(4, 0, 4, last, "(Kèm theo Công văn của đơn vị)", bold)


def _signatures(sheet: Worksheet, row: int, left: int, right: int, dated: str, chief: str) -> None:
    sheet.write_string(row, right, dated)
    sheet.write_string(row + 1, left, "NGƯỜI LẬP BIỂU")
    sheet.write_string(row + 1, right, chief)
    sheet.write_string(row + 2, right, "(Ký tên, đóng dấu)")
    sheet.write_string(row + 5, left, "Nguyễn Thị Minh Châu")


def _lists(book: Workbook, texts: Sequence[str]) -> None:
    """A hidden sheet with choices, as lists to choose from need one."""
    sheet = book.add_worksheet("Danhmuc")
    sheet.write_column(0, 0, texts)
    sheet.hide()


def _typed(name: str, number: int) -> str:
    return unicodedata.normalize("NFD", name) if number % DECOMPOSED_EVERY == 0 else name


if __name__ == "__main__":
    main()
