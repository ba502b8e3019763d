"""Attachments: what a virus scanner has said of a file."""

from __future__ import annotations

from enum import StrEnum


class ScanState(StrEnum):
    """`none`: no scanner is set up, or it has not come to the file yet: the file is shown as not scanned."""

    NONE = "none"
    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"

    @property
    def label(self) -> str:
        return _STATE[self][0]

    @property
    def tone(self) -> str:
        return _STATE[self][1]

    @property
    def icon(self) -> str:
        return _STATE[self][2]


_STATE = {
    ScanState.NONE: ("chưa quét", "idle", "circle-dashed"),
    ScanState.PENDING: ("đang chờ quét", "run", "clock"),
    ScanState.CLEAN: ("đã quét, an toàn", "ok", "circle-check"),
    ScanState.INFECTED: ("có mã độc", "bad", "alert-octagon"),
}
