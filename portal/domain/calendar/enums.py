"""Kinds of days, units of terms and cycles of reports."""

from __future__ import annotations

from enum import StrEnum


class DayKind(StrEnum):
    """What sets a day of the official list apart from the week's course."""

    HOLIDAY = "holiday"
    IN_LIEU = "in_lieu"
    SWAP_OFF = "swap_off"
    SWAP_WORK = "swap_work"

    @property
    def label(self) -> str:
        return {
            "holiday": "Nghỉ lễ, tết",
            "in_lieu": "Nghỉ bù",
            "swap_off": "Nghỉ hoán đổi",
            "swap_work": "Làm việc bù",
        }[self.value]

    @property
    def tone(self) -> str:
        return "run" if self is DayKind.SWAP_WORK else "idle"

    @property
    def icon(self) -> str:
        return {
            "holiday": "flag",
            "in_lieu": "calendar-off",
            "swap_off": "arrows-exchange",
            "swap_work": "briefcase",
        }[self.value]

    @property
    def is_off(self) -> bool:
        """Whether offices are closed on such a day."""
        return self is not DayKind.SWAP_WORK

    @property
    def is_swap(self) -> bool:
        """Whether the day is one of a pair of swapped days."""
        return self in (DayKind.SWAP_OFF, DayKind.SWAP_WORK)


class TermUnit(StrEnum):
    """What a term is counted in."""

    HOUR = "hour"
    CALENDAR = "calendar"
    WORKING = "working"

    @property
    def label(self) -> str:
        return {"hour": "giờ", "calendar": "ngày", "working": "ngày làm việc"}[self.value]


class ReportingCycle(StrEnum):
    """How often a periodic report is due."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    NINE_MONTHS = "nine_months"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {
            "month": "Hằng tháng",
            "quarter": "Hằng quý",
            "half_year": "6 tháng",
            "nine_months": "9 tháng",
            "year": "Hằng năm",
        }[self.value]

    @property
    def ends(self) -> tuple[int, ...]:
        """The months in which its periods are cut off."""
        return {
            "month": tuple(range(1, 13)),
            "quarter": (3, 6, 9, 12),
            "half_year": (6, 12),
            "nine_months": (9,),
            "year": (12,),
        }[self.value]

    @property
    def months(self) -> int:
        """How many months one period covers."""
        return {"month": 1, "quarter": 3, "half_year": 6, "nine_months": 9, "year": 12}[self.value]
