"""The Bản đăng ký as a Word template: its fields, their values, the portal's own template, the example."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from portal.domain.emulation.enums import SubjectKind
from portal.exports._document import GroupRow, OfficialDocument, PaperHead
from portal.exports._word_fields import RowsField, TextField, WordPaper, paragraphs
from portal.exports.emulation_paper import (
    EXPECTED_COLUMNS,
    LINE_COLUMNS,
    NOTHING,
    PLEDGE_COLUMNS,
    PaperLine,
    PaperPledge,
    PaperSource,
    PaperTitle,
    PaperUnit,
    RegistrationPaper,
    compose,
)

CODE = "ban-dang-ky"
LABEL = "Bản đăng ký thi đua"
T = TextField
FIELDS = (
    T("co_quan_chu_quan", "Cơ quan chủ quản, chữ in hoa; để trống khi không ghi", "UBND TỈNH HƯNG YÊN"),
    T("co_quan", "Cơ quan ban hành, chữ in hoa, một hoặc hai dòng", "ỦY BAN NHÂN DÂN\nHUYỆN VĂN GIANG", required=True),
    T("so", "Số, ký hiệu văn bản, viết sau chữ “Số:”", "45/ĐK-UBND", required=True),
    T("dia_danh_ngay", "Địa danh, ngày tháng năm", "Văn Giang, ngày 05 tháng 02 năm 2023", required=True),
    T("ten_van_ban", "Tên văn bản, chữ in hoa", "BẢN ĐĂNG KÝ THI ĐUA NĂM 2023", required=True),
    T("kinh_gui", "Nơi nhận chính, viết sau chữ “Kính gửi:”", "Sở Nội vụ (Ban Thi đua - Khen thưởng)", required=True),
    T("mo_dau", "Câu mở đầu", "UBND huyện Văn Giang đăng ký thi đua năm 2023 với các nội dung sau:"),
    T("noi_dung", "Nội dung thi đua, mỗi ý một đoạn", "Hoàn thành kế hoạch năm 2023."),
    RowsField(
        "chi_tieu",
        "Danh sách chỉ tiêu bằng số",
        "ct",
        (
            T("stt", "Số thứ tự", "1"),
            T("ten", "Tên chỉ tiêu", "Hồ sơ đúng hạn"),
            T("muc", "Mức đăng ký", "98,5%"),
            T("ghi_chu", "Ghi chú", ""),
        ),
    ),
    T("chi_tieu_trong", "Câu ghi khi không có chỉ tiêu nào; trống khi có", NOTHING["pledges"]),
    T("phong_trao", "Các phong trào, mỗi phong trào một đoạn", "- Vì người nghèo"),
    RowsField(
        "danh_hieu",
        "Danh sách danh hiệu, hình thức dự kiến",
        "dh",
        (
            T("stt", "Số thứ tự", "1"),
            T("ten", "Tên danh hiệu, hình thức", "Lao động tiên tiến"),
            T("du_kien", "Số dự kiến", "12"),
            T("da_neu", "Số đã nêu tên", "10"),
        ),
    ),
    T("danh_hieu_trong", "Câu ghi khi chưa nêu số dự kiến; trống khi đã nêu", NOTHING["titles"]),
    RowsField(
        "nhom",
        "Danh sách đăng ký, theo nhóm tập thể và cá nhân",
        "n",
        (
            T("ten", "Tên nhóm và số dòng", "A. Tập thể (1)"),
            RowsField(
                "dong",
                "Các dòng của một nhóm, đặt bên trong vòng lặp của nhóm",
                "d",
                (
                    T("stt", "Số thứ tự trong nhóm", "1"),
                    T("ten", "Họ và tên, tên tập thể", "Trần Văn Bách"),
                    T("chuc_vu", "Chức vụ", "Trưởng phòng"),
                    T("phong", "Phòng, đơn vị", "Phòng Nội vụ"),
                    T("danh_hieu", "Danh hiệu đăng ký", "Chiến sĩ thi đua cơ sở"),
                    T("ghi_chu", "Ghi chú", ""),
                ),
            ),
        ),
        required=True,
    ),
    T("tong", "Câu tổng số dòng của danh sách", "Danh sách có 3 dòng: 1 tập thể, 2 cá nhân.", required=True),
    T("noi_nhan", "Nơi nhận, mỗi nơi một dòng", "- Như trên;\n- Lưu: VT."),
    T("quyen_han_ky", "Quyền hạn, chức vụ người ký, chữ in hoa", "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH", required=True),
    T("nguoi_ky", "Họ tên người ký", "Nguyễn Văn An", required=True),
)


def context_of(paper: RegistrationPaper) -> dict[str, Any]:
    """The values of the fields of one paper."""
    receivers = [f"- {line}{'.' if last else ';'}" for line, last in _marked(paper.recipients)]
    return {
        "co_quan_chu_quan": paper.head.parent.upper(),
        "co_quan": "\n".join(paper.head.issuer).upper(),
        "so": paper.head.number,
        "dia_danh_ngay": paper.head.place_date,
        "ten_van_ban": paper.title.upper(),
        "kinh_gui": paper.addressee,
        "mo_dau": paper.opening,
        "noi_dung": paragraphs(paper.content or (NOTHING["content"],)),
        "chi_tieu": [dict(zip(("stt", "ten", "muc", "ghi_chu"), row, strict=True)) for row in paper.pledges],
        "chi_tieu_trong": "" if paper.pledges else NOTHING["pledges"],
        "phong_trao": paragraphs([f"- {text}" for text in paper.movements] or [NOTHING["movements"]]),
        "danh_hieu": [dict(zip(("stt", "ten", "du_kien", "da_neu"), row, strict=True)) for row in paper.titles],
        "danh_hieu_trong": "" if paper.titles else NOTHING["titles"],
        "nhom": _groups(paper),
        "tong": paper.total if paper.lines else NOTHING["lines"],
        "noi_nhan": "\n".join(receivers),
        "quyen_han_ky": "\n".join(paper.authority).upper(),
        "nguoi_ky": paper.signer,
    }


def _marked(lines: tuple[str, ...]) -> list[tuple[str, bool]]:
    return [(line, number == len(lines)) for number, line in enumerate(lines, 1)]


def _groups(paper: RegistrationPaper) -> list[dict[str, Any]]:
    groups: list[dict[str, Any]] = []
    names = ("stt", "ten", "chuc_vu", "phong", "danh_hieu", "ghi_chu")
    for row in paper.lines:
        if isinstance(row, GroupRow):
            groups.append({"ten": row.label, "dong": []})
        else:
            groups[-1]["dong"].append(dict(zip(names, row, strict=True)))
    return groups


def write_built_in(made_at: datetime) -> bytes:
    """The portal's own layout with the fields in it, to be changed in Word."""
    doc = OfficialDocument(LABEL, "", made_at)
    doc.head(PaperHead("{{ co_quan_chu_quan }}", ("{{ co_quan }}",), "{{ so }}", "{{ dia_danh_ngay }}"))
    doc.title("{{ ten_van_ban }}")
    doc.addressee("{{ kinh_gui }}")
    doc.paragraph("{{ mo_dau }}")
    doc.heading("I. Nội dung thi đua")
    doc.paragraph("{{ noi_dung }}")
    doc.heading("II. Chỉ tiêu thi đua")
    doc.table(PLEDGE_COLUMNS, _loop("ct", "chi_tieu", "stt", "ten", "muc", "ghi_chu"))
    doc.paragraph("{{ chi_tieu_trong }}")
    doc.heading("III. Phong trào thi đua tham gia")
    doc.paragraph("{{ phong_trao }}")
    doc.heading("IV. Danh hiệu thi đua, hình thức khen thưởng dự kiến")
    doc.table(EXPECTED_COLUMNS, _loop("dh", "danh_hieu", "stt", "ten", "du_kien", "da_neu"))
    doc.paragraph("{{ danh_hieu_trong }}")
    doc.heading("V. Danh sách đăng ký")
    inner = _loop("d", "n.dong", "stt", "ten", "chuc_vu", "phong", "danh_hieu", "ghi_chu")
    open_group, close_group = GroupRow("{%tr for n in nhom %}"), GroupRow("{%tr endfor %}")
    doc.table(LINE_COLUMNS, (open_group, GroupRow("{{ n.ten }}"), *inner, close_group))
    doc.paragraph("{{ tong }}")
    doc.fields_signature("{{ noi_nhan }}", "{{ quyen_han_ky }}", "{{ nguoi_ky }}")
    return doc.to_bytes()


def _loop(item: str, rows: str, *names: str) -> list[tuple[str, ...] | GroupRow]:
    return [
        GroupRow(f"{{%tr for {item} in {rows} %}}"),
        tuple(f"{{{{ {item}.{name} }}}}" for name in names),
        GroupRow("{%tr endfor %}"),
    ]


def _example() -> RegistrationPaper:
    unit = PaperUnit(
        "UBND huyện Văn Giang", "district", "committee", "Văn Giang", "Chủ tịch", "UBND", "UBND tỉnh Hưng Yên"
    )
    person, collective = SubjectKind.PERSON, SubjectKind.COLLECTIVE
    return compose(
        PaperSource(
            unit=unit,
            receiver_name="Sở Nội vụ",
            receiver_level="province",
            period_name="Đăng ký thi đua năm 2023",
            year=2023,
            content="Hoàn thành kế hoạch năm 2023.\nGiữ vững kỷ cương, kỷ luật hành chính.",
            staff_count=120,
            pledges=[PaperPledge("Hồ sơ đúng hạn", Decimal("98.5"), "%", "theo quý")],
            movements=["Vì người nghèo - Không để ai bị bỏ lại phía sau"],
            titles=[PaperTitle("Lao động tiên tiến", 12, 1), PaperTitle("Chiến sĩ thi đua cơ sở", 2, 1)],
            lines=[
                PaperLine(collective, "Phòng Nội vụ", "", "", "Tập thể Lao động xuất sắc", 3, ""),
                PaperLine(person, "Trần Văn Bách", "Trưởng phòng", "Phòng Nội vụ", "Chiến sĩ thi đua cơ sở", 2, ""),
                PaperLine(
                    person, "Lê Thị Hoa", "Chuyên viên", "Phòng Tài chính & KH", "Lao động tiên tiến", 1, "năm thứ hai"
                ),
            ],
            paper_no="45/ĐK-UBND",
            paper_date=date(2023, 2, 5),
            signer_name="Nguyễn Văn An",
            signer_title="TM. Ủy ban nhân dân, Chủ tịch",
        )
    )


WORD_PAPER = WordPaper(CODE, LABEL, FIELDS, write_built_in, context_of(_example()))
