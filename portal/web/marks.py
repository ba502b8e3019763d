"""Marking the words of a search in a text that is shown."""

from __future__ import annotations

from markupsafe import Markup, escape

from portal.core.search.query import Query, spans

SHOWN = 160
AHEAD = 40


def excerpt(query: Query, text: str) -> Markup:
    """The part of a long text around the first word that was found, marked; its beginning when none was."""
    found = spans(query, text)
    start = text.rfind(" ", 0, max(found[0][0] - AHEAD, 0)) + 1 if found and found[0][0] > AHEAD else 0
    end = len(text) if len(text) <= start + SHOWN else text.rfind(" ", start, start + SHOWN)
    part = text[start : end if end > start else start + SHOWN]
    return Markup("{}{}{}").format("… " if start else "", marked(query, part), " …" if end < len(text) else "")


def marked(query: Query, text: str) -> Markup:
    """The text, escaped, with the words that the query found inside <mark>."""
    parts: list[Markup] = []
    end = 0
    for start, stop in spans(query, text):
        parts += [escape(text[end:start]), Markup("<mark>{}</mark>").format(text[start:stop])]
        end = stop
    return Markup("").join([*parts, escape(text[end:])])
