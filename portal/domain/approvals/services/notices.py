"""Whom the steps of a paper concern, and what they are told."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from portal.core.notices import People
from portal.domain.access.actor import Work
from portal.domain.approvals import notice_kinds as kinds
from portal.domain.approvals.models import Approval, ApprovalMove
from portal.domain.approvals.policies import WayFacts
from portal.domain.notifications.services import notify

_SPOKEN = {
    "submit": "{title}: chờ ông/bà cho ý kiến",
    "forward": "{title}: chờ ông/bà cho ý kiến",
    "back": "{title}: được chuyển lại, chờ ông/bà xem lại",
    "return": "{title}: bị trả lại để sửa",
    "reopen": "{title}: đã duyệt, nay mở lại để sửa",
    "approve": "{title}: đã được duyệt",
    "issue": "{title}: đã ký, đã ghi số văn bản",
}
_KIND = {"return": kinds.RETURNED, "reopen": kinds.RETURNED, "approve": kinds.DECIDED, "issue": kinds.DECIDED}
TITLE_LENGTH = 220


def tell_step(work: Work, facts: WayFacts, action: str, hands: Collection[int]) -> None:
    """Tell those whom a step concerns that it was taken; the paper has its new place and version.

    `hands` are those who had drafted and edited before it.
    """
    if action not in _SPOKEN:
        return
    approval = facts.approval
    kind = _KIND.get(action, kinds.WAITING)
    to = [a.user_id for a in facts.free(approval.position)] if kind == kinds.WAITING else sorted(hands)
    if action == "issue":
        to = sorted({*to, *_movers(work, approval)})
    notify(
        work,
        kind,
        f"{kind}:{approval.id}:{approval.version}",
        _SPOKEN[action].format(title=_short(approval.title)),
        [People(to)],
        ("approvals.show_paper", {"approval_id": approval.id}),
        approval.unit_id,
    )


def _movers(work: Work, approval: Approval) -> Collection[int]:
    return set(work.session.scalars(select(ApprovalMove.actor_id).where(ApprovalMove.approval_id == approval.id)))


def _short(title: str) -> str:
    return title if len(title) <= TITLE_LENGTH else title[:TITLE_LENGTH] + "…"
