"""The list of a person's notices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from portal.core.manifest import Shown
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.notifications.kinds import kinds
from portal.domain.notifications.models import Notice
from portal.domain.notifications.queries import UNREAD_FIRST, NoticeFilter, notices_of
from portal.exports._cells import Kind
from portal.web.formats import moment
from portal.web.lists import Column, Empty, FilterSpec, Listing, ListSpec, Source, declare
from portal.web.lists.cells import an_instant, post_icon, post_link, status
from portal.web.lists.spec import Args

UNREAD, READ = Shown("Chưa đọc", "run", "bell"), Shown("Đã đọc", "idle", "check")
STATES = (("", "Tất cả"), ("chua", "Chưa đọc"), ("da", "Đã đọc"))
EMPTY = Empty(
    "Chưa có thông báo",
    "Khi có việc gửi đến, trả lại, sắp đến hạn hoặc việc chạy nền đã xong, thông báo hiện ở đây.",
    "bell",
)


def _filters(_work: Work, _args: Args) -> list[FilterSpec]:
    offered = sorted(
        ((code, one.kind.label) for code, one in kinds().items() if one.kind.on_portal), key=lambda p: p[1]
    )
    return [
        FilterSpec("doc", "Tình trạng", STATES),
        FilterSpec("loai", "Loại thông báo", (("", "Tất cả"), *offered)),
    ]


def _notices(work: Work, listing: Listing) -> Source:
    unread = {"chua": True, "da": False}.get(listing["doc"])
    return Source(
        notices_of(work.actor, work.today(), NoticeFilter(listing["loai"], unread)),
        items=lambda rows: [row.Notice for row in rows],
        key_of=lambda row: (row.Notice.receiver_id, row.Notice.unread, row.Notice.id),
        acts=_acts,
        more=listing["loai"],
    )


def _text(notice: Notice) -> str:
    return post_link(notice.text, url_for("notifications.open_notice", notice_id=notice.id), bool(notice.unread))


def kept_filter(args: Mapping[str, str]) -> dict[str, Any]:
    """What the list is cut to, from an address and for the next one."""
    return {name: args[name] for name in ("doc", "loai") if args.get(name)}


def _acts(notice: Notice) -> str:
    if not notice.unread:
        return ""
    url = url_for("notifications.mark_read", notice_id=notice.id, **kept_filter(request.args))
    return post_icon(f"Đánh dấu đã đọc: {notice.text}", "check", url)


def _kind(notice: Notice) -> str:
    found = kinds().get(notice.kind)
    return found.kind.label if found else ""


def _state(notice: Notice) -> Shown:
    return UNREAD if notice.unread else READ


NOTICES = declare(
    ListSpec(
        name="thong-bao",
        endpoint="notifications.list_notices",
        title="Thông báo",
        row="thông báo",
        permission=Permission.PORTAL_USE,
        not_exported="a person's own notices: what they tell of is exported from its own list",
        shareable=False,
        columns=(
            Column("noi-dung", "Nội dung", lambda n: n.text, _text, head=True, required=True),
            Column("tinh-trang", "Tình trạng", _state, lambda n: status(_state(n)), phone="m-21", kind=Kind.STATUS),
            Column("loai", "Loại", _kind),
            Column("luc", "Lúc", lambda n: moment(n.created_at), lambda n: an_instant(n.created_at), css="tnum"),
        ),
        orders=lambda _: (UNREAD_FIRST,),
        filters=_filters,
        source=_notices,
        caption="Thông báo của tôi, chưa đọc trước, mới nhất trước",
        empty=EMPTY,
    )
)
