"""A Word template of the office: looked at without trust when it comes, filled in within bounds when it is used."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from docx.opc.exceptions import OpcError
from docxtpl import DocxTemplate
from lxml import etree

from portal.core.package import BadPackage, Package, PackageFault, PackageLimits
from portal.domain.attachments.content import BOMB, BROKEN, Refused, recognise
from portal.domain.attachments.enums import FileType
from portal.exports._word_fields import Context, Field, cleaned
from portal.exports._word_syntax import FieldEnvironment, TemplateRefused, is_template_error

KILOBYTE = 1024
MEGABYTE = 1024 * KILOBYTE
MOST_BYTES = 2 * MEGABYTE
LIMITS = PackageLimits(parts=200, unpacked=16 * MEGABYTE, ratio=100, ratio_from=256 * KILOBYTE)
TEXT_PART = MEGABYTE  # a part with text: the fields are sought in it by patterns
MOST_TAGS = 400
MOST_NAMED = 10
FILLED = re.compile(r"word/(?:document\d*|header\d*|footer\d*)\.xml")
TAG = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NAME = r"[A-Za-z]\w*"
ALLOWED = re.compile(
    rf"\{{\{{ *{_NAME}(?:\.{_NAME})? *\}}\}}"
    rf"|\{{%(?:tr|p) +for +{_NAME} +in +{_NAME}(?:\.{_NAME})? *%\}}"
    r"|\{%(?:tr|p) +endfor *%\}",
    re.ASCII,
)
MARKS = ("{{", "{%", "{#")
HYPERLINK = "/hyperlink"
LINKS = ("http://", "https://", "mailto:")
NOT_A_TEMPLATE = "Không mở được tệp này như một văn bản Word (.docx). Xin mở bằng Word, lưu lại rồi tải lên."
NOT_FILLED = "Điền thử với số liệu ví dụ không được. Xin kiểm tra các dòng có vòng lặp rồi tải lên lại."


def check_template(content: bytes, fields: Sequence[Field], example: Context) -> bytes:
    """Look at an uploaded template and fill it in with the example; returns the filled paper.

    Raises TemplateRefused with every reason that was found.
    """
    _check_file(content)
    problems = list(dict.fromkeys(_problems_of_parts(Package(io.BytesIO(content), LIMITS))))
    if problems:
        raise TemplateRefused(problems[:MOST_NAMED])
    environment = FieldEnvironment(fields)
    made = _fill(content, environment, example)
    missing = [field for field in fields if field.required and field.name not in environment.used]
    if missing:
        raise TemplateRefused([f"Thiếu trường bắt buộc “{field.name}” ({field.label})." for field in missing])
    return made


def fill_template(content: bytes, fields: Sequence[Field], context: Context) -> bytes:
    """The paper made from a template that was taken; it is held to the same rules once more. Raises TemplateRefused."""
    return _fill(content, FieldEnvironment(fields), context)


def _fill(content: bytes, environment: FieldEnvironment, context: Context) -> bytes:
    out = io.BytesIO()
    try:
        template = DocxTemplate(io.BytesIO(content))
        template.render(cleaned(context), jinja_env=environment, autoescape=True)
        template.save(out)
        _check_made(out)
    except TemplateRefused:
        raise
    except (etree.LxmlError, OpcError, KeyError, ValueError, AttributeError, UnicodeError) as error:
        raise TemplateRefused([NOT_FILLED]) from error
    except Exception as error:
        if not is_template_error(error):
            raise
        raise TemplateRefused([NOT_FILLED]) from error
    return out.getvalue()


def _check_made(made: BinaryIO) -> None:
    """The paper must be a sound file with whole XML: a loop may have torn a table."""
    package = Package(made)
    for name in package.names:
        if FILLED.fullmatch(name):
            etree.fromstring(package.read(name, LIMITS.unpacked), _parser())


def _check_file(content: bytes) -> None:
    """A Word file without macros, objects, or anything that is fetched from elsewhere."""
    if len(content) > MOST_BYTES:
        raise TemplateRefused([f"Tệp lớn quá {MOST_BYTES // MEGABYTE} MB. Xin bỏ bớt hình ảnh."])
    try:
        recognise(io.BytesIO(content), (FileType.DOCX,))
        Package(io.BytesIO(content), LIMITS).check()
    except Refused as refused:
        raise TemplateRefused([str(refused)]) from refused
    except BadPackage as bad:
        raise TemplateRefused([BOMB if bad.fault is PackageFault.BOMB else BROKEN]) from bad


def _problems_of_parts(package: Package) -> Iterator[str]:
    tags = 0
    for name in package.names:
        lower = name.lower()
        if not lower.endswith((".xml", ".rels")):
            continue
        if package.entries[name].file_size > TEXT_PART * (1 if FILLED.fullmatch(lower) else 4):
            yield BOMB
            continue
        try:
            root = etree.fromstring(package.read(name), _parser())
        except (etree.XMLSyntaxError, BadPackage):
            yield NOT_A_TEMPLATE
            continue
        if root.getroottree().docinfo.doctype:
            yield "Tệp chứa khai báo thực thể XML nên không được nhận."
            continue
        if lower.endswith(".rels"):
            yield from _links(root)
            continue
        found = TAG.findall(_text(root))
        tags += len(found)
        yield from _problems_of_text(root, found, is_filled=FILLED.fullmatch(lower) is not None)
    if tags > MOST_TAGS:
        yield f"Mẫu có quá {MOST_TAGS} trường."


def _links(root: Any) -> Iterator[str]:
    for element in root.iter():
        if element.get("TargetMode") != "External":
            continue
        plain = str(element.get("Type", "")).endswith(HYPERLINK)
        if not plain or not str(element.get("Target", "")).lower().startswith(LINKS):
            yield "Tệp có liên kết ra ngoài (hình, mẫu, tệp khác) nên không được nhận. Xin bỏ liên kết."


def _problems_of_text(root: Any, found: Sequence[str], is_filled: bool) -> Iterator[str]:
    """Marks are plain ones, closed, in the text of a part that is filled in."""
    for tag in found:
        if not is_filled:
            yield f"“{_short(tag)}” nằm ở cước chú, ghi chú hoặc thuộc tính của tệp; ở đó cổng không điền."
        elif not ALLOWED.fullmatch(tag.replace("\xa0", " ")):
            yield f"“{_short(tag)}” không được dùng. Chỉ viết {{{{ tên_trường }}}} và vòng lặp như trong bảng."
    if any(mark in TAG.sub("", _text(root)) for mark in MARKS):
        yield "Có dấu {{, {% hoặc {# chưa đóng."
    if any(mark in value for element in root.iter() for value in element.attrib.values() for mark in MARKS):
        yield "Có trường nằm trong thuộc tính của hình hoặc khung; ở đó cổng không điền."


def _text(root: Any) -> str:
    """All that the part says, runs joined: a mark may be split over several."""
    return "".join(root.itertext())


def _short(tag: str) -> str:
    text = " ".join(tag.split())
    return text if len(text) <= 60 else f"{text[:57]}…"


def _parser() -> Any:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
