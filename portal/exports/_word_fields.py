"""The fields that a Word template may hold: plain ones, and lists whose rows are repeated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_NOT_IN_XML = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
PARAGRAPH = "\a"  # what docxtpl turns into a new paragraph of the same looks


@dataclass(frozen=True, slots=True)
class TextField:
    """{{ name }}: one text. A template without an obligatory field is refused."""

    name: str
    label: str
    example: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class RowsField:
    """{%tr for item in name %}: a list, one row (or paragraph) each; its own fields are written item.field."""

    name: str
    label: str
    item: str
    fields: tuple[TextField | RowsField, ...]
    required: bool = False


Field = TextField | RowsField
Context = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FieldLine:
    """A field as the page lists it: how it is written into the template."""

    code: str
    label: str
    example: str
    required: bool


def field_lines(fields: Sequence[Field], inside: str = "") -> Iterator[FieldLine]:
    """Every field with how it is written, lists before what stands in their rows."""
    for field in fields:
        name = f"{inside}{field.name}"
        if isinstance(field, TextField):
            yield FieldLine(f"{{{{ {name} }}}}", field.label, field.example, field.required)
            continue
        code = f"{{%tr for {field.item} in {name} %}} … {{%tr endfor %}}"
        yield FieldLine(code, field.label, "", field.required)
        yield from field_lines(field.fields, f"{field.item}.")


@dataclass(frozen=True, slots=True)
class WordPaper:
    """A paper whose Word template the office may change.

    `built_in` writes the portal's own template, `example` is what a template is tried with.
    """

    code: str
    label: str
    fields: tuple[Field, ...]
    built_in: Callable[[datetime], bytes]
    example: Context


def paragraphs(texts: Sequence[str]) -> str:
    """Several paragraphs as one value."""
    return PARAGRAPH.join(text.replace(PARAGRAPH, " ") for text in texts)


def cleaned(value: Any) -> Any:
    """A context of plain texts, lists and dicts only, without what XML cannot hold."""
    if isinstance(value, Mapping):
        return {str(key): cleaned(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [cleaned(one) for one in value]
    return PARAGRAPH.join(_NOT_IN_XML.sub(" ", part) for part in str(value).split(PARAGRAPH))
