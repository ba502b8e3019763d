"""The lists of the catalogue, declared: movements, titles, blocks, periods, the plan's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for

from portal.core.manifest import Shown
from portal.core.pagination import AnyRow
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.emulation.catalogue_models import EmulationMovement, LegalRegime, RegistrationPeriod
from portal.domain.emulation.enums import MovementKind, PeriodSector, SubjectKind, TitleFamily
from portal.domain.emulation.queries import catalogue as queries
from portal.domain.emulation.services.periods import ROUNDINGS
from portal.exports._cells import Kind
from portal.web.context import today
from portal.web.formats import days_left, number
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Offer, Source, declare
from portal.web.lists.cells import beside, lined, link, parts, status, tagged
from portal.web.menu import FIRST_YEAR, year_in_view

P = Permission
ANY = ("", "Tất cả")
OPEN, CLOSED = "dang-mo", "da-dong"
SURE = "S"
NO_INDEX = "a catalogue of some dozens of rows"


def year_frame(args: Mapping[str, str], present: int) -> FilterSpec:
    """The year in view: it frames the list, the masthead changes it."""
    year = str(year_in_view(args))
    return FilterSpec("nam", "Năm", ((year, year),), "hidden", default=str(present), frame=True)


def _doubted(text: str, row: object) -> str:
    """A citation, with how sure it is where it is not certain."""
    confidence = row.confidence  # type: ignore[attr-defined]
    return tagged(text, confidence.label if confidence != SURE else "")


def _movement_filters(work: Work, _args: Mapping[str, str]) -> list[FilterSpec]:
    present = work.today().year
    years = [("tat-ca", "Tất cả"), *((str(y), str(y)) for y in range(present + 1, FIRST_YEAR - 1, -1))]
    return [
        FilterSpec("nam", "Năm", years, default=str(present)),
        FilterSpec("loai", "Loại", (ANY, *((k.value, k.label) for k in MovementKind))),
        FilterSpec("trang_thai", "Trạng thái", (ANY, (OPEN, "Đang mở"), (CLOSED, "Đã đóng"))),
    ]


def _movements(work: Work, listing: Listing) -> Source:
    kind = MovementKind(listing["loai"]) if listing["loai"] else None
    closed = {OPEN: False, CLOSED: True}.get(listing["trang_thai"])

    def edit(row: AnyRow) -> str:
        url = url_for("emulation.edit_movement", movement_id=row[0].id)
        return parts().icon_link(f"Sửa {row[0].name}", "pencil", url)

    return Source(
        queries.movements(listing.number("nam"), kind, closed=closed),
        key_of=lambda row: (row[0].year_from, row[0].id),
        acts=edit if work.actor.can(P.CATALOGUE_MANAGE) else None,
    )


def _years(movement: EmulationMovement) -> str:
    first, last = movement.year_from, movement.year_to
    return str(first) if first == last else f"{first}–{last}"


def _movement_state(movement: EmulationMovement) -> Shown:
    return Shown("Đã đóng", "idle", "lock") if movement.closed else Shown("Đang mở", "ok", "circle-check")


MOVEMENTS = declare(
    ListSpec(
        name="phong-trao",
        endpoint="emulation.list_movements",
        title="Phong trào, đợt thi đua",
        row="phong trào, đợt thi đua",
        permission=P.CATALOGUE_VIEW,
        export_permission=P.CATALOGUE_VIEW,
        columns=(
            Column("ten", "Phong trào, đợt thi đua", lambda r: r[0].name, head=True, required=True, phone="m-11"),
            Column("loai", "Loại", lambda r: r[0].kind.label, css="nowrap", cell_css="soft"),
            Column("nam", "Năm", lambda r: _years(r[0]), css="nowrap", phone="m-21", width=11),
            Column("phat-dong", "Phát động", lambda r: r[0].launched_by, cell_css="soft", phone="m-30", width=24),
            Column(
                "can-cu",
                "Căn cứ",
                lambda r: r[0].source,
                lambda r: _doubted(r[0].source, r[0]),
                cell_css="soft",
                phone="m-40",
                width=24,
            ),
            Column("tham-gia", "Đơn vị tham gia", lambda r: r.joined, css="num", kind=Kind.INTEGER, width=10),
            Column(
                "trang-thai",
                "Trạng thái",
                lambda r: _movement_state(r[0]).label,
                lambda r: status(_movement_state(r[0])),
                kind=Kind.STATUS,
            ),
        ),
        orders=lambda _: (queries.BY_YEAR,),
        filters=_movement_filters,
        source=_movements,
        small=NO_INDEX,
        caption="Phong trào, đợt thi đua, năm mới nhất trước",
        empty=Empty("Chưa có phong trào, đợt thi đua nào", "Xin chọn năm khác ở đầu trang.", "flag"),
    )
)


@dataclass(frozen=True, slots=True)
class TitleFrame:
    """The year of the list of titles, and the regime that holds in it."""

    year: int
    regime: LegalRegime


def _title_offer(work: Work, args: Mapping[str, str]) -> Offer:
    year = year_in_view(args)
    code = work.session.scalars(queries.regime_of_year(year)).one()
    regime = next(r for r in work.session.scalars(queries.regimes()) if r.code == code)
    subjects = (SubjectKind.PERSON, SubjectKind.COLLECTIVE)
    specs = (
        FilterSpec("loai", "Loại", (ANY, *((f.value, f.label) for f in TitleFamily))),
        FilterSpec("doi_tuong", "Dành cho", (ANY, *((s.value, s.label) for s in subjects))),
        year_frame(args, work.today().year),
    )
    return Offer(specs, about=TitleFrame(year, regime))


def _titles(_work: Work, listing: Listing) -> Source:
    frame: TitleFrame = listing.about
    family = TitleFamily(listing["loai"]) if listing["loai"] else None
    subject = SubjectKind(listing["doi_tuong"]) if listing["doi_tuong"] else None
    return Source(
        queries.titles(frame.regime.code, family, subject), key_of=lambda row: (row[0].rank, row[0].id), more=frame
    )


def _title(row: AnyRow) -> str:
    return link(row[0].name, url_for("emulation.show_title", title_id=row[0].id))


def _cited(row: AnyRow) -> str:
    return _doubted(row[1].citation, row[1]) if row[1] else ""


TITLES = declare(
    ListSpec(
        name="danh-hieu",
        endpoint="emulation.list_titles",
        title="Danh hiệu, hình thức",
        row="danh hiệu, hình thức",
        permission=P.CATALOGUE_VIEW,
        export_permission=P.CATALOGUE_VIEW,
        columns=(
            Column("ten", "Danh hiệu, hình thức", lambda r: r[0].name, _title, head=True, required=True),
            Column("ten-gon", "Tên gọn", lambda r: r[0].short_name, cell_css="soft"),
            Column("loai", "Loại", lambda r: r[0].family.label, cell_css="soft", phone="m-21"),
            Column("danh-cho", "Dành cho", lambda r: r[0].subject.label, css="nowrap", phone="m-22"),
            Column("cap", "Cấp", lambda r: r[0].scope.label, css="nowrap", cell_css="soft"),
            Column(
                "quyet-dinh",
                "Người quyết định",
                lambda r: r[1].decided_by if r[1] else "Không có trong giai đoạn này",
                phone="m-30",
            ),
            Column("can-cu", "Căn cứ", lambda r: r[1].citation if r[1] else "", _cited, cell_css="soft", phone="m-40"),
        ),
        orders=lambda _: (queries.BY_RANK,),
        filters=_title_offer,
        source=_titles,
        small=NO_INDEX,
        caption="Danh hiệu thi đua và hình thức khen thưởng, từ thấp đến cao",
        empty=Empty("Chưa có danh hiệu nào", "Danh mục do dữ liệu ban đầu của cổng lập.", "award"),
    )
)


def _block_filters(work: Work, args: Mapping[str, str]) -> list[FilterSpec]:
    return [year_frame(args, work.today().year)]


def _blocks(work: Work, listing: Listing) -> Source:
    year, manages = int(listing["nam"]), work.actor.can(P.CATALOGUE_MANAGE)
    text = (
        "Chép cụm, khối của năm trước rồi sửa, hoặc thêm từng khối."
        if manages
        else "Ban Thi đua - Khen thưởng chưa lập cụm, khối của năm này. Xin chọn năm khác ở đầu trang."
    )
    return Source(
        queries.blocks(year),
        key_of=lambda row: (row[0].id,),
        empty=Empty(f"Năm {year} chưa có cụm, khối thi đua", text, "users-group"),
        more=year,
    )


def _block(row: AnyRow) -> str:
    return link(row[0].name, url_for("emulation.show_block", block_id=row[0].id))


BLOCKS = declare(
    ListSpec(
        name="cum-khoi",
        endpoint="emulation.list_blocks",
        title="Cụm, khối thi đua",
        row="cụm, khối",
        permission=P.CATALOGUE_VIEW,
        export_permission=P.CATALOGUE_VIEW,
        columns=(
            Column("ten", "Cụm, khối", lambda r: r[0].name, _block, head=True, required=True),
            Column("truong-khoi", "Trưởng khối", lambda r: r.leader or "chưa có", phone="m-20"),
            Column("thanh-vien", "Số thành viên", lambda r: r.members, css="num", phone="m-31", kind=Kind.INTEGER),
            Column(
                "can-cu",
                "Căn cứ",
                lambda r: r[0].confidence.label,
                lambda r: tagged("", r[0].confidence.label),
                cell_css="soft",
                phone="m-32",
            ),
        ),
        orders=lambda _: (queries.BY_BLOCK,),
        filters=_block_filters,
        source=_blocks,
        small=NO_INDEX,
        empty=Empty("Chưa có cụm, khối thi đua", "Xin chọn năm khác ở đầu trang.", "users-group"),
    )
)


def _period_filters(_work: Work, _args: Mapping[str, str]) -> list[FilterSpec]:
    return [FilterSpec("khoi", "Khối", (ANY, *((s.value, s.label) for s in PeriodSector)))]


def _periods(work: Work, listing: Listing) -> Source:
    def edit(row: AnyRow) -> str:
        url = url_for("emulation.edit_period", period_id=row[0].id)
        return parts().icon_link(f"Sửa {row[0].name}", "pencil", url)

    return Source(
        queries.periods(sector=PeriodSector(listing["khoi"]) if listing["khoi"] else None),
        key_of=lambda row: (row[0].year, row[0].opens_on, row[0].id),
        acts=edit if work.actor.can(P.PERIOD_MANAGE) else None,
    )


def period_state(period: RegistrationPeriod) -> Shown:
    """Where a period stands today: not open yet, open, overdue, closed."""
    now = today()
    if now < period.opens_on:
        return Shown("Chưa mở", "idle", "")
    if now > period.closes_on:
        return Shown("Đã đóng", "idle", "")
    if now > period.due_on:
        return Shown("Quá hạn gửi, chưa đóng", "warn", "")
    return Shown(f"Đang mở, {days_left(period.due_on, now).lower()}", "run", "")


def _regime(row: AnyRow) -> str:
    return beside(row.regime, f"({ROUNDINGS[row[0].share_rounding].lower()} tỷ lệ)")


PERIODS = declare(
    ListSpec(
        name="ky-dang-ky",
        endpoint="emulation.list_periods",
        title="Kỳ đăng ký",
        row="kỳ đăng ký",
        permission=P.CATALOGUE_VIEW,
        export_permission=P.CATALOGUE_VIEW,
        columns=(
            Column(
                "ten",
                "Kỳ đăng ký",
                lambda r: r[0].name,
                lambda r: lined(r[0].name, r[0].sector.label),
                head=True,
                required=True,
                phone="m-11",
            ),
            Column("mo", "Mở", lambda r: r[0].opens_on, css="nowrap", kind=Kind.DATE),
            Column("han-gui", "Hạn gửi", lambda r: r[0].due_on, css="nowrap", phone="m-21 m-lab", kind=Kind.DATE),
            Column("dong", "Đóng", lambda r: r[0].closes_on, css="nowrap", phone="m-30 m-lab", kind=Kind.DATE),
            Column("ap-dung", "Áp dụng", lambda r: r.regime, _regime, cell_css="soft", phone="m-40"),
            Column("ban-dang-ky", "Bản đăng ký", lambda r: r.registrations, css="num", kind=Kind.INTEGER),
            Column("gia-han", "Gia hạn", lambda r: r.exceptions, css="num", kind=Kind.INTEGER),
            Column(
                "trang-thai",
                "Trạng thái",
                lambda r: period_state(r[0]).label,
                lambda r: status(period_state(r[0])),
                kind=Kind.STATUS,
            ),
        ),
        orders=lambda _: (queries.NEWEST_PERIOD,),
        filters=_period_filters,
        source=_periods,
        small=NO_INDEX,
        caption="Kỳ đăng ký, mới nhất trước",
        empty=Empty("Chưa có kỳ đăng ký nào", "Thêm kỳ đăng ký để các đơn vị lập bản đăng ký.", "calendar-due"),
    )
)


@dataclass(frozen=True, slots=True)
class TargetItem:
    """A number of the plan, with the names of the titles that it counts."""

    row: AnyRow
    names: str


def _targets(work: Work, listing: Listing) -> Source:
    year, manages = int(listing["nam"]), work.actor.can(P.CATALOGUE_MANAGE)

    def items(rows: list[AnyRow]) -> list[TargetItem]:
        names = dict(work.session.execute(queries.title_names()).all())
        found = [[names.get(code, code) for code in row[0].title_codes.split("|") if code] for row in rows]
        return [TargetItem(row, "; ".join(names)) for row, names in zip(rows, found, strict=True)]

    more = {} if year == work.today().year else {"nam": year}
    step = ("Thêm chỉ tiêu", url_for("emulation.edit_targets", **more)) if manages else None  # type: ignore[arg-type]
    text = "Chỉ tiêu lấy từ kế hoạch công tác của ngành. Xin chọn năm khác ở đầu trang hoặc thêm chỉ tiêu."
    return Source(
        queries.targets(year),
        items=items,  # type: ignore[arg-type]  # a page's rows
        key_of=lambda row: (row[0].id,),
        empty=Empty(f"Năm {year} chưa có chỉ tiêu", text, "target", step),
        more=year,
    )


TARGETS = declare(
    ListSpec(
        name="chi-tieu-khen-thuong",
        endpoint="emulation.list_targets",
        title="Chỉ tiêu khen thưởng",
        row="chỉ tiêu",
        permission=P.CATALOGUE_VIEW,
        export_permission=P.CATALOGUE_VIEW,
        columns=(
            Column("chi-tieu", "Chỉ tiêu", lambda i: i.row[0].label, head=True, required=True),
            Column("so", "Số", lambda i: i.row[0].number, lambda i: number(i.row[0].number), css="num", phone="m-21"),
            Column("don-vi-tinh", "Đơn vị tính", lambda i: i.row[0].unit_of_measure, cell_css="soft", phone="m-22"),
            Column(
                "tinh-theo",
                "Tính theo",
                lambda i: i.names or "Tỷ lệ đơn vị đã gửi đăng ký",
                cell_css="soft",
                phone="m-30",
            ),
            Column(
                "can-cu",
                "Căn cứ",
                lambda i: i.row[0].source,
                lambda i: _doubted(i.row[0].source, i.row[0]),
                cell_css="soft",
                phone="m-40",
            ),
        ),
        orders=lambda _: (queries.BY_TARGET,),
        filters=_block_filters,
        source=_targets,
        small=NO_INDEX,
        empty=Empty("Chưa có chỉ tiêu", "Chỉ tiêu lấy từ kế hoạch công tác của ngành.", "target"),
    )
)
