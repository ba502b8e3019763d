"""The clock: instants are stored in UTC, "today" is the day in Hưng Yên."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")


class Clock(Protocol):
    """What services ask for the time; injected, so that a rule is tested on any day."""

    def now(self) -> datetime: ...

    def today(self) -> date: ...

    def real(self) -> datetime: ...


class SystemClock:
    """The machine's clock. `offset` moves it: a demonstration can stand in the plan's year while time still runs."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    @classmethod
    def starting_at(cls, day: date) -> SystemClock:
        """A running clock that reads `day` now (the time of day stays the machine's)."""
        here = datetime.now(UTC).astimezone(LOCAL)
        return cls(datetime.combine(day, here.timetz()) - here)

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def today(self) -> date:
        """The present day in Vietnam."""
        return local(self.now()).date()

    def real(self) -> datetime:
        """The machine's own instant, whatever day a demonstration stands in: what a telephone's clock shows."""
        return datetime.now(UTC)


class FixedClock:
    """A clock for tests: stands still until it is moved."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self.instant

    def today(self) -> date:
        return local(self.instant).date()

    def real(self) -> datetime:
        return self.instant

    def advance(self, step: timedelta) -> None:
        """Move the clock forward by `step`."""
        self.instant += step


def local(instant: datetime) -> datetime:
    """An instant as it is read in Vietnam."""
    return instant.astimezone(LOCAL)
