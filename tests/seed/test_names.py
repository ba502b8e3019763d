"""The generator of people and pledges: repeatable, well formed, near the true frequencies."""

from __future__ import annotations

import unicodedata
from collections import Counter
from decimal import Decimal

import pytest

from seed.names import DEPUTIES, Gender, NameGenerator, PostRank, Workplace, collective_name
from seed.tables import read_table

VAN_GIANG = Workplace("district", unit="huyện Văn Giang", head_title="Chủ tịch", children=("Xuân Quan", "Cửu Cao"))
KINDS = sorted({row["kind"] for row in read_table("posts")})


def workplace(kind: str) -> Workplace:
    return Workplace(kind, unit="xã Xuân Quan", head_title="Giám đốc", children=("Xuân Quan", "Mễ Sở"))


def test_the_same_seed_gives_the_same_people() -> None:
    first, again, other = (NameGenerator(seed) for seed in ("2023:326", "2023:326", "2023:330"))
    roster = first.roster(VAN_GIANG, 60)
    assert again.roster(VAN_GIANG, 60) == roster
    assert other.roster(VAN_GIANG, 60) != roster
    assert first.pledges("district", 4) == again.pledges("district", 4)
    assert first.pledge_texts("district", 4, 2023) == again.pledge_texts("district", 4, 2023)


def test_names_are_composed_letters_in_three_parts_or_more() -> None:
    generator = NameGenerator(7)
    for _ in range(3000):
        person = generator.person()
        words = person.full_name.split(" ")
        assert 3 <= len(words) <= 4
        assert all(word.isalpha() and word[0].isupper() for word in words)
        assert unicodedata.is_normalized("NFC", person.full_name)
        assert words[-1] not in words[:-1]


def test_surnames_come_as_often_as_in_the_country() -> None:
    generator = NameGenerator(11)
    surnames = Counter(generator.person().full_name.split(" ")[0] for _ in range(20_000))
    assert 0.27 < surnames["Nguyễn"] / 20_000 < 0.36
    assert surnames.most_common(2)[1][0] == "Trần"
    assert len(surnames) > 30


def test_gender_shows_in_the_address_and_the_middle_name() -> None:
    generator = NameGenerator(3)
    women = [generator.person(Gender.FEMALE) for _ in range(400)]
    men = [generator.person(Gender.MALE) for _ in range(400)]
    assert {person.honorific for person in women} == {"Bà"}
    assert {person.honorific for person in men} == {"Ông"}
    assert sum(" Thị " in person.full_name for person in women) > 250
    assert not any(" Thị " in person.full_name for person in men)
    both = Counter(generator.person().gender for _ in range(1000))
    assert min(both.values()) > 400


def test_a_roster_has_one_head_then_deputies_and_no_name_twice() -> None:
    roster = NameGenerator(5).roster(VAN_GIANG, 400)
    ranks = [post.rank for _, post in roster]
    assert ranks[: DEPUTIES + 1] == [PostRank.HEAD] + [PostRank.DEPUTY] * DEPUTIES
    assert Counter(ranks)[PostRank.HEAD] == 1
    assert Counter(ranks)[PostRank.STAFF] > Counter(ranks)[PostRank.MANAGER]
    assert len({person.full_name for person, _ in roster}) == 400
    single = Counter(post.title for _, post in roster if post.single)
    assert set(single.values()) == {1}
    assert roster[0][1].title == "Chủ tịch UBND huyện Văn Giang"


def test_a_post_that_is_mostly_womens_goes_to_women() -> None:
    for person, post in NameGenerator(13).roster(VAN_GIANG, 300):
        if "Mầm non" in post.title:
            assert person.gender is Gender.FEMALE


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_its_words(kind: str) -> None:
    generator = NameGenerator(kind)
    place = workplace(kind)
    posts = [post.title for _, post in generator.roster(place, 40)]
    names = [collective_name(place, index) for index in range(60)]
    texts = generator.pledge_texts(kind, 4, 2023)
    pledges = generator.pledges(kind, 5)
    for text in (*posts, *names, *texts, *(pledge.content for pledge in pledges)):
        assert "{" not in text
        assert text == text.strip()
        assert len(text) <= 200
    assert len(set(names)) == 60
    assert len(set(texts)) == 4
    assert len({pledge.content for pledge in pledges}) == 5


def test_the_first_pledge_is_the_kinds_own() -> None:
    own_texts = {row["text"].replace("{year}", "2023") for row in read_table("pledge_texts") if row["kind"] == "school"}
    own_pledges = {row["content"] for row in read_table("pledge_indicators") if row["kind"] == "school"}
    for seed in range(30):
        generator = NameGenerator(seed)
        assert generator.pledge_texts("school", 3, 2023)[0] in own_texts
        assert generator.pledges("school", 3)[0].content in own_pledges


def test_targets_stay_in_their_range_and_on_their_steps() -> None:
    ranges = {row["content"]: row for row in read_table("pledge_indicators") if row["kind"] in {"district", "*"}}
    for seed in range(60):
        for pledge in NameGenerator(seed).pledges("district", 6):
            row = ranges[pledge.content]
            low, high, step = (Decimal(row[column]) for column in ("low", "high", "step"))
            assert low <= pledge.target <= high
            assert (pledge.target - low) % step == 0
            assert (pledge.measure, pledge.operator) == (row["measure"], row["operator"])


def test_counts_at_the_edges() -> None:
    generator = NameGenerator(1)
    available = sum(row["kind"] in {"district", "*"} for row in read_table("pledge_indicators"))
    assert generator.pledges("district", 0) == []
    assert len(generator.pledges("district", 999)) == available
    assert generator.roster(VAN_GIANG, 0) == []


def test_missing_words_are_refused() -> None:
    with pytest.raises(ValueError, match="head"):
        NameGenerator(1).post(Workplace("department"), PostRank.HEAD)
    with pytest.raises(KeyError):
        NameGenerator(1).post(Workplace("province", head_title="Chủ tịch"), PostRank.HEAD)


def test_a_commune_less_workplace_has_no_schools() -> None:
    place = Workplace("district", unit="huyện Văn Giang", head_title="Chủ tịch")
    assert collective_name(place, 0) == "Văn phòng HĐND và UBND huyện Văn Giang"
    assert not any("Trường" in collective_name(place, index) for index in range(14))
