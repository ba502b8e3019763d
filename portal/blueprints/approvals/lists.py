"""The list of papers on their way."""

from __future__ import annotations

from typing import Any

from flask import url_for

from portal.core.clock import local
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.approvals.due import shown, where
from portal.domain.approvals.enums import ApprovalState
from portal.domain.approvals.kinds import kinds
from portal.domain.approvals.queries import NEWEST, OLDEST, PaperFilter, papers, reader_of
from portal.exports._cells import Kind
from portal.web.context import today
from portal.web.formats import days_left, due_tone
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Source, declare
from portal.web.lists.cells import a_day, an_instant, link, status, tagged, toned
from portal.web.lists.spec import Args

PART, MINE, SENT = "phan", "cho-toi", "toi-trinh"
PARTS = (("", "Tất cả"), (MINE, "Chờ tôi"), (SENT, "Tôi trình"))
STATES = (("", "Tất cả"), *((state.value, state.label) for state in ApprovalState))
EMPTY = Empty(
    "Không có văn bản nào",
    "Văn bản ông/bà trình, văn bản chờ ông/bà cho ý kiến và văn bản ông/bà được xem hiện ở đây.",
    "inbox",
)


def _filters(_work: Work, _args: Args) -> list[FilterSpec]:
    offered = sorted(((kind.code, kind.label) for kind in kinds().values()), key=lambda pair: pair[1])
    return [
        FilterSpec("q", "Tìm theo trích yếu", kind="search"),
        FilterSpec(PART, "Phần", PARTS),
        FilterSpec("loai", "Loại văn bản", (("", "Tất cả"), *offered)),
        FilterSpec("trang-thai", "Trạng thái", STATES),
        FilterSpec("qua-han", "Quá hạn", (("", "Tất cả"), ("1", "Quá hạn cho ý kiến"))),
    ]


def _papers(work: Work, listing: Listing) -> Source:
    state = listing["trang-thai"]
    wanted = PaperFilter(
        part=listing[PART],
        kind=listing["loai"],
        state=ApprovalState(state) if state else None,
        words=listing["q"],
        overdue=bool(listing["qua-han"]),
    )
    return Source(
        papers(reader_of(work.session, work.actor, work.today()), wanted),
        tabs=(PART, [(value, label, None) for value, label in PARTS]),
    )


def _title(row: Any) -> str:
    opened = link(row.title, url_for("approvals.show_paper", approval_id=row.id))
    return tagged(opened, "Chờ tôi" if row.is_mine else "")


def _due(row: Any) -> str:
    if row.due_on is None:
        return ""
    return toned(a_day(row.due_on), days_left(row.due_on, today()), due_tone(row.due_on, today()))


def _kind(row: Any) -> str:
    return kinds()[row.kind_code].label


PAPERS = declare(
    ListSpec(
        name="trinh-ky",
        endpoint="approvals.list_papers",
        title="Trình ký",
        row="văn bản",
        permission=Permission.PAPER_VIEW,
        export_permission=Permission.PAPER_VIEW,
        columns=(
            Column("trich-yeu", "Trích yếu", lambda r: r.title, _title, head=True, required=True, width=60),
            Column("loai", "Loại văn bản", _kind, shown=False, width=26),
            Column(
                "trang-thai",
                "Trạng thái",
                lambda r: shown(r, today()).label,
                lambda r: status(shown(r, today())),
                phone="m-21",
                width=24,
            ),
            Column("dang-o", "Đang ở", where, width=26),
            Column("han", "Hạn cho ý kiến", lambda r: r.due_on, _due, css="tnum", kind=Kind.DATE),
            Column("nguoi-soan", "Người soạn", lambda r: r.drafter_name, width=24),
            Column("phong", "Phòng, ban", lambda r: r.division_name, shown=False, width=28),
            Column(
                "trinh-luc",
                "Trình lúc",
                lambda r: local(r.submitted_at).date() if r.submitted_at else None,
                lambda r: an_instant(r.submitted_at),
                css="tnum",
                kind=Kind.DATE,
                shown=False,
            ),
            Column(
                "cap-nhat",
                "Cập nhật",
                lambda r: local(r.updated_at).date(),
                lambda r: an_instant(r.updated_at),
                order="moi",
                css="tnum",
                kind=Kind.DATE,
            ),
        ),
        orders=lambda _: (NEWEST, OLDEST),
        filters=_filters,
        source=_papers,
        caption="Văn bản trình ký, mới cập nhật trước",
        tabs_label="Phần của danh sách",
        empty=EMPTY,
    )
)
