"""The guide's pages, read from docs/vi/huong-dan once a process: front matter, then Markdown without raw HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token
from markupsafe import Markup

from portal.core.search.documents import Texts, texts_of
from portal.core.text import fold, words_of

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "vi"
PAGES, PICTURES = "huong-dan", "images"
PICTURE_TYPES = frozenset({".png", ".webp", ".jpg"})
ADDRESS = "/huong-dan"
_FENCE = "---\n"
_HEADING = re.compile(r'<h2 id="([^"]*)">(.*?)</h2>')
_NOT_IN_IDS = re.compile(r"[^a-z0-9]+")


class GuideFault(ValueError):
    """A page of the guide is not written as it must be; the message names the file."""


@dataclass(frozen=True, slots=True)
class GuideSection:
    """A part of a page under one heading ("" before the first), in plain text; `texts` as search compares it."""

    title: str
    url: str
    text: str
    texts: Texts


@dataclass(frozen=True, slots=True)
class GuidePage:
    """One page. `endpoints` are the pages of the portal that it explains: names, or patterns such as units.*"""

    slug: str
    title: str
    summary: str
    order: int
    endpoints: tuple[str, ...]
    html: Markup
    contents: tuple[tuple[str, str], ...]
    sections: tuple[GuideSection, ...] = ()

    @property
    def url(self) -> str:
        return f"{ADDRESS}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Guide:
    """All pages in their order."""

    pages: Sequence[GuidePage]

    def page(self, slug: str) -> GuidePage | None:
        """The page of this name."""
        return next((page for page in self.pages if page.slug == slug), None)

    def about(self, endpoint: str) -> GuidePage | None:
        """The page that explains an endpoint: one that names it before one whose pattern fits."""
        named = next((page for page in self.pages if endpoint in page.endpoints), None)
        return named or next(
            (page for page in self.pages if any(fnmatchcase(endpoint, pattern) for pattern in page.endpoints)), None
        )


@cache
def guide(folder: Path = FOLDER) -> Guide:
    """Read and render every page. Raises GuideFault."""
    pages = [read_page(path) for path in sorted((folder / PAGES).glob("*.md"))]
    return Guide(sorted(pages, key=lambda page: (page.order, page.slug)))


def read_page(path: Path) -> GuidePage:
    """Read one page's file. Raises GuideFault."""
    facts, body = _parts(path, path.read_text(encoding="utf-8"))
    missing = {"title", "summary", "order"} - set(facts)
    if missing:
        raise GuideFault(f"{path.name}: no {', '.join(sorted(missing))}")
    html, contents = render(body)
    return GuidePage(
        slug=path.stem,
        title=str(facts["title"]),
        summary=str(facts["summary"]),
        order=int(str(facts["order"])),
        endpoints=tuple(facts.get("endpoints", ())),
        html=html,
        contents=contents,
        sections=tuple(_sections(path.stem, str(facts["title"]), str(facts["summary"]), html)),
    )


def render(body: str) -> tuple[Markup, tuple[tuple[str, str], ...]]:
    """Markdown to HTML; with the headings of the second level: (id, text)."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    for name, rule in _RULES.items():
        parser.add_render_rule(name, rule)
    tokens = parser.parse(body)
    contents = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            key = _NOT_IN_IDS.sub("-", fold(inline.content)).strip("-")
            opening.attrSet("id", key)
            if opening.tag == "h2":
                contents.append((key, inline.content))
    html = parser.renderer.render(tokens, parser.options, {})
    return Markup(html), tuple(contents)  # noqa: S704 - the parser escapes all text; raw HTML is off


def _sections(slug: str, title: str, summary: str, html: Markup) -> Iterator[GuideSection]:
    """The page cut at its headings of the second level."""
    parts = _HEADING.split(html)
    yield _section(title, f"{ADDRESS}/{slug}", summary, parts[0])
    for key, heading, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
        yield _section(f"{title}: {Markup(heading).striptags()}", f"{ADDRESS}/{slug}#{key}", "", body)  # noqa: S704 - as rendered


def _section(title: str, url: str, summary: str, html: str) -> GuideSection:
    text = f"{summary} {Markup(html.replace('<', ' <')).striptags()}".strip()  # noqa: S704 - as rendered
    return GuideSection(title, url, text, texts_of(words_of(title), words_of(text)))


def _parts(path: Path, text: str) -> tuple[Mapping[str, Any], str]:
    """Front matter (`name: value` lines; `- value` lines below a bare name) and the body."""
    head, fence, body = text.removeprefix(_FENCE).partition(f"\n{_FENCE}")
    if not text.startswith(_FENCE) or not fence:
        raise GuideFault(f"{path.name}: no front matter")
    facts: dict[str, Any] = {}
    name = ""
    for line in head.splitlines():
        if line.startswith("  - "):
            facts.setdefault(name, []).append(line.removeprefix("  - ").strip())
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon:
            raise GuideFault(f"{path.name}: {line!r} is no line of a front matter")
        if value:
            facts[name] = value
    return facts, body


def _link_open(_self: RendererProtocol, tokens: Sequence[Token], index: int, *_: Any) -> str:
    """Links lead to other pages of the guide (by their file), to the portal's addresses, to places of the page."""
    href = str(tokens[index].attrs["href"])
    file, hash_sign, place = href.partition("#")
    if file.endswith(".md") and "/" not in file:
        href = f"{ADDRESS}/{file.removesuffix('.md')}{hash_sign}{place}"
    elif file and (not file.startswith("/") or file.startswith("//")):
        raise GuideFault(f"a link out of the portal: {href}")
    return f'<a href="{Markup.escape(href)}">'


def _image(_self: RendererProtocol, tokens: Sequence[Token], index: int, *_: Any) -> str:
    source = PurePosixPath(str(tokens[index].attrs["src"]))
    if source.parent != PurePosixPath("../images") or source.suffix not in PICTURE_TYPES:
        raise GuideFault(f"a picture that is not in ../images: {source}")
    alt, address = Markup.escape(tokens[index].content), f"{ADDRESS}/hinh/{Markup.escape(source.name)}"
    picture = f'<img src="{address}" alt="{alt}, bấm để xem lớn" loading="lazy">'
    return f'<a class="guide-picture" href="{address}">{picture}</a>'


def _written(html: str) -> Any:
    return lambda *_: html


_RULES: dict[str, Any] = {
    "link_open": _link_open,
    "image": _image,
    "table_open": _written('<div class="table-wrap"><table class="table narrow">'),
    "table_close": _written("</table></div>"),
    "th_open": _written('<th scope="col">'),
    "td_open": _written("<td>"),
}


def pictures_of(pages: Iterable[GuidePage]) -> set[str]:
    """The names of the pictures that pages show."""
    return {name for page in pages for name in re.findall(rf'src="{ADDRESS}/hinh/([^"]+)"', page.html)}
