"""The services of the catalogue by themselves: what no form lets through is refused here too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.core.errors import InvalidInput, NotAllowed, NotFound
from portal.domain.access.actor import Work
from portal.domain.emulation.catalogue_models import EmulationBlock, RegistrationPeriod
from portal.domain.emulation.enums import BlockRole, MovementKind, PeriodSector
from portal.domain.emulation.services import blocks, catalogue, periods, targets
from portal.domain.emulation.services.blocks import BlockData
from portal.domain.emulation.services.catalogue import AuthorityData, MovementData, TitleData
from portal.domain.emulation.services.periods import ExceptionData, PeriodData
from portal.domain.emulation.services.targets import TargetChange, TargetData
from portal.domain.units.models import Unit
from tests.emulation.domain.builders import WorkAs, World

MOVEMENT = MovementData("Thi đua", MovementKind.CAMPAIGN, 2023, 2023)
BLOCK = BlockData("Khối", 2023)
DAYS = PeriodData("Kỳ", date(2025, 1, 1), date(2025, 3, 31), date(2025, 6, 30), "B")
LATER = ExceptionData(date(2023, 4, 15), "Công văn 45")
TARGET = TargetData("Cờ", 58, "cờ", "Kế hoạch", ("CTDT",))


def unit(work: Work) -> Unit:
    return work.session.scalars(select(Unit).where(Unit.code == "326")).one()


VERBS: dict[str, Callable[[Work], Any]] = {
    "create_movement": lambda w: catalogue.create_movement(w, MOVEMENT),
    "update_movement": lambda w: catalogue.update_movement(w, 1, 1, MOVEMENT),
    "close_movement": lambda w: catalogue.close_movement(w, 1, 1, closed=True),
    "delete_movement": lambda w: catalogue.delete_movement(w, 1, 1),
    "update_title": lambda w: catalogue.update_title(w, 1, 1, TitleData()),
    "create_block": lambda w: blocks.create_block(w, BLOCK),
    "update_block": lambda w: blocks.update_block(w, 1, 1, BLOCK),
    "delete_block": lambda w: blocks.delete_block(w, 1, 1),
    "add_member": lambda w: blocks.add_member(w, 1, unit(w), BlockRole.MEMBER),
    "set_member_role": lambda w: blocks.set_member_role(w, 1, 1, BlockRole.MEMBER),
    "remove_member": lambda w: blocks.remove_member(w, 1, 1),
    "copy_blocks": lambda w: blocks.copy_blocks(w, 2023, 2024),
    "create_period": lambda w: periods.create_period(w, 2025, PeriodSector.OFFICE, DAYS),
    "update_period": lambda w: periods.update_period(w, 1, 1, DAYS),
    "delete_period": lambda w: periods.delete_period(w, 1, 1),
    "grant_exception": lambda w: periods.grant_exception(w, 1, unit(w), LATER),
    "withdraw_exception": lambda w: periods.withdraw_exception(w, 1, 1),
    "update_targets": lambda w: targets.update_targets(w, 2023, {}),
}
MISSING: dict[str, Callable[[Work], Any]] = {
    "update_movement": lambda w: catalogue.update_movement(w, 999, 1, MOVEMENT),
    "update_block": lambda w: blocks.update_block(w, 999, 1, BLOCK),
    "add_member": lambda w: blocks.add_member(w, 999, unit(w), BlockRole.MEMBER),
    "grant_exception": lambda w: periods.grant_exception(w, 999, unit(w), LATER),
    "update_targets": lambda w: targets.update_targets(w, 2023, {999: TargetChange(1, None)}),
}


@pytest.mark.parametrize("who", ["vangiang", "giamdoc", "quantri"])
@pytest.mark.parametrize("verb", VERBS.values(), ids=VERBS)
def test_no_verb_is_open_to_others(work_as: WorkAs, verb: Callable[[Work], Any], who: str) -> None:
    with pytest.raises(NotAllowed), work_as(who) as work:
        verb(work)


@pytest.mark.parametrize("verb", MISSING.values(), ids=MISSING)
def test_what_is_not_there_is_not_found(work_as: WorkAs, verb: Callable[[Work], Any]) -> None:
    with pytest.raises(NotFound), work_as("thidua") as work:
        verb(work)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (PeriodData("Kỳ", DAYS.opens_on, DAYS.due_on, DAYS.closes_on, "Z"), "regime_code"),
        (PeriodData("Kỳ", DAYS.opens_on, DAYS.due_on, DAYS.closes_on, "B", "half"), "share_rounding"),
    ],
)
def test_a_period_follows_a_known_regime_and_rounding(work_as: WorkAs, data: PeriodData, field: str) -> None:
    with pytest.raises(InvalidInput) as caught, work_as("thidua") as work:
        periods.create_period(work, 2025, PeriodSector.OFFICE, data)
    assert list(caught.value.errors) == [field]


def test_a_target_names_titles_of_the_catalogue(work_as: WorkAs) -> None:
    with pytest.raises(InvalidInput) as caught, work_as("thidua") as work:
        targets.update_targets(work, 2023, {}, [TargetData("Cờ", 1, "cờ", "Kế hoạch", ("NONE",))])
    assert list(caught.value.errors) == ["new0-title_codes"]


def test_an_unknown_regime_is_passed_over(work_as: WorkAs, world: World) -> None:
    with work_as("thidua") as work:
        data = TitleData(["CSTĐCS"], {"Z": AuthorityData("Ai đó")})
        title = catalogue.update_title(work, world.titles["CSTDCS"], 1, data)
        assert catalogue.writings_of(title) == []


def test_copies_leave_out_units_that_have_ended(work_as: WorkAs, world: World) -> None:
    with work_as("thidua") as work:
        unit(work).valid_to = date(2023, 12, 31)
        work.session.flush()
        assert blocks.copy_blocks(work, 2023, 2024) == 20
    districts = [b for b in world.all(select(EmulationBlock)) if b.name.startswith("Khối thi đua các huyện")]
    assert sorted(b.year for b in districts) == [2023, 2024]
    assert world.all(select(RegistrationPeriod.id).where(RegistrationPeriod.year == 2025)) == []
