"""People are sorted by their given name."""

from __future__ import annotations

from portal.core.text import person_sort_key


def test_people_sort_by_given_name_with_its_tone_before_the_family_name() -> None:
    names = ["Đào Văn Anh", "Dương Thị Kim Ánh", "Bùi Đình Anh", "Nguyễn Văn Bình", "Trần Văn Ân"]
    wanted = ["Bùi Đình Anh", "Đào Văn Anh", "Dương Thị Kim Ánh", "Trần Văn Ân", "Nguyễn Văn Bình"]
    assert sorted(names, key=person_sort_key) == wanted
