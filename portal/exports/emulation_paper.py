"""The official "Bản đăng ký thi đua" of a unit: its words and order, once, for the DOCX and for the print view."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from portal.domain.emulation.enums import SubjectKind
from portal.exports._document import Column, GroupRow, OfficialDocument, PaperHead, place_date

PROVINCE, DEPARTMENT, SUBORDINATE = "province", "department", "subordinate"
PARTY_BODY = "party_body"
PROVINCIAL_KINDS = frozenset({"department", "public_service"})
RECEIVER_OF_PROVINCE = "Sở Nội vụ (Ban Thi đua - Khen thưởng)"
COMMITTEE, COMMITTEE_IN_FULL = "UBND ", "Ủy ban nhân dân"
SIGNING_MARKS = ("TM.", "KT.", "TL.", "TUQ.", "Q.")
NUMBER_BLANK = "        "

PLEDGE_COLUMNS = (
    Column("STT", 12, centred=True),
    Column("Chỉ tiêu", 78),
    Column("Mức đăng ký", 30),
    Column("Ghi chú", 45),
)
EXPECTED_COLUMNS = (
    Column("STT", 12, centred=True),
    Column("Danh hiệu, hình thức", 83),
    Column("Dự kiến", 30, centred=True),
    Column("Đã nêu tên", 40, centred=True),
)
LINE_COLUMNS = (
    Column("STT", 11, centred=True),
    Column("Họ và tên, tên tập thể", 40),
    Column("Chức vụ", 30),
    Column("Phòng, đơn vị", 34),
    Column("Danh hiệu đăng ký", 32),
    Column("Ghi chú", 18),
)


@dataclass(frozen=True, slots=True)
class PaperUnit:
    """The unit that registers. `parent_name` is the body right above it."""

    name: str
    level_code: str
    kind_code: str
    place: str
    head_title: str
    symbol: str
    parent_name: str


@dataclass(frozen=True, slots=True)
class PaperPledge:
    """A numeric pledge."""

    name: str
    number: Decimal | None
    unit_of_measure: str
    note: str


@dataclass(frozen=True, slots=True)
class PaperTitle:
    """A title with the number that the unit expects (None: it gave none) and how many its list names."""

    name: str
    expected: int | None
    named: int


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line of the list."""

    subject: SubjectKind
    name: str
    post: str
    division: str
    title_name: str
    title_rank: int
    note: str


@dataclass(frozen=True, slots=True)
class PaperSource:
    """What the paper is made from, as the registration holds it."""

    unit: PaperUnit
    receiver_name: str
    receiver_level: str
    period_name: str
    year: int
    content: str
    staff_count: int | None
    pledges: Sequence[PaperPledge]
    movements: Sequence[str]
    titles: Sequence[PaperTitle]
    lines: Sequence[PaperLine]
    paper_no: str = ""
    paper_date: date | None = None
    signer_name: str = ""
    signer_title: str = ""


Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RegistrationPaper:
    """The paper's text, part by part, ready to be set in any form."""

    head: PaperHead
    title: str
    addressee: str
    opening: str
    content: tuple[str, ...]
    pledges: tuple[Row, ...]
    movements: tuple[str, ...]
    titles: tuple[Row, ...]
    lines: tuple[Row | GroupRow, ...]
    total: str
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str


def compose(source: PaperSource) -> RegistrationPaper:
    """Put the paper into words. What is not known yet (number, day, signer) stays blank, to be filled by hand."""
    unit = source.unit
    name = source.period_name
    persons = sum(line.subject is SubjectKind.PERSON for line in source.lines)
    return RegistrationPaper(
        head=PaperHead(
            parent=_superior(unit),
            issuer=_issuer(unit.name),
            number=source.paper_no or f"{NUMBER_BLANK}/ĐK-{unit.symbol}".rstrip("-"),
            place_date=place_date(unit.place, source.paper_date, source.year),
        ),
        title=f"Bản {name[:1].lower()}{name[1:]}",
        addressee=RECEIVER_OF_PROVINCE if source.receiver_level == PROVINCE else source.receiver_name,
        opening=_opening(source),
        content=tuple(line for line in source.content.split("\n") if line),
        pledges=tuple(_pledge(number, p) for number, p in enumerate(source.pledges, 1)),
        movements=tuple(source.movements),
        titles=tuple(
            (str(number), t.name, "" if t.expected is None else str(t.expected), str(t.named))
            for number, t in enumerate(source.titles, 1)
        ),
        lines=_lines(source.lines),
        total=f"Danh sách có {len(source.lines)} dòng: {len(source.lines) - persons} tập thể, {persons} cá nhân.",
        recipients=("Như trên", "Lưu: VT"),
        authority=authority_lines(source.signer_title) or _usual_authority(unit),
        signer=source.signer_name,
    )


def write(paper: RegistrationPaper, made_at: datetime) -> bytes:
    """The paper as a DOCX file."""
    doc = OfficialDocument(paper.title, " ".join(paper.head.issuer), made_at)
    doc.head(paper.head)
    doc.title(paper.title)
    doc.addressee(paper.addressee)
    doc.paragraph(paper.opening)
    doc.heading("I. Nội dung thi đua")
    for text in paper.content or (NOTHING["content"],):
        doc.paragraph(text)
    doc.heading("II. Chỉ tiêu thi đua")
    if paper.pledges:
        doc.table(PLEDGE_COLUMNS, paper.pledges)
    else:
        doc.paragraph(NOTHING["pledges"])
    doc.heading("III. Phong trào thi đua tham gia")
    for text in paper.movements or (NOTHING["movements"],):
        doc.paragraph(f"- {text}" if paper.movements else text)
    doc.heading("IV. Danh hiệu thi đua, hình thức khen thưởng dự kiến")
    if paper.titles:
        doc.table(EXPECTED_COLUMNS, paper.titles)
    else:
        doc.paragraph(NOTHING["titles"])
    doc.heading("V. Danh sách đăng ký")
    if paper.lines:
        doc.table(LINE_COLUMNS, paper.lines)
    doc.paragraph(paper.total if paper.lines else NOTHING["lines"])
    doc.signature(paper.recipients, paper.authority, paper.signer)
    return doc.to_bytes()


NOTHING = {
    "content": "Không đăng ký nội dung riêng.",
    "pledges": "Không đăng ký chỉ tiêu bằng số.",
    "movements": "Chưa chọn phong trào.",
    "titles": "Chưa nêu số dự kiến.",
    "lines": "Danh sách chưa có dòng nào.",
}
"""What a part says when it is empty."""


def authority_lines(signer_title: str) -> tuple[str, ...]:
    """The lines above a signer's name: "KT. Chủ tịch, Phó Chủ tịch" is two, each TM., KT., TL. or TUQ. on its own."""
    lines: list[str] = []
    rest = signer_title.strip()
    while rest.startswith(SIGNING_MARKS) and "," in rest:
        line, _, rest = rest.partition(",")
        lines.append(line.strip())
        rest = rest.strip()
    return (*lines, rest) if rest else tuple(lines)


def _superior(unit: PaperUnit) -> str:
    """Cơ quan chủ quản: the province for its sở, the sở for what lies below it; a People's Committee names none."""
    if unit.kind_code in PROVINCIAL_KINDS or unit.level_code == SUBORDINATE:
        return unit.parent_name
    return "Tỉnh ủy Hưng Yên" if unit.kind_code == PARTY_BODY else ""


def _issuer(name: str) -> tuple[str, ...]:
    """UBND huyện Văn Giang is written out on two lines."""
    return (COMMITTEE_IN_FULL, name.removeprefix(COMMITTEE)) if name.startswith(COMMITTEE) else (name,)


def _usual_authority(unit: PaperUnit) -> tuple[str, ...]:
    committee = (f"TM. {COMMITTEE_IN_FULL}",) if unit.name.startswith(COMMITTEE) else ()
    return (*committee, unit.head_title or "Thủ trưởng đơn vị")


def _opening(source: PaperSource) -> str:
    name = source.period_name
    staff = "" if source.staff_count is None else f" (tổng số {source.staff_count} người)"
    return f"{source.unit.name}{staff} {name[:1].lower()}{name[1:]} với các nội dung sau:"


def _pledge(number: int, pledge: PaperPledge) -> Row:
    amount = " ".join(part for part in (vietnamese(pledge.number), pledge.unit_of_measure) if part)
    return (str(number), pledge.name, amount.replace(" %", "%"), pledge.note)


def vietnamese(value: Decimal | None) -> str:
    """1.635,5; nothing for None, no idle noughts."""
    if value is None:
        return ""
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.translate(str.maketrans(",.", ".,"))


def _lines(lines: Sequence[PaperLine]) -> tuple[Row | GroupRow, ...]:
    """Collectives, then persons; within each the highest title first, then as the unit listed them."""
    rows: list[Row | GroupRow] = []
    marks = iter("AB")
    for kind in (SubjectKind.COLLECTIVE, SubjectKind.PERSON):
        chosen = sorted((line for line in lines if line.subject is kind), key=lambda line: -line.title_rank)
        if chosen:
            rows.append(GroupRow(f"{next(marks)}. {kind.label} ({len(chosen)})"))
            rows += [
                (str(number), line.name, line.post, line.division, line.title_name, line.note)
                for number, line in enumerate(chosen, 1)
            ]
    return tuple(rows)
