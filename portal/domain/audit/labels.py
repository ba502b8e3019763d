"""Entries in words: what the features' manifests say of their actions, and what may be shown of a confidential one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.core.db import Base
from portal.core.manifest import Manifest, manifests

LONGEST = 300
_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
EMPTY = "trống"


@dataclass(frozen=True, slots=True)
class Words:
    """The registered words: of actions, of object types, fields and codes; and what is confidential."""

    actions: Mapping[str, str]
    words: Mapping[str, str]
    confidential: frozenset[str]

    def action(self, action: str) -> str:
        """What was done; an action that no feature has named is shown as it is."""
        return self.actions.get(action, action)

    def object_type(self, object_type: str) -> str:
        """What it was done to. A dotted name is an endpoint: a page that was refused."""
        return self.words.get(object_type, "Trang" if "." in object_type else object_type)

    def object_types(self) -> list[str]:
        """The kinds of records that entries speak of, in words' order."""
        return sorted((name for name in Base.metadata.tables if name in self.words), key=lambda name: self.words[name])

    def is_confidential(self, action: str) -> bool:
        """Whether the entry belongs to a confidential feature: then only ids and field names are shown."""
        return action in self.confidential or action.partition(".")[0] in self.confidential

    def details(self, action: str, detail: Mapping[str, Any]) -> list[tuple[str, str]]:
        """An entry's details as (label, value)."""
        hidden = self.is_confidential(action)
        return [(self.words.get(key, key), "" if hidden else self.value(value)) for key, value in detail.items()]

    def value(self, value: Any) -> str:
        """A value of a detail, in words where there are any."""
        if isinstance(value, Mapping):
            if set(value) == {"old", "new"}:
                return f"{self.value(value['old'])} → {self.value(value['new'])}"
            return "; ".join(f"{self.words.get(k, k)}: {self.value(v)}" for k, v in value.items())
        if isinstance(value, list):
            return ", ".join(self.value(v) for v in value) or EMPTY
        if isinstance(value, bool):
            return "có" if value else "không"
        text = "" if value is None else str(value)
        text = f"{text[8:]}/{text[5:7]}/{text[:4]}" if _DAY.fullmatch(text) else self.words.get(text, text)
        return EMPTY if not text else text if len(text) <= LONGEST else text[:LONGEST] + "…"


@cache
def words() -> Words:
    """The words of all features, read once."""
    return read_words(manifests())


def read_words(found: tuple[Manifest, ...]) -> Words:
    """Put together what manifests say."""
    return Words(
        actions={action: label for m in found for action, label in m.audit_labels.items()},
        words={word: label for m in found for word, label in m.audit_words.items()},
        confidential=frozenset(name for m in found if m.confidential for name in (m.name, *m.audit_labels)),
    )
