"""How sure a fact of law or practice is: only what was read in a published source may bind."""

from __future__ import annotations

from enum import StrEnum


class Confidence(StrEnum):
    """How sure a legal fact is: read in a published source, indirectly, from memory, unsure, an example."""

    SURE = "S"
    INDIRECT = "S*"
    MEMORY = "M"
    UNSURE = "U"
    EXAMPLE = "EX"

    @property
    def label(self) -> str:
        return {
            "S": "đã đối chiếu",
            "S*": "nguồn gián tiếp",
            "M": "cần đối chiếu",
            "U": "cần đối chiếu",
            "EX": "ví dụ",
        }[self.value]

    @property
    def needs_check(self) -> bool:
        """Whether the office still has to compare it with the papers."""
        return self in (Confidence.MEMORY, Confidence.UNSURE)
