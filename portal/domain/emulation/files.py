"""The files of a registration: the signed paper, which a step brings, and further files that its officers add."""

from __future__ import annotations

from portal.domain.access.actor import Work
from portal.domain.attachments.models import StoredFile
from portal.domain.attachments.owners import PDF_ONLY, FileKind, FileOwner, OwnerView
from portal.domain.emulation import policies
from portal.domain.emulation.errors import NotEditable
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.pages import frame_of
from portal.domain.emulation.queries.registrations import OBJECT_TYPE, get_registration
from portal.domain.emulation.services.shared import note_editor

SIGNED, FURTHER = "registration_signed", "registration_further"
KINDS = (
    FileKind(SIGNED, "Bản đăng ký đã ký", PDF_ONLY, addable=False),
    FileKind(FURTHER, "Tài liệu kèm theo bản đăng ký"),
)


def find(work: Work, owner_id: int, lock: bool = False) -> OwnerView | None:
    """The registration's rule: who reads it reads its files; who may write it now changes them."""
    stmt = get_registration(work.actor, owner_id, work.today())
    if lock:
        stmt = stmt.with_for_update(of=EmulationRegistration).execution_options(populate_existing=True)
    found = work.session.scalars(stmt).one_or_none()
    if found is None:
        return None
    own, current = policies.is_own(work.actor, found), found.signed_file_id

    def sees(file: StoredFile) -> bool:
        """Who reads the registration has the paper in force and what goes with it; earlier papers stay inside."""
        return own or file.kind != SIGNED or file.id == current

    unit, _, period = work.session.execute(frame_of(found.id)).one()
    return OwnerView(
        unit_id=found.unit_id,
        title=f"{period.name}: {unit.name}",
        endpoint="emulation.show_registration",
        values={"registration_id": found.id},
        may_read=policies.can_view_content(work.actor, found),
        may_change=policies.can_edit(work.actor, found),
        closed=NotEditable.message if policies.can_open(work.actor, found.unit_id) else "",
        fixed=frozenset() if current is None else frozenset({current}),
        sees=sees,
    )


def changed(work: Work, owner_id: int) -> None:
    """Who adds or removes a file has edited: they do not approve the registration."""
    note_editor(work, work.session.get_one(EmulationRegistration, owner_id))


FILES = FileOwner(OBJECT_TYPE, "dang-ky-thi-dua", KINDS, find, changed)
