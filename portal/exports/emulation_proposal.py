"""The tờ trình on registered titles as DOCX, in the layout of Nghị định 30/2020/NĐ-CP."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from portal.exports._document import Column, GroupRow, OfficialDocument, PaperHead, place_date
from portal.exports._issuer import Issuer

COLUMNS = (
    Column("STT", 12, centred=True),
    Column("Họ và tên, tên tập thể", 48),
    Column("Chức vụ", 40),
    Column("Đơn vị", 60),
)


@dataclass(frozen=True, slots=True)
class ProposalPaper:
    """What the paper is made from. `lines` are (title, name, post, place) in their order."""

    issuer: Issuer
    subject: str
    recipient: str
    grounds: Sequence[str]
    content: Sequence[str]
    lines: Sequence[tuple[str, str, str, str]]
    year: int
    number: str = ""
    signed_on: date | None = None
    signer_title: str = ""
    signer_name: str = ""


def write(paper: ProposalPaper, made_at: datetime) -> bytes:
    """The file. What is not known yet (number, day, signer) stays blank, to be filled by hand."""
    issuer = paper.issuer
    made = OfficialDocument(f"Tờ trình {paper.subject}", issuer.name, made_at)
    place = place_date(issuer.place, paper.signed_on, paper.year)
    made.head(PaperHead(issuer.superior, issuer.lines, issuer.number("TTr", paper.number), place))
    made.title("Tờ trình", paper.subject)
    made.addressee(paper.recipient)
    for ground in paper.grounds:
        made.paragraph(ground, italic=True)
    for line in paper.content:
        made.paragraph(line)
    made.heading(f"Danh sách đề nghị ({len(paper.lines)} trường hợp)")
    made.table(COLUMNS, _rows(paper.lines))
    signers = tuple(part.strip() for part in paper.signer_title.split(",") if part.strip()) or issuer.authority
    made.signature(("Như trên", "Lưu: VT"), signers, paper.signer_name)
    return made.to_bytes()


def _rows(lines: Sequence[tuple[str, str, str, str]]) -> Iterator[tuple[str, ...] | GroupRow]:
    """Numbered lines; a heading row where another title begins."""
    before = ""
    for place, (title, name, post, unit) in enumerate(lines, 1):
        if title != before:
            yield GroupRow(title)
            before = title
        yield (str(place), name, post, unit)
