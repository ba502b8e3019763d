"""What is typed as search reads it, and how well a text fits it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.core.search.query import TIERS, parse, rank_text, spans

NAMES = ("Nguyễn Thị Hoà", "Đỗ Văn Hóa", "Hoàng Hoa", "Lê Hòa Bình", "Trần Anh", "Trần An", "Ân Thi")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", []),
        ("  – / () ", []),
        ("hoa", ["Hoàng Hoa", "Nguyễn Thị Hoà", "Đỗ Văn Hóa", "Lê Hòa Bình"]),
        ("HOÀ", ["Nguyễn Thị Hoà", "Lê Hòa Bình", "Hoàng Hoa", "Đỗ Văn Hóa"]),
        ("hòa", ["Nguyễn Thị Hoà", "Lê Hòa Bình", "Hoàng Hoa", "Đỗ Văn Hóa"]),
        ("do van", ["Đỗ Văn Hóa"]),
        ("đỗ văn", ["Đỗ Văn Hóa"]),
        ("van do", ["Đỗ Văn Hóa"]),
        ('"van do"', []),
        ("tran an", ["Trần An", "Trần Anh"]),
        ("Trần “An”", ["Trần An"]),
        ("ho bin", []),
        ("hoa bin", ["Lê Hòa Bình"]),
        ('"hoa binh"', ["Lê Hòa Bình"]),
        ("an thi", ["Ân Thi"]),
    ],
)
def test_names_in_the_order_in_which_they_fit(typed: str, expected: list[str]) -> None:
    query = parse(typed)
    ranks = {name: rank_text(query, name) for name in NAMES}
    found = [name for name in NAMES if ranks[name] is not None]
    assert sorted(found, key=lambda name: ranks[name] or 0) == expected


def test_a_hit_in_the_title_comes_before_one_in_the_body() -> None:
    query = parse("hòa")
    texts = [("Hoà", ""), ("Hoàng", "hoa"), ("Hà", "hòa"), ("Hoa", ""), ("Hà", "hoa"), ("Hà", "hoai"), ("Hà", "")]
    assert [rank_text(query, *text) for text in texts] == [0, 1, 2, 4, 6, 7, None]


def test_marks_are_where_the_words_of_the_query_stand() -> None:
    text = "UBND huyện Văn Giang, vang"
    assert [text[start:end] for start, end in spans(parse('"huyen" van gian'), text)] == ["huyện", "Văn", "Giang"]
    decomposed = unicodedata.normalize("NFD", "Hoà Bình")
    assert [decomposed[start:end] for start, end in spans(parse("binh"), decomposed)] == [
        unicodedata.normalize("NFD", "Bình")
    ]


SYLLABLES = st.text(alphabet="aăâeêioôơuưyáàảãạếềệốộớợứựýđbcghklmntvx", min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(st.lists(SYLLABLES, min_size=1, max_size=4).map(" ".join), st.lists(SYLLABLES, max_size=3).map(" ".join))
@pytest.mark.property
def test_what_fits_a_step_fits_every_wider_one(title: str, body: str) -> None:
    for typed in (title, body, title.rsplit(maxsplit=1)[-1][:2]):
        query = parse(typed)
        place = rank_text(query, title, body)
        if not query:
            continue
        assert place is not None
        bare = unicodedata.normalize("NFD", typed.replace("đ", "d"))
        bare = "".join(c for c in bare if not unicodedata.combining(c))
        assert rank_text(parse(bare), title, body) is not None
        best = query.tiers[place]
        assert all(best.implies(tier) or TIERS.index(tier) > TIERS.index(best) for tier in query.tiers[place:])
