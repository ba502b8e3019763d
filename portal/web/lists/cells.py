"""What stands in the cells of lists: markup made of values that are escaped here, and nowhere else.

Like the parts of row_parts.py these stand in every row: functions, not macros.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, cast

from flask import current_app
from markupsafe import Markup, escape

from portal.web.formats import day, moment
from portal.web.row_parts import RowParts


def parts() -> RowParts:
    """Icons, states, icon links and pick boxes."""
    return cast(RowParts, current_app.jinja_env.globals["row_parts"])


def status(state: Any) -> Markup:
    """A state: icon and word."""
    return parts().status(state)


def link(text: object, url: str) -> Markup:
    """The link that a row is opened with; plain text where there is no address."""
    return _made(f'<a class="t" href="{escape(url)}">{escape(text)}</a>') if url else escape(text)


def post_link(text: object, url: str, strong: bool = False) -> Markup:
    """A link that writes before it leads on: a button in a form of its own."""
    return _post(
        url, Markup('<button class="btn-text{}" type="submit">{}</button>').format(" b" if strong else "", text)
    )


def post_icon(label: str, icon: str, url: str) -> Markup:
    """A button that shows an icon and writes; the label is for screen readers."""
    made = Markup('<button class="btn btn-quiet btn-icon" type="submit">{}<span class="sr">{}</span></button>')
    return _post(url, made.format(parts().icon(icon), label))


def _post(url: str, button: Markup) -> Markup:
    token = cast(Any, current_app.jinja_env.globals["csrf_token"])()
    made = Markup('<form class="inline" method="post" action="{}"><input type="hidden" name="csrf_token" value="{}">')
    return made.format(url, token) + button + Markup("</form>")


def link_plain(text: object, url: str) -> Markup:
    """A link inside a row; plain text where there is no address."""
    return _made(f'<a href="{escape(url)}">{escape(text)}</a>') if url else escape(text)


def link_said(text: object, url: str, said: str) -> Markup:
    """A link whose text needs more words for those who do not see where it stands."""
    return Markup('<a href="{}" aria-label="{}">{}</a>').format(url, said, text)


def under(text: object, below: object) -> Markup:
    """A text, and a smaller one below it."""
    return _made(f'{escape(text)}<span class="cell-sub">{escape(below)}</span>') if below else escape(text)


def lined(text: object, below: object) -> Markup:
    """A text, and a faint one on a line of its own."""
    return Markup('{}<br><span class="small muted">{}</span>').format(text, below) if below else escape(text)


def beside(text: object, more: object, cls: str = "soft") -> Markup:
    """A text with a quieter one beside it."""
    return _made(f'{escape(text)} <small class="{cls}">{escape(more)}</small>') if more else escape(text)


def toned(text: object, more: object, tone: str) -> Markup:
    """A text with another in the colour of a state beside it, which also says it in words."""
    return Markup('{} <span class="c-{}">({})</span>').format(text, tone, more) if more else escape(text)


def tagged(text: object, tag: object) -> Markup:
    """A text with a small outlined word."""
    return _made(f'{escape(text)} <span class="tag">{escape(tag)}</span>') if tag else escape(text)


def a_day(value: date | None) -> Markup:
    """A day, which machines can read too."""
    return _day(value) if value else Markup()


def an_instant(value: datetime | None, missing: str = "") -> Markup:
    """An instant in Vietnam."""
    if value is None:
        return escape(missing)
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(timespec="minutes"), moment(value))


@lru_cache(maxsize=1024)
def _day(value: date) -> Markup:
    return _made(f'<time datetime="{value.isoformat()}">{escape(day(value))}</time>')


def _made(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - the callers above escape every value that they put in


def stacked(pairs: Sequence[tuple[str, str]], more: Sequence[tuple[str, str]] = ()) -> Markup:
    """Label and value, one below the other; those of `more` are folded away."""
    lines = Markup().join(_pair(label, value) for label, value in pairs)
    if more:
        folded = Markup().join(_pair(label, value) for label, value in more)
        opener = Markup('<details class="more"><summary>{}Thêm {} mục</summary>{}</details>')
        lines += opener.format(parts().icon("chevron-right"), len(more), folded)
    return Markup("<div>{}</div>").format(lines) if lines else lines


def _pair(label: str, value: str) -> Markup:
    return Markup('<p><span class="muted">{}{}</span> {}</p>').format(label, ":" if value else "", value)
