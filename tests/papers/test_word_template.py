"""check_template and fill_template: what a template may say, that everything else is refused, and why."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from docx import Document

from portal.exports._word_fields import RowsField, field_lines
from portal.exports._word_syntax import FieldEnvironment, TemplateRefused
from portal.exports.emulation_word import WORD_PAPER
from portal.exports.word_papers import word_papers
from portal.exports.word_template import check_template, fill_template
from tests.papers.samples import DOCUMENT, built_in, changed, linked, replaced, saying, with_part, with_xml

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
RUN = "<w:r><w:t>{}</w:t></w:r>"
CODE = "{{ so.__class__.__mro__[1].__subclasses__() }}"
BODY = f"<w:p>{RUN.format(CODE)}</w:p>"
FOOTNOTES = f"<w:footnotes {W}><w:footnote w:id='2'>{BODY}</w:footnote></w:footnotes>"
HOSTILE: dict[str, tuple[bytes, str]] = {
    "attributes": (saying("{{ so.__class__ }}"), "không được dùng"),
    "attribute walk": (saying(CODE), "không được dùng"),
    "attribute of a field": (saying("{{ so.upper }}"), "thuộc tính"),
    "dunder name": (saying("{{ __builtins__ }}"), "không được dùng"),
    "filter": (saying("{{ so|attr('x') }}"), "không được dùng"),
    "call": (saying("{{ lipsum() }}"), "không được dùng"),
    "global": (saying("{{ cycler.a }}"), "thuộc tính"),
    "subscript": (saying("{{ so[0] }}"), "không được dùng"),
    "arithmetic": (saying("{{ 9**9 }}"), "không được dùng"),
    "literal": (saying("{{ 'a' }}"), "không được dùng"),
    "macro": (saying("{% macro a() %}{% endmacro %}"), "không được dùng"),
    "include": (saying("{% include '/etc/passwd' %}"), "không được dùng"),
    "import": (saying("{% import 'x' as y %}"), "không được dùng"),
    "extends": (saying("{% extends 'x' %}"), "không được dùng"),
    "set": (saying("{% set a = 1 %}"), "không được dùng"),
    "namespace": (saying("{% set a = namespace() %}"), "không được dùng"),
    "with": (saying("{% with a = so %}{% endwith %}"), "không được dùng"),
    "condition": (saying("{%p if so %}{%p endif %}"), "không được dùng"),
    "raw": (saying("{% raw %}x{% endraw %}"), "không được dùng"),
    "line of a comment": (saying("{# x #}"), "không được dùng"),
    "rich text": (saying("{{r so }}"), "không được dùng"),
    "paragraph field": (saying("{{p so }}"), "không được dùng"),
    "row statement": (saying("{%tr set a = 1 %}"), "không được dùng"),
    "merged cells": (saying("{% vm %}"), "không được dùng"),
    "cell colour": (saying("{% cellbg so %}"), "không được dùng"),
    "range": (saying("{%p for a in range(9) %}{%p endfor %}"), "không được dùng"),
    "loop of loops": (
        with_xml(
            "".join(
                f"<w:p>{RUN.format(t)}</w:p>"
                for t in (
                    "{%p for a in nhom %}",
                    "{%p for b in chi_tieu %}",
                    "{{ b.ten }}",
                    "{%p endfor %}",
                    "{%p endfor %}",
                )
            )
        ),
        "bên trong một vòng lặp khác",
    ),
    "loop over a text": (
        with_xml("".join(f"<w:p>{RUN.format(t)}</w:p>" for t in ("{%p for a in so %}", "{{ a.x }}", "{%p endfor %}"))),
        "không phải là danh sách",
    ),
    "loop variable as a whole": (replaced("{{ ct.ten }}", "{{ ct }}"), "viết ct.tên_trường"),
    "methods of rows": (replaced("{{ ct.ten }}", "{{ ct.items }}"), "Không có trường “ct.items”"),
    "name of another": (replaced("for ct in chi_tieu", "for so in chi_tieu"), "trùng với tên khác"),
    "split over runs": (
        with_xml("<w:p>" + "".join(RUN.format(t) for t in ("{", "{ so.", "__cla", "ss__ }", "}")) + "</w:p>"),
        "không được dùng",
    ),
    "split over paragraphs": (
        with_xml("".join(f"<w:p>{RUN.format(t)}</w:p>" for t in ("{", "{ so.__class__ }", "}"))),
        "không được dùng",
    ),
    "in an XML comment": (with_xml("<!-- {{ so.__class__ }} -->"), "thuộc tính"),
    "in an attribute": (
        with_xml(f'<w:p><w:bookmarkStart w:id="7" w:name="{{{{ so.x }}}}"/>{RUN.format("a")}</w:p>'),
        "thuộc tính của hình hoặc khung",
    ),
    "text box": (
        with_xml(
            f"<w:p><w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'><v:textbox><w:txbxContent>{BODY}"
            "</w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
        ),
        "không được dùng",
    ),
    "header": (
        changed({"word/header1.xml": lambda was: was.replace(b"</w:p>", RUN.format(CODE).encode() + b"</w:p>")}),
        "không được dùng",
    ),
    "footer": (with_part("footer9.xml", "footer", "footer", f"<w:ftr {W}>{BODY}</w:ftr>"), "không được dùng"),
    "footnote": (with_part("footnotes.xml", "footnotes", "footnotes", FOOTNOTES), "cước chú"),
    "field in a footnote": (
        with_part("footnotes.xml", "footnotes", "footnotes", FOOTNOTES.replace(CODE, "{{ so }}")),
        "cước chú",
    ),
    "comment": (with_part("comments.xml", "comments", "comments", f"<w:comments {W}>{BODY}</w:comments>"), "ghi chú"),
    "properties": (
        changed({"docProps/core.xml": lambda was: was.replace(b"<dc:title>", b"<dc:title>" + CODE.encode())}),
        "thuộc tính của tệp",
    ),
    "not closed": (saying("{{ so"), "không được dùng"),
    "loop not closed": (replaced("{%tr for ct in chi_tieu %}", ""), "không được dùng|chưa trọn"),
    "remote picture": (linked("image", "http://example.com/a.png"), "liên kết ra ngoài"),
    "remote template": (linked("attachedTemplate", "http://example.com/a.dotm"), "tự lấy nội dung"),
    "local link": (linked("hyperlink", "file:///etc/passwd"), "liên kết ra ngoài"),
    "OLE": (changed({"word/embeddings/oleObject1.bin": b"x"}), "OLE"),
    "macros": (changed({"word/vbaProject.bin": b"x"}), "macro"),
    "macro type": (
        changed(
            {
                "[Content_Types].xml": lambda was: was.replace(
                    b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
                    b"application/vnd.ms-word.document.macroEnabled.main+xml",
                )
            }
        ),
        "macro",
    ),
    "entities": (
        changed(
            {
                DOCUMENT: lambda was: was.replace(
                    b"<w:document", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><w:document', 1
                )
            }
        ),
        "thực thể XML",
    ),
    "bomb": (changed({"word/media/a.xml": b" " * (20 * 1024 * 1024)}), "nén quá mức"),
    "long text": (saying("a" * (1024 * 1024 + 1)), "nén quá mức"),
    "DDE": (with_xml("<w:p><w:r><w:instrText>DDEAUTO c:\\x</w:instrText></w:r></w:p>"), "tự lấy nội dung"),
    "no office file": (b"PK\x03\x04 nothing", "hỏng"),
    "text": ("Mẫu văn bản".encode(), "không được nhận"),
    "truncated": (built_in()[:-400], "hỏng"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_template_that_says_more_than_fields_is_refused(case: str) -> None:
    content, words = HOSTILE[case]
    with pytest.raises(TemplateRefused, match=words):
        check_template(content, WORD_PAPER.fields, WORD_PAPER.example)


@pytest.mark.parametrize(
    "source",
    [
        "{{ so.__class__ }}",
        "{{ so|upper }}",
        "{{ so() }}",
        "{{ so[0] }}",
        "{{ self._TemplateReference__context }}",
        "{{ 1 }}",
        "{{ so ~ so }}",
        "{{ so if so else so }}",
        "{{ [so] }}",
        "{{ so is defined }}",
        "{% set a = so %}",
        "{% macro a() %}{% endmacro %}",
        "{% include so %}",
        "{% import so as a %}",
        "{% from so import a %}",
        "{% extends so %}",
        "{% block a %}{% endblock %}",
        "{% filter upper %}{% endfilter %}",
        "{% if so %}{% endif %}",
        "{% for a in nhom recursive %}{% endfor %}",
        "{% for a in nhom if a %}{% endfor %}",
        "{% for a in nhom %}{% else %}x{% endfor %}",
        "{% for a, b in nhom %}{% endfor %}",
        "{% for a in nhom.dong %}{% endfor %}",
        "{% for a in nhom %}{% for b in a.dong %}{{ a.dong }}{% endfor %}{% endfor %}",
        "{% for _a in nhom %}{% endfor %}",
        "{% for a in nhom %}{{ loop.index }}{% endfor %}",
        "{% autoescape false %}{{ so }}{% endautoescape %}",
        "{% do so %}",
    ],
)
def test_no_other_syntax_is_ever_compiled(source: str) -> None:
    with pytest.raises(TemplateRefused):
        FieldEnvironment(WORD_PAPER.fields).from_string(source)


def test_the_built_in_template_is_taken_and_filled_in() -> None:
    doc = Document(io.BytesIO(check_template(built_in(), WORD_PAPER.fields, WORD_PAPER.example)))
    texts = [p.text for p in doc.paragraphs]
    assert "BẢN ĐĂNG KÝ THI ĐUA NĂM 2023" in texts
    assert texts[texts.index("I. Nội dung thi đua") + 1 :][:2] == [
        "Hoàn thành kế hoạch năm 2023.",
        "Giữ vững kỷ cương, kỷ luật hành chính.",
    ]
    *_, lines, signature = doc.tables
    assert [row.cells[1].text for row in lines.rows[2:3]] == ["Phòng Nội vụ"]
    assert [cell.text for cell in lines.rows[-1].cells][3:] == [
        "Phòng Tài chính & KH",
        "Lao động tiên tiến",
        "năm thứ hai",
    ]
    assert "TM. ỦY BAN NHÂN DÂN\nCHỦ TỊCH" in signature.rows[0].cells[1].text
    assert "{" not in "".join(texts)


def test_unknown_and_missing_fields_are_named() -> None:
    with pytest.raises(TemplateRefused) as refused:
        check_template(replaced("{{ kinh_gui }}", "{{ kinhgui }}"), WORD_PAPER.fields, WORD_PAPER.example)
    assert refused.value.problems == ("Không có trường “kinhgui”. Có phải là “kinh_gui”?",)
    with pytest.raises(TemplateRefused) as refused:
        check_template(replaced("{{ ct.ghi_chu }}", "{{ ct.ghi_ch }}"), WORD_PAPER.fields, WORD_PAPER.example)
    assert refused.value.problems == ("Không có trường “ct.ghi_ch”. Có phải là “ct.ghi_chu”?",)
    with pytest.raises(TemplateRefused) as refused:
        check_template(replaced("{{ tong }}", "Hết"), WORD_PAPER.fields, WORD_PAPER.example)
    assert refused.value.problems == ("Thiếu trường bắt buộc “tong” (Câu tổng số dòng của danh sách).",)


def test_values_are_text_whatever_they_say() -> None:
    hostile = {**WORD_PAPER.example, "mo_dau": "{{ so.__class__ }} <w:p/> & \x00\x0b", "nguoi_ky": "{% for %}"}
    doc = Document(io.BytesIO(fill_template(built_in(), WORD_PAPER.fields, hostile)))
    assert "{{ so.__class__ }} <w:p/> &" in "\n".join(p.text for p in doc.paragraphs)
    assert "{% for %}" in doc.tables[-1].rows[0].cells[1].text


def test_every_declared_paper_holds_together() -> None:
    """Names are plain and never those of a dict's methods; the example has every field; the built-in is complete."""
    methods = set(dir({}))
    for code, paper in word_papers().items():
        assert code == paper.code
        check_template(paper.built_in(datetime(2023, 3, 15, 8, 0, tzinfo=UTC)), paper.fields, paper.example)
        assert set(paper.example) == {field.name for field in paper.fields}
        lines = [*field_lines(paper.fields)]
        assert len({line.code for line in lines}) == len(lines)
        inner = [f for field in paper.fields if isinstance(field, RowsField) for f in field.fields]
        assert not methods & {field.name for field in (*paper.fields, *inner)}
