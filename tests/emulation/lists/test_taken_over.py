"""A line that an upper unit has taken over stands once in "Cả cấp dưới": its copy stands for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.access.actor import Work
from portal.domain.emulation.models import EmulationRegistration, RegistrationLine
from portal.domain.emulation.queries.submitted import LineFilter, counted_lines, period_ids_of
from tests.emulation.lists.conftest import Arrange, See
from tests.emulation.lists.test_list_registrations import LIST, lines, names
from tests.emulation.lists.world import L, S, register

ORIGINAL, KEPT = "Đàm Văn Lợi", "Lý Thị Chưa Lấy"


def taken_over(district: S, tied: bool = True) -> Callable[[Session], Any]:
    """A commune's two lines, one of them taken over into its district's registration, which is in this state."""

    def arrange(session: Session) -> None:
        below = register(session, "12022", S.ACCEPTED, [L(ORIGINAL, "LDTT", "Chủ tịch"), L(KEPT, "LDTT", "Công chức")])
        above = register(session, "326", district, [L(ORIGINAL, "LDTT", "Chủ tịch", origin="12022")])
        line = session.scalars(select(RegistrationLine).where(RegistrationLine.registration_id == below.id)).first()
        copy = session.scalars(select(RegistrationLine).where(RegistrationLine.registration_id == above.id)).one()
        assert line is not None
        copy.row_key = line.row_key
        copy.origin_line_id = line.id if tied else None

    return arrange


@pytest.mark.parametrize("tied", [True, False], ids=["as taken", "removed and restored since"])
def test_it_shows_and_counts_once(see: See, arrange: Arrange, tied: bool) -> None:
    arrange(taken_over(S.SENT, tied))
    page = see("thidua", f"{LIST}?ca_cap_duoi=1")
    assert sorted(names(page)) == sorted([KEPT, ORIGINAL])
    assert "2 dòng" in page.text
    row = next(row for row in lines(page) if row["Cá nhân, tập thể"] == ORIGINAL)
    assert row["Đơn vị trình"] == "Văn Giang (từ Xã Xuân Quan)"
    assert names(see("thidua", LIST)) == [ORIGINAL]  # what was sent to the province itself
    for query, shown in (
        ("cap=commune", {ORIGINAL, KEPT}),
        ("tu=dam+van", {ORIGINAL}),
        ("trang_thai=accepted", {ORIGINAL, KEPT}),  # the copy was not accepted yet: the line itself was
        ("trang_thai=sent", {ORIGINAL}),
        ("doi_tuong=person", {ORIGINAL, KEPT}),
    ):
        found = names(see("thidua", f"{LIST}?ca_cap_duoi=1&{query}"))
        assert (set(found), len(found)) == (shown, len(shown)), query


def test_a_copy_that_is_not_to_be_seen_hides_nothing(see: See, arrange: Arrange) -> None:
    arrange(taken_over(S.DRAFT))
    assert set(names(see("thidua", f"{LIST}?ca_cap_duoi=1"))) == {ORIGINAL, KEPT}
    own = lines(see("vangiang", f"{LIST}?ca_cap_duoi=1"))
    assert sorted((row["Cá nhân, tập thể"], row["Trạng thái"]) for row in own) == sorted(
        [(ORIGINAL, "Bản nháp"), (KEPT, "Đã tiếp nhận")]
    )
    assert set(names(see("vangiang", LIST))) == {ORIGINAL, KEPT}


def test_totals_over_all_levels_count_it_once(arrange: Arrange, work_as: Callable[[str], Any]) -> None:
    arrange(taken_over(S.RETURNED))
    with work_as("thidua") as current:
        work: Work = current
        periods = period_ids_of(work.session, 2023)
        for counted, number in ((True, 2), (False, 2)):
            chosen = LineFilter(periods, direct_only=False, counted_only=counted)
            found = work.session.scalars(counted_lines(work.actor, work.today(), chosen)).all()
            assert len(found) == number
        states: Mapping[int, S] = dict(
            work.session.execute(select(EmulationRegistration.id, EmulationRegistration.state)).all()
        )
        assert set(states.values()) == {S.ACCEPTED, S.RETURNED}
