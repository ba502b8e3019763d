"""The list of all lines over units, declared: its columns are those of the complete export, by the same keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from portal.blueprints.emulation._line_view import HAS_BELOW, line_offer, view_of
from portal.core.clock import local
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.enums import SubjectKind
from portal.domain.emulation.queries.narrowing import narrowed
from portal.domain.emulation.queries.overview import may_export, with_more
from portal.domain.emulation.queries.submitted import counted_lines, key_of, submitted_lines
from portal.exports.emulation_lists import SHOWN_FIELDS, TITLE
from portal.jobs.emulation_exports import ORDERS
from portal.web.lists import Column, Empty, Listing, ListSpec, Source, declare
from portal.web.lists.cells import a_day, beside, link, status, tagged

NAME = "dong-dang-ky"
WIDE = frozenset({"don-vi", "cap", "khoi", "loai", "ky"})
"""Columns that need more tables than the page's own."""


@dataclass(frozen=True, slots=True)
class LineItem:
    """A row of the query with the address of its registration."""

    row: AnyRow
    url: str


def _lines(work: Work, listing: Listing) -> Source:
    view = view_of(listing)
    actor, today = work.actor, work.today()
    chosen = narrowed(work.session, actor, today, view.order.chosen)
    stmt = submitted_lines(actor, today, chosen)
    base = url_for("emulation.show_registration", registration_id=0).removesuffix("0")
    return Source(
        with_more(stmt, view.year) if WIDE.intersection(listing.shown) else stmt,
        items=lambda rows: [LineItem(row, f"{base}{row.registration_id}") for row in rows],
        key_of=key_of(listing.order),
        counted=counted_lines(actor, today, chosen),
        tabs=("trang_thai", [(value, label, None) for value, label in view.states]),
        empty=_empty(work, view.seen.has_below),
        more=view,
    )


def _empty(work: Work, has_below: bool) -> Empty:
    if not has_below:
        text = "Các dòng hiện ở đây khi bản đăng ký của đơn vị có danh sách cá nhân, tập thể."
        return Empty("Danh sách chưa có dòng nào", text)
    units = ("Xem tình hình đơn vị", url_for("emulation.list_units"))
    return Empty(
        "Chưa có danh sách nào được gửi",
        "Danh sách hiện ở đây khi đơn vị bên dưới gửi bản đăng ký.",
        step=units if work.actor.can(Permission.COMPLETENESS_VIEW) else None,
    )


def _name(item: LineItem) -> str:
    row = item.row
    return tagged(link(row.name, item.url), row.subject.label if row.subject is SubjectKind.COLLECTIVE else "")


def _unit(item: LineItem) -> str:
    row = item.row
    return beside(row.unit_short_name, f"(từ {row.origin_short_name})" if row.origin_short_name else "")


def _sent(item: LineItem) -> str:
    return a_day(local(item.row.sent_at).date() if item.row.sent_at else None)


def _of(key: str, label: str = "", **more: object) -> Column:
    """A column of the export, as the page has it."""
    field = SHOWN_FIELDS[key]
    facts = {"kind": field.column.kind, "width": field.column.width, "shown": False, **more}
    return Column(key, label or field.column.label, lambda item: field.value(item.row), **facts)  # type: ignore[arg-type]


def _exports(listing: Listing, shown: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Exactly this list, or another layout of the same lines."""
    this = listing.url("lists.export_list", list_name=NAME, **shown)
    return [
        ("Tải danh sách này", this, "file-spreadsheet"),
        ("Chọn mẫu, thể thức khác", listing.url("emulation.choose_export"), "adjustments-horizontal"),
    ]


LINES = declare(
    ListSpec(
        name=NAME,
        endpoint="emulation.list_registrations",
        title="Danh sách đăng ký",
        row="dòng",
        permission=Permission.REGISTRATION_VIEW,
        columns=(
            _of("ten", "Cá nhân, tập thể", cell=_name, order="ten", head=True, required=True, phone="m-11"),
            _of("chuc-vu-phong-ban", "Chức vụ, phòng ban", cell_css="soft", phone="m-20", shown=True),
            _of("chuc-vu"),
            _of("phong-ban"),
            _of(
                "don-vi-trinh",
                cell=_unit,
                order="don-vi",
                css="nowrap",
                phone="m-30",
                shown=True,
                when=HAS_BELOW,
            ),
            _of("don-vi"),
            _of(
                "danh-hieu",
                "Danh hiệu",
                cell=lambda item: item.row.title_short_name,
                order="danh-hieu",
                css="nowrap",
                phone="m-12",
                shown=True,
            ),
            _of("trang-thai", cell=lambda item: status(item.row.state), phone="m-41", shown=True),
            _of("ngay-gui", cell=_sent, css="nowrap", phone="m-42", shown=True),
            *(_of(key) for key in ("doi-tuong", "nam-sinh", "gioi-tinh", "cap", "khoi", "loai", "ky")),
            *(_of(key) for key in ("so-van-ban", "ngay-van-ban", "noi-goc", "ghi-chu")),
        ),
        orders=lambda _: ORDERS,
        filters=line_offer,
        source=_lines,
        paper=TITLE,
        taken=lambda work, stmt: stmt.where(may_export(work.actor, work.today())),
        export_permission=Permission.REGISTRATION_EXPORT,
        export_menu=_exports,
        tabs_label="Trạng thái",
        caption="Cá nhân, tập thể đăng ký thi đua",
        empty=Empty("Danh sách chưa có dòng nào", "Danh sách hiện ở đây khi có bản đăng ký được gửi."),
    )
)
