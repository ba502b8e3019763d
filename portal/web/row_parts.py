"""The parts that stand in every row of a list, as functions instead of macros.

A page of 50 rows holds some 200 of them: as macros they took more than a third of the time that the page takes to
render. They are reached by the same imports as every other part: `{% from "components/status.html" import status %}`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from jinja2 import Undefined
from markupsafe import Markup, escape

TONE_ICONS = {
    "ok": "circle-check",
    "warn": "alert-triangle",
    "bad": "alert-octagon",
    "run": "info-circle",
    "idle": "circle-dashed",
}
_NAME = re.compile(r"[A-Za-z_:@][A-Za-z0-9_:.@-]*")


class RowParts:
    """Icons, states, row links and pick boxes; what repeats is made once."""

    def __init__(self, icons_href: str) -> None:
        self._href = escape(icons_href)
        # typed: a Markup and a str of the same letters are equal, yet only one of them is safe
        self.icon = lru_cache(maxsize=512, typed=True)(self._icon)
        self._labelled = lru_cache(maxsize=2048, typed=True)(self._label)

    def status(self, state: Any) -> Markup:
        """A state in a row: icon and word. `state` has .label, .tone (ok, warn, bad, run, idle) and perhaps .icon."""
        return self._labelled("status", *_read(state))

    def chip(self, state: Any) -> Markup:
        """A state in the page head: tinted."""
        return self._labelled("chip", *_read(state))

    def icon_link(self, label: str, icon: str, url: str, attrs: Mapping[str, object] | None = None) -> Markup:
        """A link that shows an icon; the label is for screen readers."""
        return _made(
            f'<a class="btn btn-quiet btn-icon" href="{escape(url)}"{attributes(attrs)}>'
            f'{self.icon(icon)}<span class="sr">{escape(label)}</span></a>'
        )

    def pick(self, form_id: str, value: object, label: str, name: str = "id", checked: bool = False) -> Markup:
        """The first cell of a row that can be chosen; the box belongs to the form of the bulk bar."""
        return _made(
            f'<td class="pick"><label class="check"><span class="sr">{escape(label)}</span>'
            f'<input type="checkbox" name="{escape(name)}" value="{escape(value)}" form="{escape(form_id)}" data-row'
            f"{' checked' if checked else ''}></label></td>"
        )

    def options(self, options: Sequence[tuple[object, object]], value: object) -> Markup:
        """The choices of a select, the one of this value chosen; a filter bar holds some hundred of them."""
        return _options(tuple((str(key), escape(label)) for key, label in options), "" if value is None else str(value))

    def _icon(self, name: str, cls: str = "", fill: bool = False) -> Markup:
        classes = " ".join(["icon", *(["icon-fill"] if fill else []), *([cls] if cls else [])])
        return _made(
            f'<svg class="{escape(classes)}" aria-hidden="true"><use href="{self._href}#i-{escape(name)}"></use></svg>'
        )

    def _label(self, kind: str, label: str, tone: str, icon: str) -> Markup:
        symbol = self.icon(icon or TONE_ICONS.get(tone, "info-circle"))
        return _made(f'<span class="{kind} is-{escape(tone)}">{symbol}{escape(label)}</span>')


@lru_cache(maxsize=512)
def _options(options: tuple[tuple[str, Markup], ...], chosen: str) -> Markup:
    return _made(
        "".join(
            f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{label}</option>'
            for key, label in options
        )
    )


def attributes(attrs: Mapping[str, object] | None) -> str:
    """HTML attributes; None, False and undefined are left out, True stands alone.

    ValueError for a name that is none.
    """
    if not attrs:
        return ""
    parts = []
    for name, value in attrs.items():
        if value is None or value is False or isinstance(value, Undefined):
            continue
        if not _NAME.fullmatch(name):
            raise ValueError(f"not an attribute name: {name!r}")
        parts.append(f" {name}" if value is True else f' {name}="{escape(value)}"')
    return "".join(parts)


def _made(html: str) -> Markup:
    return Markup(html)  # noqa: S704 - the callers above escape every value that they put in


def _read(state: Any) -> tuple[str, str, str]:
    """Label, tone and icon of an object or a mapping."""
    if isinstance(state, Mapping):
        return state["label"], state["tone"], state.get("icon") or ""
    return state.label, state.tone, getattr(state, "icon", None) or ""
