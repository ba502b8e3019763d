"""Files as officers bring them, and as nobody should: made anew for each test, small, real."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping

from docx import Document
from openpyxl import Workbook
from PIL import Image

from seed.demo.paper import signed_pdf

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
EICAR = (
    rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + rb"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
)  # in two parts, so that no scanner takes this source for it


Change = bytes | Callable[[bytes], bytes] | None


def pdf(text: str = "Tài liệu kèm theo") -> bytes:
    return signed_pdf([text])


def docx(text: str = "Báo cáo") -> bytes:
    made, out = Document(), io.BytesIO()
    made.add_paragraph(text)
    made.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    made, out = Workbook(), io.BytesIO()
    made.active.append(["STT", "Họ và tên"])  # type: ignore[union-attr]
    made.save(out)
    return out.getvalue()


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (180, 30, 30)).save(out, kind, **more)
    return out.getvalue()


def changed(package: bytes, parts: Mapping[str, Change]) -> bytes:
    """The same archive with parts replaced, added or (None) left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            change = parts.get(name, old.read(name))
            if change is not None:
                new.writestr(name, change(old.read(name)) if callable(change) else change)
        for name in parts.keys() - set(old.namelist()):
            content = parts[name]
            if isinstance(content, bytes):
                new.writestr(name, content)
    return out.getvalue()


def relationship(kind: str, target: str) -> Callable[[bytes], bytes]:
    """A change that adds an outer relationship to a .rels part."""
    line = (
        f'<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    )
    return lambda content: content.replace(b"</Relationships>", line.encode())


def field(*pieces: str) -> Callable[[bytes], bytes]:
    """A change that adds a field to a Word document, its instruction cut into pieces."""
    runs = "".join(f"<w:r><w:instrText>{piece}</w:instrText></w:r>" for piece in pieces)
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return lambda content: content.replace(b"<w:sectPr", f"<w:p>{begin}{runs}{end}</w:p><w:sectPr".encode(), 1)
