"""Finding on SQLite: FTS5 gives the newest documents first and only as many as are asked for.

Many documents are ranked in one statement: the steps of the ranking one after the other, each without what the better
ones hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Table, column, literal, literal_column, not_, select, table, text, union_all
from sqlalchemy.orm import Session

from portal.core.search.asking import Asked, Ranked
from portal.core.search.documents import BODY, TITLE, TITLE_MARKED, SearchDocument
from portal.core.search.kinds import AnySelect
from portal.core.search.query import Tier
from portal.core.search.terms import Group, Term, groups_of, in_order, like, match_text

DOCUMENTS = cast(Table, SearchDocument.__table__)
INDEX = table("search_index", column("rowid"))
MATCH: ColumnElement[Any] = literal_column("search_index")
MOST_WORDS = 128
"""As many words as a beginning may stand for one by one; above it FTS5 reads all their documents at once."""
PLAIN, MARKED = (TITLE, BODY), TITLE_MARKED
LAST = chr(0x10FFFF)
FITTING = text(
    "SELECT d.id, d.tokens FROM search_index JOIN search_document d ON d.id = search_index.rowid "
    "WHERE search_index MATCH :wanted AND search_index.rowid BETWEEN :first AND :last LIMIT :most"
)
NAMED = text(
    "SELECT search_index.rowid FROM search_index WHERE search_index MATCH :wanted "
    "AND search_index.rowid BETWEEN :first AND :last LIMIT :most"
)
WORDS = text("SELECT word FROM search_word WHERE word >= :first AND word < :last LIMIT :most")


def few(session: Session, asked: Asked, most: int) -> list[tuple[int, str]] | None:
    """All documents that fit: (key, tokens); None when there are more than `most`."""
    groups = [*_Words(session).expand(groups_of(asked.query, asked.widest)), *asked.facets]
    given = {"wanted": match_text(groups), "most": most + 1, **asked.keys}
    rows = session.execute(FITTING, given).all()
    return None if len(rows) > most else [(key, tokens) for key, tokens in rows]


def named(session: Session, groups: Sequence[Group], keys: dict[str, int], most: int) -> list[int] | None:
    """The keys of all documents that hold one of each group; None when there are more than `most`, or when a beginning
    stands for so many words that asking would take longer than reading.
    """
    words = _Words(session)
    wanted = match_text(words.expand(groups))
    if words.gave_up:
        return None
    found = list(session.execute(NAMED, {"wanted": wanted, "most": most + 1, **keys}).scalars())
    return None if len(found) > most else found


def ranked(session: Session, asked: Asked) -> Sequence[Ranked]:
    """The best documents that the actor may see."""
    words = _Words(session)
    arms = [_arm(asked, words, number) for number in range(len(asked.query.tiers))]
    numbered = (select(literal_column(str(number)).label("place"), arm.c.id) for number, arm in enumerate(arms))
    found = union_all(*numbered).subquery()
    stmt = select(found.c.place, found.c.id).where(asked.seen(found.c.id)).limit(asked.limit)
    return [(place, key) for place, key in session.execute(stmt)]


def _arm(asked: Asked, words: _Words, number: int) -> Any:
    """The documents of one step that no better step has, the newest first."""
    query, tier = asked.query, asked.query.tiers[number]
    better = _widest(query.tiers[:number])
    groups = [*words.expand(groups_of(query, tier)), *asked.facets]
    stmt: AnySelect = select(INDEX.c.rowid.label("id"))
    if query.phrases:  # FTS5 knows no order of words here: the documents are read
        stmt = stmt.join(DOCUMENTS, DOCUMENTS.c.id == INDEX.c.rowid).where(*in_order(DOCUMENTS.c.tokens, query, tier))
        stmt = stmt.where(*(not_(like(DOCUMENTS.c.tokens, query, other)) for other in better))
        wanted = match_text(groups)
    else:
        left_out = [match_text(words.expand(groups_of(query, other))) for other in better]
        wanted = "(" * len(better) + match_text(groups) + "".join(f") NOT ({out})" for out in left_out)
    stmt = stmt.where(MATCH.op("MATCH")(literal(wanted)), asked.within(INDEX.c.rowid))
    return stmt.order_by(INDEX.c.rowid.desc()).limit(-1).subquery()


def _widest(tiers: Sequence[Tier]) -> list[Tier]:
    """Those of the steps that hold all the others."""
    return [tier for tier in tiers if not any(tier is not other and tier.implies(other) for other in tiers)]


class _Words:
    """The words that beginnings stand for, each looked up once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, Sequence[str] | None] = {}

    @property
    def gave_up(self) -> bool:
        """Whether some beginning stands for too many words."""
        return None in self._known.values()

    def expand(self, groups: Sequence[Group]) -> list[Group]:
        """The same groups with words in place of beginnings, where these are not too many."""
        return [tuple(term for given in group for term in self._terms(given)) for group in groups]

    def _terms(self, term: Term) -> Sequence[Term]:
        if not term.begins:
            return (term,)
        sign, form = term.token[0], term.token[1:]
        key = form if sign in PLAIN else MARKED + form
        if key not in self._known:
            given = {"first": key, "last": key + LAST, "most": MOST_WORDS + 1}
            words = self._session.execute(WORDS, given).scalars().all()
            self._known[key] = None if len(words) > MOST_WORDS else [word.removeprefix(MARKED) for word in words]
        known = self._known[key]
        # A beginning that no word has is kept: it finds nothing, as it should.
        return [Term(sign + word) for word in known] if known else (term,)
