"""Finding alike on both engines, in each of the ways that they rank, and never what the actor may not see."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.runtime import Runtime
from portal.core.search.documents import SearchDocument, first_key, texts_in
from portal.core.search.index import searchable
from portal.core.search.kinds import Searchable
from portal.core.search.query import parse, rank
from portal.core.search.terms import Narrow
from portal.core.text import fold, person_sort_key
from portal.domain.accounts.models import UserAccount
from tests.emulation.domain.builders import PAPER, World
from tests.search.conftest import Ask

PEOPLE = (
    ("hoà", "Trịnh Thu Hoà", "Kế toán"),
    ("hòa", "Trịnh Thu Hòa", "Văn thư"),
    ("hoa", "Trịnh Thu Hoa", ""),
    ("hoài", "Trịnh Thu Hoài", ""),
    ("đức", "Trịnh Đức Thu", "Trưởng ban Hoà giải"),
    ("hoà-thu", "Trịnh Hoà Thu", "Tổ 2 & 3 (dự phòng)"),
)


@pytest.fixture
def people(runtime: Runtime, unit_id: Callable[[str], int], session: Any) -> dict[int, str]:
    """Accounts in Văn Giang whose names differ in their marks: id to the word for each."""
    made = [
        UserAccount(
            username=f"tk.{number}",
            full_name=name,
            folded=fold(name),
            sort_key=person_sort_key(name),
            post=post,
            home_unit_id=unit_id("326"),
            password_hash="x",
            created_at=runtime.clock.now(),
        )
        for number, (_, name, post) in enumerate(PEOPLE)
    ]
    session.add_all(made)
    session.commit()
    return {person.id: word for person, (word, _, _) in zip(made, PEOPLE, strict=True)}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        # exact marks first, then in the name, then the whole word, then the newest
        ("trịnh hoà", "hoà-thu hòa hoà hoài đức hoa"),
        ("trinh hoa", "hoà-thu hoa hòa hoà hoài đức"),
        ("Trịnh Hoa", "hoa hoà-thu hòa hoà hoài đức"),
        ("trịnh duc", "đức"),
        ("trịnh đức", "đức"),
        ('"thu hoa"', "hoa hòa hoà"),
        ('"thu hoà"', "hòa hoà hoa"),
        ('trinh "hoa thu"', "hoà-thu"),
        ("trinh hoa giai", "đức"),
        ("trinh thu xyz", ""),
        ("trinh 2 3", "hoà-thu"),
        ("trinh % ' \" : * ( ) | & ! NOT AND", ""),
        ("trinh % ' : * ( ) | & !", "hoà-thu đức hoài hoa hòa hoà"),
    ],
)
def test_the_same_people_in_the_same_order(
    ask: Ask, way: str, people: dict[int, str], typed: str, expected: str
) -> None:
    found = ask("quantri", typed, "user_account").get("user_account", [])
    assert " ".join(people[user_id] for user_id in found if user_id in people) == expected


def test_it_finds_what_reading_every_document_finds(ask: Ask, way: str, runtime: Runtime) -> None:
    draw = Random(11)
    for kind, who in ((searchable("unit"), "quantri"), (searchable("emulation_movement"), "thidua")):
        documents = _documents(runtime, kind)
        words = sorted({word for texts in documents.values() for sign in "¶·±°" for word in texts.get(sign, [])})
        for _ in range(12):
            typed = " ".join(draw.sample(words, draw.choice([1, 1, 2])))[: draw.choice([2, 4, 40])]
            query = parse(typed)
            ranks = {record: rank(query, texts) for record, texts in documents.items()}
            expected = sorted((r for r in ranks if ranks[r] is not None), key=lambda r: (ranks[r], -r))
            assert ask(who, typed, kind.kind).get(kind.kind, []) == expected, typed


def _documents(runtime: Runtime, kind: Searchable) -> dict[int, dict[str, list[str]]]:
    first = first_key(kind.number)
    with runtime.session_factory() as session:
        of_kind = SearchDocument.id.between(first, first + 10**6)
        rows = session.execute(select(SearchDocument.id, SearchDocument.tokens).where(of_kind)).all()
    return {key - first: texts_in(tokens) for key, tokens in rows}


def test_every_unit_is_found_by_each_of_its_words_and_by_no_one_without_scope(ask: Ask, runtime: Runtime) -> None:
    units = _documents(runtime, searchable("unit"))
    draw = Random(7)
    outside = 0
    for record in draw.sample(sorted(units), 25):
        word = draw.choice(units[record]["¶"])
        marked = draw.choice(units[record]["±"])
        for typed in (word, marked, word[: max(2, len(word) - 1)]):
            assert record in ask("quantri", typed, "unit")["unit"], typed
        outside += record not in ask("xuanquan", word, "unit").get("unit", [])
        assert "user_account" not in ask("vangiang", word, "user_account")
        assert ask("nhatky", word) == {}
    assert outside >= 20


def test_of_a_draft_only_its_own_unit_knows(ask: Ask, world: World, way: str) -> None:
    key = world.opened("vangiang", "326", "2023", world.person("Đặng Quỳnh Châu", division="Tổ Tin học"))
    line = world.line_ids(key)[0]
    kinds = ("registration_line", "emulation_registration")
    everyone = ("thidua", "giamdoc", "khoaichau", "xuanquan", "quantri", "hoidong")
    for typed in ("quynh chau", "Đặng Quỳnh Châu", "chau tin hoc"):
        assert ask("vangiang", typed, *kinds) == {"registration_line": [line]}
        assert ask("vangiang.lanhdao", typed, *kinds) == {"registration_line": [line]}
        assert [ask(who, typed, *kinds) for who in everyone] == [{}] * len(everyone)
    assert ask("vangiang", "hoan thanh tot nhiem vu", *kinds) == {"emulation_registration": [key]}
    assert ask("thidua", "hoan thanh tot nhiem vu", *kinds) == {}
    world.step("vangiang", key, "submit")
    world.step("vangiang.lanhdao", key, "send", PAPER)
    assert ask("thidua", "quynh chau", *kinds) == {"registration_line": [line]}
    assert ask("thidua", "15 ubnd nv", *kinds) == {"emulation_registration": [key]}
    assert ask("khoaichau", "quynh chau", *kinds) == {}


def test_a_year_and_units_narrow_what_is_found(ask: Ask, world: World, way: str) -> None:
    district = world.sent_by_district(world.person("Mạc Thị Bưởi"))
    commune = world.sent_by_commune(world.person("Mạc Thị Bưởi"))
    (of_district,), (of_commune,) = world.line_ids(district), world.line_ids(commune)

    def found(**more: Any) -> list[int]:
        return ask("thidua", "mac buoi", "registration_line", narrow=Narrow(**more)).get("registration_line", [])

    assert found() == [of_commune, of_district]
    assert found(year=2023) == [of_commune, of_district]
    assert found(year=2022) == []
    assert found(unit_ids=[world.units["12022"]]) == [of_commune]
    assert found(unit_ids=[world.units["12022"], world.units["326"]]) == [of_commune, of_district]
    assert found(unit_ids=[world.units["330"]]) == []
    assert found(unit_ids=()) == []


def test_more_than_the_limit_is_said_and_the_best_are_given(ask: Ask, way: str) -> None:
    whole = ask("quantri", "xã", "unit")["unit"]
    assert len(whole) > 100
    assert ask("quantri", "xã", "unit", limit=7)["unit"] == whole[:7]
