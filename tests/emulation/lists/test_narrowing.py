"""Words, titles and levels looked up before the list is asked give the same lines as walking the list does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.core.search import narrowing as words
from portal.domain.access.actor import Work
from portal.domain.emulation.queries import narrowing
from portal.domain.emulation.queries.submitted import LineFilter, counted_lines, period_ids_of
from tests.emulation.lists.conftest import Arrange, See
from tests.emulation.lists.test_list_registrations import LIST, names
from tests.emulation.lists.world import L, S, register

WRITTEN = [
    "Nguyễn Thị Hoà",
    "Nguyễn Thị Hòa",
    "Đỗ Văn Hoàng",
    "Trần Lan Anh",
    "Lê Thị Lan",
    "Phạm Thị Loan",
    "Bùi Anh-Tú",
]


def many(session: Session) -> None:
    register(session, "330", S.SENT, [L(name, "LDTT", "Chuyên viên") for name in WRITTEN])
    register(session, "326", S.SENT, [L("Người Của Xã", "LDTT", "Công chức", origin="12022"), L("Tổ xe", "TTLDXS")])
    register(session, "12022", S.SENT, [L("Người Ở Xã", "CSTDCS", "Công chức")])


@pytest.mark.parametrize("most", [words.MOST, 0], ids=["by the index", "by walking"])
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hoà", {"Nguyễn Thị Hoà", "Nguyễn Thị Hòa", "Đỗ Văn Hoàng"}),
        ("HOA nguyen", {"Nguyễn Thị Hoà", "Nguyễn Thị Hòa"}),
        ("do", {"Đỗ Văn Hoàng"}),
        ("anh", {"Trần Lan Anh", "Bùi Anh-Tú"}),
        ("tu", {"Bùi Anh-Tú"}),
        ("lan thi", {"Lê Thị Lan"}),
        ("oan", set()),  # words are found from their beginning
        ("l'oan %_", set()),
        ("---", set()),
    ],
)
def test_words(
    see: See, arrange: Arrange, monkeypatch: pytest.MonkeyPatch, most: int, typed: str, found: set[str]
) -> None:
    arrange(many)
    monkeypatch.setattr(narrowing, "ids_named", partial(words.ids_named, most=most))
    assert set(names(see("thidua", f"{LIST}?tu={typed}"))) == found


def test_lookups_leave_the_same_lines(
    arrange: Arrange, work_as: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    arrange(many)
    with work_as("thidua") as current:
        work: Work = current
        plain = LineFilter(period_ids_of(work.session, 2023))
        titles = {row[0] for row in work.session.execute(counted_lines(work.actor, work.today(), plain))}
        assert len(titles) == 9
        for more in (
            {"words": "nguyen"},
            {"level": "commune"},
            {"level": "district"},
            {"level": "district", "direct_only": False},
            {"level": "commune", "direct_only": False},
            {"title_ids": (1, 2, 3)},
            {"words": "hoa", "level": "district"},
        ):
            chosen = replace(plain, **more)
            found = narrowing.narrowed(work.session, work.actor, work.today(), chosen)
            assert found.named is not None, more
            lines = [
                set(work.session.scalars(counted_lines(work.actor, work.today(), asked))) for asked in (found, chosen)
            ]
            assert lines[0] == lines[1], more
        monkeypatch.setattr(narrowing, "MOST", 0)
        many_lines = replace(plain, level="district")
        assert narrowing.narrowed(work.session, work.actor, work.today(), many_lines).named is None
