"""Every value that pages show has its words, a known tone and an icon of the set; every step leads somewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.core.confidence import Confidence
from portal.domain.emulation import enums
from portal.domain.emulation.enums import REGISTRATION_WORKFLOW, RegistrationState

ICONS = (Path(__file__).parents[3] / "portal/static/icons.svg").read_text(encoding="utf-8")
SHOWN = [enums.RegistrationState, enums.HiddenState, enums.IntakeStatus, enums.UnitStatus]
NAMED = [
    enums.SubjectKind,
    enums.TitleFamily,
    enums.TitleScope,
    enums.PeriodSector,
    enums.MovementKind,
    Confidence,
    enums.BlockRole,
    enums.Gender,
]


@pytest.mark.parametrize("member", [m for kind in SHOWN for m in kind])
def test_states_are_shown_by_words_tone_and_icon(
    member: enums.RegistrationState | enums.HiddenState | enums.IntakeStatus | enums.UnitStatus,
) -> None:
    assert member.label[0].isupper()
    assert member.tone in ("ok", "warn", "bad", "run", "idle")
    assert f'id="i-{member.icon}"' in ICONS


def test_kinds_have_words() -> None:
    assert all(getattr(member, "label", "") for kind in NAMED for member in kind)


def test_every_state_is_reached_and_every_step_named() -> None:
    reached = {step.target for step in REGISTRATION_WORKFLOW.transitions}
    assert reached == set(RegistrationState)
    for step in REGISTRATION_WORKFLOW.transitions:
        assert step.label
        assert step.done
        assert REGISTRATION_WORKFLOW.transition(step.action) is step
