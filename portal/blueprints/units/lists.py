"""The lists of units: those of a day, and the kinds that they are of."""

from __future__ import annotations

from flask import url_for

from portal.blueprints.units.shown import UnitRow, unit_rows
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.units import queries
from portal.domain.units.models import Unit
from portal.domain.units.policies import can_manage_catalogue
from portal.domain.units.queries import UnitFilter
from portal.exports._cells import Kind
from portal.web.formats import day
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Source, declare, parse_day
from portal.web.lists.cells import link, link_said, parts, under
from portal.web.lists.spec import Args

ANY = ("", "Tất cả")
ID_DIGITS = 10


def _above(work: Work, args: Args) -> Unit | None:
    """The unit whose children the list is cut to, when it is in reach."""
    given = args.get("truc_thuoc", "")
    if not (given.isascii() and given.isdigit() and len(given) < ID_DIGITS):
        return None
    row = work.session.execute(queries.one_seen(work.actor, int(given))).one_or_none()
    return row[0] if row else None


def _filters(work: Work, args: Args) -> list[FilterSpec]:
    kinds = work.session.execute(queries.kind_rows()).all()
    levels = work.session.scalars(queries.levels()).all()
    above = _above(work, args)
    return [
        FilterSpec("q", "Tên hoặc mã đơn vị", kind="search"),
        FilterSpec("loai", "Loại", (ANY, *((row.code, row.label) for row in kinds))),
        FilterSpec("ngay", "Ngày", kind="date", default=f"{work.today():%d/%m/%Y}"),
        FilterSpec("cap", "Cấp", (ANY, *((level.code, level.label) for level in levels)), kind="hidden"),
        FilterSpec("truc_thuoc", "Trực thuộc", [(str(above.id), above.short_name)] if above else (), kind="hidden"),
    ]


def _units(work: Work, listing: Listing) -> Source:
    on = parse_day(listing["ngay"]) or work.today()
    parent = listing.number("truc_thuoc")
    chosen = UnitFilter(on, listing["q"], listing["cap"] or None, listing["loai"] or None, parent)
    above = next((label for s in listing.specs if s.name == "truc_thuoc" for _, label in s.options), "")
    tabs = next(spec.options for spec in listing.specs if spec.name == "cap")

    def items(rows: list[AnyRow]) -> list[UnitRow]:
        children = dict(work.session.execute(queries.child_counts([row.id for row in rows], on)).all())
        return unit_rows(rows, children, lambda unit_id: listing.url(truc_thuoc=str(unit_id), cap=None, q=None))

    return Source(
        queries.listing(work.actor, chosen),
        items=items,  # type: ignore[arg-type]  # a page's rows
        tabs=("cap", [(value, label, None) for value, label in tabs]),
        sum_text=f", hoạt động ngày {day(on)}" + (f", trực thuộc {above}" if above and parent else ""),
        more=above if parent else "",
    )


def _children(row: UnitRow) -> str:
    if not row.children:
        return ""
    return link_said(row.children, row.children_url, f"{row.children} đơn vị trực thuộc {row.short_name}")


def _valid(row: UnitRow) -> str:
    return under(day(row.valid_from), f"đến trước {day(row.valid_to)}" if row.valid_to else "")


UNITS = declare(
    ListSpec(
        name="don-vi",
        endpoint="units.list_units",
        title="Đơn vị",
        row="đơn vị",
        region="don-vi",
        permission=Permission.UNIT_VIEW,
        export_permission=Permission.UNIT_VIEW,
        columns=(
            Column(
                "ten",
                "Tên đơn vị",
                lambda r: r.name,
                lambda r: link(r.name, r.url),
                order="ten",
                head=True,
                required=True,
                width=36,
            ),
            Column("ma", "Mã", lambda r: r.code, order="ma", css="nowrap", width=10),
            Column("loai", "Loại", lambda r: r.kind, width=24),
            Column("cap-tren", "Cấp trên", lambda r: r.parent, cell_css="soft", css="nowrap", width=24),
            Column("ten-ngan", "Tên ngắn", lambda r: r.short_name, shown=False, width=24),
            Column(
                "truc-thuoc",
                "Trực thuộc",
                lambda r: r.children or None,
                _children,
                css="num",
                kind=Kind.INTEGER,
                width=10,
            ),
            Column("tu", "Hoạt động từ", lambda r: r.valid_from, _valid, css="nowrap", kind=Kind.DATE, width=13),
            Column("den", "Đến trước", lambda r: r.valid_to, shown=False, css="nowrap", kind=Kind.DATE, width=13),
        ),
        orders=lambda _: (queries.BY_NAME, queries.BY_CODE),
        filters=_filters,
        source=_units,
        tabs_label="Cấp đơn vị",
        caption="Đơn vị hoạt động trong ngày được chọn",
        empty=Empty(
            "Không có đơn vị nào", "Tài khoản của ông/bà chưa có đơn vị nào trong phạm vi.", "building-community"
        ),
    )
)


def _kind_filters(work: Work, _args: Args) -> list[FilterSpec]:
    levels = work.session.scalars(queries.levels()).all()
    return [FilterSpec("cap", "Cấp", (ANY, *((level.code, level.label) for level in levels)))]


def _kinds(work: Work, listing: Listing) -> Source:
    return Source(queries.kind_rows(listing["cap"]), acts=_edit if can_manage_catalogue(work) else None)


def _edit(row: AnyRow) -> str:
    return parts().icon_link(f"Sửa {row.label}", "pencil", url_for("units.edit_kind", kind_code=row.code))


KINDS = declare(
    ListSpec(
        name="loai-don-vi",
        endpoint="units.list_kinds",
        title="Loại đơn vị",
        row="loại",
        region="loai",
        permission=Permission.UNIT_VIEW,
        export_permission=Permission.UNIT_VIEW,
        columns=(
            Column("loai", "Loại", lambda r: r.label, head=True, required=True, phone="m-11", width=30),
            Column("cap", "Cấp", lambda r: r.level_label, width=24),
            Column(
                "dang-ky",
                "Đăng ký thi đua",
                lambda r: "Có nghĩa vụ" if r.owes_registration else "Không",
            ),
            Column(
                "nguoi-gui",
                "Người gửi",
                lambda r: "Thủ trưởng duyệt và gửi trên cổng" if r.head_review else "Đầu mối gửi bản đã ký giấy",
                width=30,
            ),
        ),
        orders=lambda _: (queries.BY_LEVEL,),
        filters=_kind_filters,
        source=_kinds,
        small="there are never more rows than kinds of units",
        caption="Các loại đơn vị, theo cấp",
        empty=Empty("Chưa có loại đơn vị nào", "Loại đơn vị do dữ liệu ban đầu của cổng lập.", "sitemap"),
    )
)
