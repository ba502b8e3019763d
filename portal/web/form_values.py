"""What a form would send as it stands: the values of its fields as a browser writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from flask_wtf.file import FileField, MultipleFileField
from wtforms import (
    BooleanField,
    Field,
    FieldList,
    Form,
    FormField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    SubmitField,
)
from wtforms.csrf.core import CSRFTokenField

SECRET = (PasswordField, FileField, MultipleFileField)
"""Never in a draft."""
NOT_TYPED = (*SECRET, CSRFTokenField, SubmitField)
VERSIONS = ("version", "mark")
"""Hidden fields that say which version was read; they are no content."""


def sent_values(*forms: Form) -> dict[str, list[str]]:
    """Name to values of all that a person may type or choose."""
    return {
        field.name: values_of(field)
        for form in forms
        for field in plain_fields(form)
        if not isinstance(field, NOT_TYPED) and field.short_name not in VERSIONS
    }


def secret_names(*forms: Form) -> list[str]:
    """The fields whose values never go into a draft: passwords and files."""
    return [field.name for form in forms for field in plain_fields(form) if isinstance(field, SECRET)]


def many_names(*forms: Form) -> list[str]:
    """The fields of which several values may be chosen: each choice is a thing of its own to two editors."""
    return [f.name for form in forms for f in plain_fields(form) if isinstance(f, SelectMultipleField)]


def marked_values(values: Mapping[str, Sequence[str]], many: Collection[str]) -> dict[str, Sequence[str]]:
    """The values by the places that two editors may both change: `name`, or `name:choice` of those in `many`."""
    found: dict[str, Sequence[str]] = {}
    for name, given in values.items():
        found.update({f"{name}:{value}": [value] for value in given} if name in many else {name: given})
    return found


def plain_fields(fields: Form | FieldList[Any] | FormField[Any]) -> Iterator[Field]:
    """The fields, with those inside lists and forms of the form."""
    for field in fields:
        if isinstance(field, FormField):
            yield from plain_fields(field.form)
        elif isinstance(field, FieldList):
            yield from plain_fields(field)
        else:
            yield field


def values_of(field: Field) -> list[str]:
    """The values of one field; a box that is not ticked sends none."""
    if isinstance(field, BooleanField):
        return ["y"] if field.data else []
    if isinstance(field, SelectMultipleField):
        return [str(value) for value in field.data or []]
    if isinstance(field, RadioField | SelectField):
        return [] if field.data is None else [str(field.data)]
    written = field._value() if hasattr(field, "_value") else field.data  # what its widget writes
    return [] if written is None else [str(written)]
