"""Notices as mails: queued in the transaction of the notice, one for each notice and receiver, in no more words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portal.core.outbox import post_of, queue_mail
from portal.domain.access.actor import Work

NAME = "Cổng Nội vụ"
NOTICE_PATH = "/thong-bao/{}"
GREETING = "Kính gửi ông/bà,"
FOOT = "Thư do Cổng Nội vụ tự động gửi, xin không trả lời. Cách nhận đổi được ở trang Thông báo, mục Cách nhận."


def mail_notices(work: Work, told: Sequence[tuple[Any, str]]) -> None:
    """Queue a mail for each of these new notices (id, receiver_id, key, text) to its receiver's address.

    Where mail cannot be sent nothing is queued. The same notice never goes twice: its key and receiver make the
    Message-ID.
    """
    post = post_of(work.session)
    if post is None:
        return
    for row, address in told:
        queue_mail(
            work.session,
            work.clock,
            unique_key=f"notice:{row.key}:{row.receiver_id}",
            to=[address],
            subject=f"{NAME}: {row.text}",
            body=body([row.text], post.link(NOTICE_PATH.format(row.id))),
        )


def body(lines: Sequence[str], link: str) -> str:
    """A mail's text: greeting, what there is to say, where it is opened."""
    parts = [GREETING, "\n".join(lines), *([f"Mở trên cổng: {link}"] if link else []), "--\n" + FOOT]
    return "\n\n".join(parts) + "\n"
