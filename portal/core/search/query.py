"""What somebody looks for: words, the last of them perhaps unfinished, and quoted phrases; and how well a text fits.

`rank` says here, in plain code, what the indexes of both engines must give: tests hold them against it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from portal.core.search.documents import Texts, form_of, signs, texts_of
from portal.core.text import Word, word_spans, words_of

QUERY_LENGTH = 200
_QUOTED = re.compile(r'"([^"]*)"|“([^”]*)”')


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of the ranking: the marks as typed, every word in the title, the last word whole."""

    exact: bool
    in_title: bool
    whole: bool

    def implies(self, other: Tier) -> bool:
        """Whether what fits this step fits the other too."""
        return all((self.exact or not other.exact, self.in_title or not other.in_title, self.whole or not other.whole))


TIERS = tuple(Tier(*flags) for flags in product((True, False), repeat=3))
"""Exact marks first, then hits in the title, then whole words; within a step the newest record first."""


@dataclass(frozen=True, slots=True)
class Query:
    """All of it must be found: `words` whole, `last` at the beginning of a word, `phrases` word after word."""

    words: tuple[Word, ...] = ()
    last: Word | None = None
    phrases: tuple[tuple[Word, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words or self.last or self.phrases)

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The steps that can differ for this query, the best first."""
        return tuple(tier for tier in TIERS if tier.whole or self.last is not None)

    @property
    def whole_words(self) -> tuple[Word, ...]:
        """Every word that must be found whole, those of phrases among them, each once."""
        return tuple(dict.fromkeys((*self.words, *(word for phrase in self.phrases for word in phrase))))


def parse(text: str | None) -> Query:
    """Read what was typed; without a letter or a digit in it the query is empty and finds nothing."""
    given = (text or "")[:QUERY_LENGTH]
    words: list[Word] = []
    phrases: list[tuple[Word, ...]] = []
    end = 0
    for quoted in _QUOTED.finditer(given):
        words += words_of(given[end : quoted.start()])
        phrase = tuple(words_of(quoted.group(1) or quoted.group(2)))
        if len(phrase) > 1:
            phrases.append(phrase)
        words += phrase[:1] if len(phrase) == 1 else ()
        end = quoted.end()
    tail = words_of(given[end:])
    last = tail.pop() if tail else None
    return Query(tuple(dict.fromkeys([*words, *tail])), last, tuple(dict.fromkeys(phrases)))


def rank(query: Query, texts: Texts) -> int | None:
    """The number of the best step of the query's tiers that the texts fit, from 0; None when they fit none."""
    return next((number for number, tier in enumerate(query.tiers) if query and _fits(query, tier, texts)), None)


def rank_text(query: Query, title: str, body: str = "") -> int | None:
    """The same of a title and a body that no index holds."""
    return rank(query, texts_of(words_of(title), words_of(body)))


def _fits(query: Query, tier: Tier, texts: Texts) -> bool:
    searched = [texts.get(sign, []) for sign in signs(tier.exact, tier.in_title)]
    there = {form for text in searched for form in text}
    if not all(form_of(word, tier.exact) in there for word in query.words):
        return False
    phrases = [[form_of(word, tier.exact) for word in phrase] for phrase in query.phrases]
    if not all(any(_holds(text, phrase) for text in searched) for phrase in phrases):
        return False
    if query.last is None:
        return True
    last = form_of(query.last, tier.exact)
    return last in there if tier.whole else any(form.startswith(last) for form in there)


def spans(query: Query, text: str) -> list[tuple[int, int]]:
    """Where in a text the words of the query stand: what a page marks."""
    whole = {word.folded for word in query.whole_words}
    last = query.last.folded if query.last else None
    return [
        (start, end)
        for start, end, word in word_spans(text)
        if word.folded in whole or (last is not None and word.folded.startswith(last))
    ]


def _holds(text: list[str], phrase: list[str]) -> bool:
    size = len(phrase)
    return any(text[at : at + size] == phrase for at in range(len(text) - size + 1))
