"""The shell of every page.

Who is here, the menu that they may open, the year in view; built from the features' manifests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from flask import Flask, request

from portal.core.clock import local
from portal.core.manifest import MenuEntry, manifests
from portal.core.text import clean, initials, whole_number
from portal.domain.access.enums import Permission
from portal.web.addresses import address_of, with_query
from portal.web.bell import Bell
from portal.web.context import Viewer, runtime, viewer

FIRST_YEAR = 2022
OWN = "Tài khoản của tôi"
SEARCH, WORDS = "search.show_results", "tu_khoa"


@dataclass(frozen=True, slots=True)
class MenuItem:
    label: str
    url: str
    icon: str
    current: bool
    key: str = ""
    count: int | None = None
    count_bad: bool = False


@dataclass(frozen=True, slots=True)
class MenuGroup:
    label: str
    items: list[MenuItem]


@dataclass(frozen=True, slots=True)
class GoTo:
    """A place of the portal, by its name in the menu; `group` is the heading that it stands under."""

    label: str
    url: str
    icon: str
    group: str


@dataclass(frozen=True, slots=True)
class ShellUser:
    name: str
    initials: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Shell:
    """What layouts/base.html reads; see components/README.md."""

    user: ShellUser | None
    menu: list[MenuGroup]
    year: int
    years: list[tuple[int, str, bool]]
    help_url: str
    home_url: str
    user_menu: list[tuple[str, str, str]]
    logout_url: str
    now_text: str
    now_iso: str
    theme: str = "light"
    search_url: str | None = None
    suggest_url: str | None = None
    searched: str = ""
    bell: Bell | None = None
    unit_in_view: str | None = None
    unit_url: str | None = None
    environment_note: str | None = None
    footer: list[tuple[str, str]] = field(default_factory=list)


def init_menu(app: Flask) -> None:
    """Give every template its `shell`."""

    @app.context_processor
    def _shell() -> dict[str, Shell]:
        return {"shell": build_shell(viewer())}


def year_in_view(args: Mapping[str, str] | None = None) -> int:
    """The year of the address (?nam=2023), or of `args`, else the present one."""
    raw = (request.args if args is None else args).get("nam", "")
    current = runtime().clock.today().year
    year = whole_number(raw)
    return year if year is not None and FIRST_YEAR <= year <= current + 1 else current


def build_shell(person: Viewer | None) -> Shell:
    """The shell for this request."""
    now = local(runtime().clock.now())
    year = year_in_view()
    settings = runtime().settings
    return Shell(
        user=ShellUser(person.actor.full_name, initials(person.actor.full_name), person.unit_name) if person else None,
        menu=_menu(person) if person else [],
        year=year,
        years=[(y, _with_year(y), y == year) for y in range(now.year + 1, FIRST_YEAR - 1, -1)] if person else [],
        help_url=with_query("help.show_page", {"trang": request.endpoint}) if person else address_of("help.show_page"),
        home_url=address_of("home.show_home"),
        user_menu=_user_menu(person) if person else [],
        logout_url=address_of("accounts.sign_out"),
        now_text=now.strftime("%H:%M ngày %d/%m/%Y"),
        now_iso=now.isoformat(timespec="minutes"),
        theme=person.theme if person else "light",
        bell=Bell(person.actor) if person else None,
        unit_in_view=person.unit_name if person else None,
        environment_note="Bản dùng thử, số liệu minh họa" if settings.is_demo else None,
        search_url=address_of(SEARCH) if person else None,
        suggest_url=address_of("search.suggest") if person else None,
        searched=clean(request.args.get(WORDS)) if request.endpoint == SEARCH else "",
        footer=[("Hướng dẫn sử dụng", address_of("help.show_page"))],
    )


def go_to(person: Viewer | None) -> list[GoTo]:
    """The places that one may go to from anywhere: the menu, what one may begin, one's own pages."""
    if person is None:
        return []
    actor = person.actor
    entries = [GoTo(item.label, item.url, item.icon, group.label) for group in _menu(person) for item in group.items]
    actions = sorted(
        (e for m in manifests() for e in m.actions if actor.can(Permission(e.permission))), key=lambda e: e.order
    )
    own = [GoTo(label, url, symbol, OWN) for label, url, symbol in _user_menu(person)]
    begun = [GoTo(e.label, address_of(e.endpoint), e.icon, e.group) for e in actions]
    return [*entries, *begun, *own, GoTo("Hướng dẫn sử dụng", address_of("help.show_page"), "help-circle", "")]


def _with_year(year: int) -> str:
    args = {k: v for k, v in request.args.items(multi=False) if k not in ("nam", "ky", "sau", "thang")}
    endpoint = request.endpoint if request.endpoint and request.method == "GET" else "home.show_home"
    if endpoint == "home.show_home":
        return with_query(endpoint, {"nam": year})
    return with_query(endpoint, {**(request.view_args or {}), **args, "nam": year})


def _menu(person: Viewer) -> list[MenuGroup]:
    home = MenuItem("Việc của tôi", address_of("home.show_home"), "home", request.endpoint == "home.show_home", key="v")
    entries = sorted(
        (e for m in manifests() for e in m.menu if person.actor.can(Permission(e.permission))),
        key=lambda e: (e.order // 100, e.group, e.order),
    )
    here = _nearest(entries)
    groups = [
        MenuGroup(label, [_item(e, e is here) for e in items])
        for label, items in groupby(entries, key=lambda e: e.group)
    ]
    first = groups.pop(0).items if groups and not groups[0].label else []
    return [MenuGroup("", [home, *first]), *groups]


def _nearest(entries: Sequence[MenuEntry]) -> MenuEntry | None:
    """The entry under which this page stands: the one with the longest address that leads here."""
    lengths = [(max(map(len, _leading(entry)), default=0), entry) for entry in entries]
    length, entry = max(lengths, key=lambda pair: pair[0], default=(0, None))
    return entry if length else None


def _leading(entry: MenuEntry) -> list[str]:
    prefixes = entry.active_prefixes or (address_of(entry.endpoint),)
    return [p for p in prefixes if request.path == p or request.path.startswith(p.rstrip("/") + "/")]


def _item(entry: MenuEntry, current: bool) -> MenuItem:
    return MenuItem(entry.label, address_of(entry.endpoint), entry.icon, current, key=entry.key)


def _user_menu(person: Viewer) -> list[tuple[str, str, str]]:
    own_jobs = [("Việc chạy nền", address_of("jobs.list_jobs"), "progress")]
    return [
        ("Tài khoản của tôi", address_of("accounts.show_own_account"), "user"),
        ("Ủy quyền", address_of("accounts.list_own_delegations"), "user-check"),
        ("Đổi mật khẩu", address_of("accounts.change_password"), "key"),
        ("Phiên đăng nhập", address_of("accounts.list_own_sessions"), "shield-lock"),
        *(own_jobs if person.actor.can(Permission.JOB_VIEW) else []),
    ]
