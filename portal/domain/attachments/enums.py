"""Attachments: the types that are taken, what a virus scanner has said of a file, whether it can be previewed."""

from __future__ import annotations

from enum import StrEnum


class FileType(StrEnum):
    """What a file is, by its content; nothing else is taken."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    JPG = "jpg"
    PNG = "png"

    @property
    def label(self) -> str:
        return _TYPE[self][0]

    @property
    def content_type(self) -> str:
        return _TYPE[self][1]

    @property
    def icon(self) -> str:
        return _TYPE[self][2]

    @property
    def ending(self) -> str:
        """The ending that its name gets when it has no fitting one."""
        return self.endings[0]

    @property
    def endings(self) -> tuple[str, ...]:
        return (".jpg", ".jpeg") if self is FileType.JPG else (f".{self.value}",)

    @property
    def is_office(self) -> bool:
        return self in (FileType.DOCX, FileType.XLSX)

    @classmethod
    def of(cls, content_type: str) -> FileType | None:
        """The type of a stored content type."""
        return next((kind for kind in cls if kind.content_type == content_type), None)


_OPEN = "application/vnd.openxmlformats-officedocument"
_TYPE = {
    FileType.PDF: ("PDF", "application/pdf", "file-type-pdf"),
    FileType.DOCX: ("Word (.docx)", f"{_OPEN}.wordprocessingml.document", "file-type-docx"),
    FileType.XLSX: ("Excel (.xlsx)", f"{_OPEN}.spreadsheetml.sheet", "file-spreadsheet"),
    FileType.JPG: ("ảnh JPG", "image/jpeg", "scan"),
    FileType.PNG: ("ảnh PNG", "image/png", "scan"),
}


class ScanState(StrEnum):
    """`none`: no scanner is set up, or it has not come to the file yet: the file is shown as not scanned."""

    NONE = "none"
    REFUSED = "refused"
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
    ScanState.REFUSED: ("không quét được", "warn", "alert-triangle"),
    ScanState.CLEAN: ("đã quét, an toàn", "ok", "circle-check"),
    ScanState.INFECTED: ("có mã độc", "bad", "alert-octagon"),
}


class PreviewState(StrEnum):
    """Whether pictures of a file's pages are there. `none`: its type has none."""

    NONE = "none"
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _PREVIEW[self]


_PREVIEW = {
    PreviewState.NONE: "Tệp Word, Excel không có bản xem trước. Xin tải về để mở.",
    PreviewState.WAITING: "Đang tạo bản xem trước. Xin tải lại trang sau ít phút.",
    PreviewState.READY: "Xem trước được",
    PreviewState.FAILED: "Không xem trước được tệp này. Xin tải về để mở.",
}
