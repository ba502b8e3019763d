"""Why a file as a whole cannot be taken."""

from __future__ import annotations

from portal.core.errors import InvalidInput

FILE = "file"


class WorkbookRefused(InvalidInput):
    """The file as a whole cannot be taken; the sentence belongs beside the file field."""

    def __init__(self, text: str) -> None:
        super().__init__({FILE: [text]}, text)
        self.text = text
