"""Recognising titles as people write them: every title has its name, its short name, its code and other writings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import SequenceMatcher

from portal.core.text import fold
from portal.domain.emulation.catalogue_models import EmulationTitle

ENOUGH = 0.6
MOST = 3
_NOT_WORD = re.compile(r"[^0-9a-z]+")


def title_form(text: str | None) -> str:
    """The form in which writings of a title are compared: folded, without punctuation (CSTĐ-CS, CSTĐ cs.: cstd cs)."""
    return _NOT_WORD.sub(" ", fold(text)).strip()


class TitleIndex:
    """The titles of a catalogue, found by any of their writings."""

    def __init__(self, titles: Iterable[EmulationTitle]) -> None:
        self._titles = list(titles)
        self._by_form: dict[str, EmulationTitle] = {}
        for title in self._titles:
            for form in _forms(title):
                self._by_form.setdefault(form, title)

    def match(self, text: str | None) -> EmulationTitle | None:
        """The title that is written like this, or None: nothing is guessed."""
        return self._by_form.get(title_form(text))

    def suggest(self, text: str | None, most: int = MOST) -> list[EmulationTitle]:
        """The titles whose writing is nearest, the likeliest first; empty when none comes near."""
        wanted = title_form(text)
        if not wanted:
            return []
        best: dict[int, float] = {}
        for form, title in self._by_form.items():
            best[title.id] = max(best.get(title.id, 0.0), _likeness(wanted, form))
        near = [title for title in self._titles if best.get(title.id, 0.0) >= ENOUGH]
        return sorted(near, key=lambda title: (-best[title.id], title.rank))[:most]


def _forms(title: EmulationTitle) -> set[str]:
    writings = (title.code, title.name, title.short_name, *title.aliases.split("|"))
    return {form for form in map(title_form, writings) if form}


def _likeness(left: str, right: str) -> float:
    """Between 0 and 1: letters in common order, and at least 0.9 when one holds all the other's words."""
    score = SequenceMatcher(None, left, right).ratio()
    shorter, longer = sorted((left.split(" "), right.split(" ")), key=len)
    return max(score, 0.9) if len(shorter) > 1 and set(shorter) <= set(longer) else score
