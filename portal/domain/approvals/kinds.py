"""The kinds of papers that go through a chain: each feature says in its manifest which it has (`document_kinds`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from portal.core.manifest import Manifest, manifests
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission


@dataclass(frozen=True, slots=True)
class RecordView:
    """A paper's record as the page of its way shows it: facts (label, value), and its text in short paragraphs."""

    facts: Sequence[tuple[str, Any]] = ()
    text: Sequence[str] = ()


def nothing_blocks(_work: Work, _record_id: int) -> Sequence[str]:
    """A kind whose papers can always be put forward."""
    return ()


def nothing_follows(_work: Work, _record_id: int, _action: str) -> None:
    """A kind whose records do not follow the steps of their paper."""


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A kind of papers. `code` is kept with every paper and chain: it never changes.

    `view`: who, holding it over the paper's unit, may see a paper once it was put forward; `edit`: who drafts it there,
    sees it before too, puts it forward and takes it back. `endpoint` with `key` opens the record. `show(work,
    record_id)` gives what the page of the way shows of it, `faults(work, record_id)` what still keeps it from being put
    forward, and `follow(work, record_id, action)` is called after every step, in its transaction.
    """

    code: str
    label: str
    view: Permission
    edit: Permission
    endpoint: str
    key: str
    show: Callable[[Work, int], RecordView]
    faults: Callable[[Work, int], Sequence[str]] = nothing_blocks
    follow: Callable[[Work, int, str], None] = nothing_follows


def declared(features: Sequence[Manifest]) -> Mapping[str, DocumentKind]:
    """The kinds of these features by their code. Raises ValueError for a code that two have, or a confidential one."""
    found: dict[str, DocumentKind] = {}
    for feature in features:
        for kind in feature.document_kinds:
            if kind.code in found:
                raise ValueError(f"Two kinds of papers are called {kind.code}.")
            if feature.confidential:
                raise ValueError(f"{kind.code} is confidential: its papers must not stand in a list that many read.")
            found[kind.code] = kind
    return found


def kinds() -> Mapping[str, DocumentKind]:
    """Every kind of papers of the portal by its code."""
    return _known()


@cache
def _known() -> Mapping[str, DocumentKind]:
    return declared(manifests())
