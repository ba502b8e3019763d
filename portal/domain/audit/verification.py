"""Walking the chain: every change, cut, reordering, missing or extra entry shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.core.keyring import KeyRing, UnknownKey
from portal.core.pagination import AnyRow
from portal.domain.audit.enums import FaultKind
from portal.domain.audit.heads import ChainHead
from portal.domain.audit.models import AuditEntry, AuditHead, AuditLink
from portal.domain.audit.services import GENESIS, EntryData, link_hash

BATCH = 500
_LINK = (
    AuditLink.seq,
    AuditLink.previous_hash,
    AuditLink.hash,
    AuditLink.key_id,
    AuditLink.entry_count,
    AuditLink.at,
)
_ENTRY = (
    AuditEntry.at,
    AuditEntry.action,
    AuditEntry.actor_id,
    AuditEntry.on_behalf_of_id,
    AuditEntry.object_type,
    AuditEntry.object_id,
    AuditEntry.unit_id,
    AuditEntry.detail,
    AuditEntry.request_id,
    AuditEntry.address,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, and the link where it shows."""

    kind: FaultKind
    seq: int
    detail: str = ""

    def __str__(self) -> str:
        return f"Mắt xích {self.seq}: {self.kind.label}" + (f" ({self.detail})" if self.detail else "") + "."


def verify(session: Session, keyring: KeyRing, expected_head: ChainHead | None = None) -> list[Fault]:
    """Check every link in its order, then the head. Writers may go on meanwhile.

    With an exported head a tail that was cut off, and the chain's head moved back to hide it, show too.
    """
    return list(find_faults(session, keyring, expected_head))


def find_faults(session: Session, keyring: KeyRing, expected_head: ChainHead | None = None) -> Iterator[Fault]:
    """The faults of `verify`, as they are found."""
    walk = _Walk(session, keyring, expected_head)
    yield from walk.links()
    yield from walk.end()


class _Walk:
    """One walk from the first link on; `last` is the link that was seen last."""

    def __init__(self, session: Session, keyring: KeyRing, expected: ChainHead | None) -> None:
        self.session, self.keyring, self.expected = session, keyring, expected
        self.last = ChainHead(0, GENESIS)
        self.met_expected = expected is None or expected == self.last
        self._begun = False

    def links(self) -> Iterator[Fault]:
        """Check what stands in the table after the last link seen, a batch at a time."""
        while rows := self._next_links():
            entries = self._entries(rows)
            for row in rows:
                yield from self._link(row, entries.pop(row.seq, []))
            for seq, orphans in sorted(entries.items()):
                yield Fault(FaultKind.EXTRA_ENTRY, seq, f"{len(orphans)} dòng không thuộc mắt xích nào")

    def end(self) -> Iterator[Fault]:
        """Check entries behind the last link, the head, and the head that was exported."""
        head = self.session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == 1)).one_or_none()
        seen = self.last
        yield from self.links()  # what was written since the last batch; with the head's own link, which came with it
        linked = exists().where(AuditLink.seq == AuditEntry.link_seq)
        behind = select(AuditEntry.link_seq).where(AuditEntry.link_seq > self.last.seq, ~linked).distinct()
        for seq in self.session.scalars(behind.order_by(AuditEntry.link_seq)):
            yield Fault(FaultKind.EXTRA_ENTRY, seq, "dòng không thuộc mắt xích nào")
        if head is None:
            yield Fault(FaultKind.WRONG_HEAD, self.last.seq, "không còn mốc cuối chuỗi")
        elif self._is_wrong(ChainHead(head.seq, head.hash), seen):
            yield Fault(FaultKind.WRONG_HEAD, head.seq, f"mắt xích cuối là {self.last.seq}")
        if not self.met_expected and self.expected is not None:
            yield Fault(FaultKind.CUT, self.expected.seq, f"chuỗi dừng ở {self.last.seq}")

    def _is_wrong(self, head: ChainHead, seen: ChainHead) -> bool:
        """Whether the head does not fit: `seen` was the last link when it was read, more may have come since."""
        if head.seq == self.last.seq:
            return head.hash != self.last.hash
        return head.seq > self.last.seq or head.seq < seen.seq

    def _next_links(self) -> Sequence[AnyRow]:
        stmt = select(*_LINK).order_by(AuditLink.seq).limit(BATCH)
        if self._begun:
            stmt = stmt.where(AuditLink.seq > self.last.seq)
        return self.session.execute(stmt).all()

    def _entries(self, links: Sequence[AnyRow]) -> dict[int, list[EntryData]]:
        """Entries by link; those of numbers between that have no link are among them."""
        stmt = select(AuditEntry.link_seq, *_ENTRY).where(AuditEntry.link_seq <= links[-1].seq)
        if self._begun:
            stmt = stmt.where(AuditEntry.link_seq > self.last.seq)
        found: dict[int, list[EntryData]] = defaultdict(list)
        for row in self.session.execute(stmt.order_by(AuditEntry.link_seq, AuditEntry.id)):
            found[row.link_seq].append(EntryData(*row[1:]))
        return found

    def _link(self, row: AnyRow, entries: list[EntryData]) -> Iterator[Fault]:
        missing = row.seq - self.last.seq - 1
        if missing > 0:
            yield Fault(FaultKind.MISSING_LINK, self.last.seq + 1, f"thiếu {missing} mắt xích trước {row.seq}")
        elif missing < 0 or row.previous_hash != self.last.hash:
            yield Fault(FaultKind.BROKEN_LINK, row.seq)
        yield from self._content(row, entries)
        if self.expected is not None and row.seq == self.expected.seq:
            self.met_expected = True
            if row.hash != self.expected.hash:
                yield Fault(FaultKind.CUT, row.seq, "mã băm khác mốc đã xuất")
        self.last = ChainHead(row.seq, row.hash)
        self._begun = True

    def _content(self, row: AnyRow, entries: list[EntryData]) -> Iterator[Fault]:
        if len(entries) != row.entry_count:
            kind = FaultKind.MISSING_ENTRY if len(entries) < row.entry_count else FaultKind.EXTRA_ENTRY
            yield Fault(kind, row.seq, f"có {len(entries)} dòng, mắt xích ghi {row.entry_count}")
        try:
            digest = link_hash(self.keyring, row.key_id, row.seq, row.previous_hash, entries)
        except UnknownKey:
            yield Fault(FaultKind.UNKNOWN_KEY, row.seq, f"khóa {row.key_id}")
            return
        same_moment = bool(entries) and entries[-1].at == row.at
        if digest != row.hash or (len(entries) == row.entry_count and not same_moment):
            yield Fault(FaultKind.CHANGED, row.seq)
