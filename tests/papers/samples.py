"""Word templates as the office sends them, and as nobody should: the built-in one with a part changed."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache

from portal.exports.emulation_word import WORD_PAPER

DOCUMENT = "word/document.xml"
Change = bytes | Callable[[bytes], bytes]


@cache
def built_in() -> bytes:
    return WORD_PAPER.built_in(datetime(2023, 3, 15, 8, 0, tzinfo=UTC))


def changed(parts: Mapping[str, Change], content: bytes | None = None) -> bytes:
    """The template with parts put in, or changed by a function of what they were."""
    out = io.BytesIO()
    left = dict(parts)
    with (
        zipfile.ZipFile(io.BytesIO(content or built_in())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            change = left.pop(name, None)
            was = old.read(name)
            new.writestr(name, was if change is None else change if isinstance(change, bytes) else change(was))
        for name, added in left.items():
            assert isinstance(added, bytes)
            new.writestr(name, added)
    return out.getvalue()


def saying(text: str) -> bytes:
    """The template with one more paragraph before the others; `text` is XML."""
    return with_xml(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")


def with_xml(xml: str) -> bytes:
    return changed({DOCUMENT: lambda was: was.replace(b"<w:body>", b"<w:body>" + xml.encode(), 1)})


def replaced(old: str, new: str) -> bytes:
    """The template with a text of its body in place of another."""
    made = changed({DOCUMENT: lambda was: was.replace(old.encode(), new.encode())})
    assert made != built_in()
    return made


def with_part(name: str, content_type: str, relation: str, xml: str) -> bytes:
    """The template with one more part that its document names."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{relation}"
    return changed(
        {
            "[Content_Types].xml": lambda was: was.replace(
                b"</Types>",
                f'<Override PartName="/word/{name}" ContentType="application/vnd.openxmlformats-officedocument'
                f'.wordprocessingml.{content_type}+xml"/></Types>'.encode(),
            ),
            "word/_rels/document.xml.rels": lambda was: was.replace(
                b"</Relationships>",
                f'<Relationship Id="rIdX1" Type="{kind}" Target="{name}"/></Relationships>'.encode(),
            ),
            f"word/{name}": xml.encode(),
        }
    )


def linked(relation: str, target: str) -> bytes:
    """The template whose document names something outside of it."""
    kind = f"http://schemas.openxmlformats.org/officeDocument/2006/relationships/{relation}"
    added = f'<Relationship Id="rIdX2" Type="{kind}" Target="{target}" TargetMode="External"/></Relationships>'
    return changed({"word/_rels/document.xml.rels": lambda was: was.replace(b"</Relationships>", added.encode())})
