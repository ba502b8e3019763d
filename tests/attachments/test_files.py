"""Files of records: taken in by what they are, put on record in the transaction, given out for their record only."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.core.errors import InvalidInput, NotFound
from portal.core.filestore import ContentTooLarge, FileStore
from portal.core.runtime import Runtime
from portal.domain.attachments.content import is_pdf
from portal.domain.attachments.enums import ScanState
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.queries import files_of_record
from portal.domain.attachments.rules import clean_name
from portal.domain.attachments.services import FileInfected, ReceivedFile, attach_file, open_file, receive_pdf
from portal.domain.audit.models import AuditEntry
from portal.domain.emulation.files import SIGNED
from seed.demo.paper import signed_pdf

PDF = signed_pdf(["Bản đăng ký thi đua (bản ký)"])
LIMIT = 1024 * 1024


def receive(
    runtime: Runtime, content: bytes = PDF, name: str | None = "ban ky.pdf", limit: int = LIMIT
) -> ReceivedFile:
    return receive_pdf(runtime.files, io.BytesIO(content), name, limit, "signed_file")


def fault(runtime: Runtime, content: bytes, limit: int = LIMIT) -> str:
    """The sentence by which the content is refused; nothing of it is kept."""
    before = list(runtime.files.all_hashes())
    with pytest.raises(InvalidInput) as caught:
        receive(runtime, content, limit=limit)
    assert list(runtime.files.all_hashes()) == before
    (text,) = caught.value.errors["signed_file"]
    return text


def test_a_signed_pdf_is_taken_in(runtime: Runtime) -> None:
    received = receive(runtime, name=r"C:\Users\can bo\Bản ký ngày 15/03.PDF")
    assert received.name == "03.pdf"
    assert (received.size, received.content_type) == (len(PDF), "application/pdf")
    with runtime.files.open(received.sha256) as stream:
        assert stream.read() == PDF


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Tệp trống"),
        (b"PK\x03\x04 a workbook called .pdf", "không phải là PDF"),
        (b"<html>%PDF-1.4 %%EOF</html>", "không phải là PDF"),
        (PDF[: len(PDF) // 2], "không phải là PDF hoàn chỉnh"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "không phải là PDF"),
        (b" " + PDF, "không phải là PDF"),
    ],
    ids=["empty", "workbook", "page", "cut off", "picture", "not at the start"],
)
def test_what_is_no_pdf_is_refused_whatever_its_name(runtime: Runtime, content: bytes, words: str) -> None:
    assert words in fault(runtime, content)


def test_a_file_over_the_limit_is_refused(runtime: Runtime) -> None:
    big = PDF + b" " * (2 * LIMIT)
    assert fault(runtime, big, limit=2 * LIMIT) == "Tệp lớn quá 2 MB. Xin giảm dung lượng rồi tải lên lại."
    assert receive(runtime, limit=len(PDF)).size == len(PDF)


def test_a_stream_that_grows_meanwhile_is_refused_too(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    def over(*_: Any) -> None:
        raise ContentTooLarge

    monkeypatch.setattr(FileStore, "put", over)
    assert "Tệp lớn quá 1 MB" in fault(runtime, PDF)


def test_is_pdf_leaves_the_stream_at_its_start() -> None:
    stream = io.BytesIO(PDF)
    assert is_pdf(stream)
    assert stream.tell() == 0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Bản đăng ký.pdf", "Bản đăng ký.pdf"),
        ("ban ky", "ban ky.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        (r"..\..\boot.ini", "boot.ini.pdf"),
        ("a<b>:c|d?.pdf", "a b c d.pdf"),
        ("hóa đơn\u202efdp.exe.pdf", "hóa đơn fdp.exe.pdf"),
        ("  ..pdf", "tep.pdf"),
        (".pdf", "tep.pdf"),
        ("", "tep.pdf"),
        (None, "tep.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("a\x00b\n.PDF", "a b.pdf"),
    ],
)
def test_names_are_made_fit(given: str | None, expected: str) -> None:
    assert clean_name(given, ".pdf") == expected


@pytest.mark.property
@given(st.text(max_size=400))
def test_any_name_becomes_a_plain_one(given: str) -> None:
    name = clean_name(given, ".pdf")
    assert name.endswith(".pdf")
    assert 5 <= len(name) <= 200
    assert not set(name) & set('<>:"/\\|?*\n\r\t\x00\u202e')
    assert not name.startswith(".")
    assert clean_name(name, ".pdf") == name


@pytest.fixture
def stored(runtime: Runtime, work_as: Any, unit_id: Any) -> StoredFile:
    """A signed paper of record 7."""
    received = receive(runtime)
    with work_as("vangiang") as work:
        made: StoredFile = attach_file(work, received, "emulation_registration", 7, unit_id("326"), SIGNED)
    return made


def test_it_is_put_on_record_with_its_owner(
    stored: StoredFile, read: Any, actor_of: Any, runtime: Runtime, unit_id: Any
) -> None:
    (kept,) = read(select(StoredFile))
    owner = (kept.owner_type, kept.owner_id, kept.unit_id, kept.kind)
    assert owner == ("emulation_registration", 7, unit_id("326"), SIGNED)
    assert (kept.uploaded_by_id, kept.uploaded_at) == (actor_of("vangiang").user_id, runtime.clock.now())
    assert (kept.name, kept.size, kept.content_type) == ("ban ky.pdf", len(PDF), "application/pdf")
    (entry,) = read(select(AuditEntry).where(AuditEntry.action == "attachment.added"))
    assert entry.object_id == str(stored.id)
    assert entry.detail["sha256"] == kept.sha256


def test_a_file_that_no_scanner_has_seen_says_so(stored: StoredFile) -> None:
    assert stored.scan_state is ScanState.NONE
    assert stored.scan_state.label == "chưa quét"


def test_every_scan_state_can_be_shown() -> None:
    assert {state.tone for state in ScanState} == {"idle", "warn", "ok", "bad"}
    assert all(state.label and state.icon for state in ScanState)


def test_it_opens_for_its_own_record_only(stored: StoredFile, work_as: Any) -> None:
    with work_as("thidua") as work:
        assert open_file(work, "emulation_registration", 7, stored.id).sha256 == stored.sha256
        for owner_type, owner_id, file_id in (
            ("emulation_registration", 8, stored.id),
            ("nomination", 7, stored.id),
            ("emulation_registration", 7, stored.id + 1),
        ):
            with pytest.raises(NotFound):
                open_file(work, owner_type, owner_id, file_id)


def test_a_file_with_something_in_it_opens_for_nobody(stored: StoredFile, session: Session, work_as: Any) -> None:
    session.execute(update(StoredFile).values(scan_state=ScanState.INFECTED))
    session.commit()
    with work_as("thidua") as work, pytest.raises(FileInfected, match="mã độc"):
        open_file(work, "emulation_registration", 7, stored.id)


def test_the_files_of_a_record_are_listed_the_newest_first(
    stored: StoredFile, runtime: Runtime, work_as: Any, unit_id: Any, read: Any
) -> None:
    again = receive(runtime, name="bản ký lần 2.pdf")
    with work_as("vangiang") as work:
        attach_file(work, again, "emulation_registration", 7, unit_id("326"), SIGNED)
        attach_file(work, again, "emulation_registration", 8, unit_id("326"), SIGNED)
    names = [file.name for file in read(files_of_record("emulation_registration", 7))]
    assert names == ["bản ký lần 2.pdf", "ban ky.pdf"]
