"""Papers and workbooks as PDF, by LibreOffice where it is installed: no window, within bounds, a fresh profile."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from portal.core.errors import PortalError
from portal.core.limited import MEGABYTE, Limits, ProgramFailed, run_limited

PDF = "application/pdf"
PROGRAM = "soffice"
LIMITS = Limits(seconds=90, cpu_seconds=90, memory=4096 * MEGABYTE, file_size=256 * MEGABYTE)
MISSING = "Máy chủ chưa cài LibreOffice nên chưa tạo được PDF. Xin tải DOCX hoặc Excel, hoặc in từ trang xem trước."
# Nothing in a file is run, no link is followed or refreshed.
SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),
)


class PdfNotMade(PortalError):
    """The conversion did not end well; what was to be converted is untouched."""

    message = "Chưa tạo được PDF từ văn bản này. Xin tải DOCX hoặc Excel, hoặc in từ trang xem trước."


def find_office(named: str = "") -> Path | None:
    """LibreOffice: the program that is named, else the one on the path; None when there is none or it is "off"."""
    if named == "off":
        return None
    found = shutil.which(named or PROGRAM)
    return Path(found) if found else None


def to_pdf(program: Path, papers: Sequence[Path], folder: Path, limits: Limits = LIMITS) -> list[Path]:
    """Each paper (.docx, .xlsx) as a PDF of the same name in `folder`, which is the caller's, empty and short-lived.

    All go through one start of the program. Raises PdfNotMade.
    """
    profile, out = folder / "profile", folder / "pdf"
    _write_profile(profile)
    command = [
        str(program),
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        "--headless",
        "--norestore",
        "--nologo",
        "--convert-to",
        "pdf",
        "--outdir",
        str(out),
        *(str(paper.resolve()) for paper in papers),
    ]
    try:
        run_limited(command, limits, folder)
    except ProgramFailed as error:
        raise PdfNotMade from error
    made = [out / f"{paper.stem}.pdf" for paper in papers]
    if not all(pdf.is_file() for pdf in made):
        raise PdfNotMade
    return made


def _write_profile(profile: Path) -> None:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in SETTINGS
    )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(text, encoding="utf-8")
