"""The list of tờ trình, and what its pages read."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals.due import shown, where
from portal.domain.approvals.queries import reader_of
from portal.domain.emulation.queries.proposals import NEWEST, proposals
from portal.exports._cells import Kind
from portal.web.context import today
from portal.web.lists import Column, Empty, Listing, ListSpec, Source, declare
from portal.web.lists.cells import a_day, link, status

EMPTY = Empty(
    "Chưa có tờ trình nào",
    "Tờ trình lập từ các dòng đăng ký đã tiếp nhận, rồi trình lãnh đạo theo quy trình.",
    "file-text",
)


def _source(work: Work, _listing: Listing) -> Source:
    return Source(proposals(reader_of(work.session, work.actor, work.today())))


def paper_number(row: Any) -> str:
    """45/TTr-SNV; nothing while văn thư has given none."""
    return f"{row.paper_no}/{row.paper_symbol}" if row.paper_no else ""


def _subject(row: Any) -> str:
    return link(row.subject, url_for("emulation.show_proposal", proposal_id=row.id))


PROPOSALS = declare(
    ListSpec(
        name="to-trinh-thi-dua",
        endpoint="emulation.list_proposals",
        title="Tờ trình danh hiệu thi đua",
        row="tờ trình",
        permission=Permission.PROPOSAL_VIEW,
        export_permission=Permission.PROPOSAL_VIEW,
        columns=(
            Column("trich-yeu", "Trích yếu", lambda r: r.subject, _subject, head=True, required=True, width=60),
            Column("ky", "Kỳ đăng ký", lambda r: r.period_name, width=28),
            Column("so-dong", "Số dòng", lambda r: r.line_count, css="num", kind=Kind.INTEGER),
            Column(
                "trang-thai",
                "Trạng thái",
                lambda r: shown(r, today()).label,
                lambda r: status(shown(r, today())),
                phone="m-21",
                width=24,
            ),
            Column("dang-o", "Đang ở", where, width=26),
            Column("so", "Số, ký hiệu", paper_number, width=18),
            Column("ngay", "Ngày", lambda r: r.paper_date, lambda r: a_day(r.paper_date), css="tnum", kind=Kind.DATE),
            Column("nguoi-soan", "Người soạn", lambda r: r.author_name, shown=False, width=24),
        ),
        orders=lambda _: (NEWEST,),
        source=_source,
        caption="Tờ trình danh hiệu thi đua, mới lập trước",
        empty=EMPTY,
    )
)
