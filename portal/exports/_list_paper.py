"""The paper around a list: its form, its headings, who made it. The same for workbooks and for printed pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from portal.core.clock import local
from portal.domain.access.actor import Work
from portal.domain.units.queries import issuing_unit
from portal.exports._cells import Kind
from portal.exports._document import place_date
from portal.exports._issuer import Issuer
from portal.exports._workbook import Annex, Column, Letterhead, ListDocument, Signature

NUMBER_KIND = "DS"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NUMBER_COLUMN = Column("STT", 5, Kind.INTEGER, centred=True)


class ListForm(StrEnum):
    """An appendix of another paper, or a list that stands alone."""

    ANNEX = "phu-luc"
    ALONE = "doc-lap"

    @property
    def label(self) -> str:
        return (
            "Phụ lục kèm theo văn bản (không quốc hiệu)"
            if self is ListForm.ANNEX
            else "Danh sách độc lập (có quốc hiệu, nơi ký)"
        )


@dataclass(frozen=True, slots=True)
class ListHead:
    """What stands around a list. `note` says what it is cut to; number and day of the paper stay blank until known."""

    title: str
    form: ListForm
    issuer: Issuer
    period: str
    year: int
    made_at: datetime
    note: str = ""
    paper_no: str = ""
    paper_date: date | None = None
    maker: str = ""

    @property
    def attached_to(self) -> str:
        """Kèm theo Tờ trình số …, with dots for what is not known."""
        number = self.paper_no or f"........./TTr-{self.issuer.symbol}".rstrip("-")
        if self.paper_date is None:
            day = f"ngày ..... tháng ..... năm {self.year}"
        else:
            day = place_date("", self.paper_date, self.year).removeprefix(", ")
        return f"Kèm theo Tờ trình số {number} {day} của {self.issuer.name}"

    @property
    def place_date(self) -> str:
        """Hưng Yên, ngày … tháng … năm …"""
        return place_date(self.issuer.place, self.paper_date, self.year)

    @property
    def number(self) -> str:
        return self.issuer.number(NUMBER_KIND, self.paper_no)


def head_of_list(work: Work, title: str, form: ListForm, period: str, year: int, **paper: Any) -> ListHead:
    """What stands around a list: it goes out in the name of the body that the actor works in.

    `paper` may hold `note`, `paper_no` and `paper_date`.
    """
    unit, parent = work.session.execute(issuing_unit(work.actor.home_unit_id, work.today())).one()
    return ListHead(
        title=title,
        form=form,
        issuer=Issuer(
            unit.name, unit.level_code, unit.kind_code, unit.place, unit.head_title, unit.symbol, parent or ""
        ),
        period=period,
        year=year,
        made_at=work.clock.now(),
        maker=work.actor.full_name,
        **paper,
    )


def document(head: ListHead, columns: Sequence[Column], *, filterable: bool = True) -> ListDocument:
    """The paper around the rows."""
    return ListDocument(
        title=head.title,
        subtitle=head.period,
        note=head.note,
        columns=columns,
        heading=_heading(head),
        made_at=head.made_at,
        signature=Signature(head.issuer.authority, maker_name=head.maker),
        filterable=filterable,
    )


def printed_text(column: Column, value: Any) -> str:
    """A cell as it reads on paper: 1.213, 1980, 05/02/2023, nothing for None."""
    if value is None:
        return ""
    if column.kind is Kind.INTEGER and isinstance(value, int):
        return grouped(value)
    if column.kind is Kind.DATE and isinstance(value, date):
        return f"{local(value) if isinstance(value, datetime) else value:%d/%m/%Y}"
    return str(value)


def counted(number: int) -> str:
    """As papers write it: numbers below ten take a nought."""
    return f"{number:02d}" if 0 < number < 10 else grouped(number)


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", ".")


def _heading(head: ListHead) -> Letterhead | Annex:
    if head.form is ListForm.ANNEX:
        return Annex(head.attached_to)
    return Letterhead(head.issuer.lines, head.place_date, head.number, head.issuer.superior)
