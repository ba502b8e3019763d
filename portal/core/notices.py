"""What people are told: the kinds of notices that features declare, and one piece of news with whom it concerns.

Features above `notifications` call its `notify`; those below it call `tell`, which hands the news to whoever takes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.core.manifest import manifests


class MailChoice(StrEnum):
    """When a kind of notice is mailed: never, at once, or in the digest of the next working day."""

    NONE = "none"
    AT_ONCE = "at_once"
    DIGEST = "digest"

    @property
    def label(self) -> str:
        return {"none": "Không gửi", "at_once": "Gửi ngay", "digest": "Trong bản tin đầu ngày"}[self.value]


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """A kind of notices, declared in its feature's manifest (`notice_kinds`).

    `permission` is what a reader must still hold over the notice's unit when they look (empty: it is theirs whatever
    they hold). `fixed`: it cannot be switched off on the portal. `mail` holds until a person chooses otherwise, among
    `choices`. `on_portal` is False for what is only mailed.
    """

    code: str
    label: str
    permission: str = ""
    fixed: bool = False
    mail: MailChoice = MailChoice.NONE
    choices: tuple[MailChoice, ...] = tuple(MailChoice)
    on_portal: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Holders:
    """Those who hold a permission at exactly this unit today, by an assignment or a delegation."""

    permission: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class People:
    """These accounts."""

    user_ids: Sequence[int]


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened. `key` names the effect for good: nobody is told of the same twice.

    `text` is short and tells nothing of persons. `endpoint` and `values` open what it is about, `unit_id` is the unit
    that it concerns; `permission` is asked of its reader in place of the kind's own, one that some kind asks for.
    """

    kind: str
    key: str
    text: str
    to: Sequence[Holders | People]
    endpoint: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    unit_id: int | None = None
    permission: str = ""


def tell(work: Any, news: News) -> None:
    """Hand news to the feature that takes it, in the caller's transaction: for what lies below notifications."""
    for manifest in manifests():
        if manifest.takes_news is not None:
            manifest.takes_news(work, news)
