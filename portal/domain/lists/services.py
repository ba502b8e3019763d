"""What people keep of lists is changed here: columns, saved filters. Looks are nobody else's business: only what is
kept under a name is written to the audit log.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import IntegrityError

from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.core.text import clean
from portal.domain.access.actor import Work
from portal.domain.audit.services import record
from portal.domain.lists import policies, queries
from portal.domain.lists.models import ListPreference, SavedFilter
from portal.domain.lists.queries import SEPARATOR

OBJECT_TYPE = "saved_filter"
NAME_LENGTH = 60
QUERY_LENGTH = 2000
MOST_OWN = 20
MOST_SHARED = 20


@dataclass(frozen=True, slots=True)
class FilterData:
    """A saved filter as it is typed. `unit_id` None: for its owner alone; `opens`: the list opens with it; `replaces`:
    it takes the place of one's own filter of this name.
    """

    name: str
    unit_id: int | None = None
    opens: bool = False
    replaces: bool = False


def choose_columns(work: Work, list_name: str, columns: Sequence[str]) -> None:
    """Keep the columns that the actor looks at, in their order; none: as the list comes. The caller knows the keys."""
    _preference(work, list_name).columns = SEPARATOR.join(columns)
    work.session.flush()


def save_filter(work: Work, list_name: str, query: str, data: FilterData) -> SavedFilter:
    """Keep a list's query under a name. Raises InvalidInput (name, unit_id), NotAllowed (a unit that is not one's own).

    The caller has read `query` through the list, so that it holds nothing but what the list knows.
    """
    name = _checked(work, data)
    if data.replaces and (there := work.session.scalars(_named(work, list_name, name)).one_or_none()) is not None:
        return _renew(work, there, query, data)
    mine = select(func.count()).where(SavedFilter.owner_id == work.actor.user_id, SavedFilter.list_name == list_name)
    if work.session.scalars(mine).one() >= MOST_OWN:
        raise InvalidInput({"name": [f"Mỗi danh sách lưu được nhiều nhất {MOST_OWN} bộ lọc. Xin xóa bớt."]})
    if len(query) > QUERY_LENGTH:
        raise InvalidInput({"name": ["Bộ lọc này dài quá nên chưa lưu được. Xin bớt điều kiện."]})
    if not query:
        raise InvalidInput({"name": ["Danh sách chưa đặt điều kiện lọc nào để lưu."]})
    made = SavedFilter(owner_id=work.actor.user_id, list_name=list_name, query=query, created_at=work.clock.now())
    _put(work, made, name, data.unit_id)
    record(work, "saved_filter.created", OBJECT_TYPE, made.id, unit_id=made.unit_id, detail=_said(made))
    if data.opens:
        open_with(work, list_name, made.id)
    return made


def edit_filter(work: Work, list_name: str, filter_id: int, version: int, data: FilterData) -> SavedFilter:
    """Rename a saved filter, share it or keep it to oneself. Raises NotFound, NotAllowed, VersionConflict,
    InvalidInput.
    """
    kept = _changeable(work, list_name, filter_id, version)
    name = _checked(work, data)
    if (kept.name, kept.unit_id) != (name, data.unit_id):
        _put(work, kept, name, data.unit_id)
        record(work, "saved_filter.changed", OBJECT_TYPE, kept.id, unit_id=kept.unit_id, detail=_said(kept))
    return kept


def delete_filter(work: Work, list_name: str, filter_id: int, version: int) -> SavedFilter:
    """Forget a saved filter; lists that opened with it open whole again. Raises NotFound, NotAllowed,
    VersionConflict.
    """
    kept = _changeable(work, list_name, filter_id, version)
    work.session.execute(update(ListPreference).where(ListPreference.filter_id == kept.id).values(filter_id=None))
    record(work, "saved_filter.deleted", OBJECT_TYPE, kept.id, unit_id=kept.unit_id, detail=_said(kept))
    work.session.delete(kept)
    work.session.flush()
    return kept


def open_with(work: Work, list_name: str, filter_id: int | None) -> None:
    """Let the actor's list open with a saved filter that they see; None: whole. Raises NotFound."""
    if filter_id is not None:
        _seen(work, list_name, filter_id)
    _preference(work, list_name).filter_id = filter_id
    work.session.flush()


def _named(work: Work, list_name: str, name: str) -> Select[SavedFilter]:
    stmt = select(SavedFilter).where(
        SavedFilter.owner_id == work.actor.user_id, SavedFilter.list_name == list_name, SavedFilter.name == name
    )
    return stmt.with_for_update()


def _renew(work: Work, kept: SavedFilter, query: str, data: FilterData) -> SavedFilter:
    kept.query = query
    _put(work, kept, kept.name, data.unit_id)
    record(work, "saved_filter.changed", OBJECT_TYPE, kept.id, unit_id=kept.unit_id, detail=_said(kept))
    if data.opens:
        open_with(work, kept.list_name, kept.id)
    return kept


def _preference(work: Work, list_name: str) -> ListPreference:
    found = work.session.scalars(queries.preference_of(work.actor, list_name).with_for_update()).one_or_none()
    if found is None:
        found = ListPreference(user_id=work.actor.user_id, list_name=list_name, columns="")
        try:
            with work.session.begin_nested():
                work.session.add(found)
        except IntegrityError:  # the same person in another window
            found = work.session.scalars(queries.preference_of(work.actor, list_name)).one()
    return found


def _seen(work: Work, list_name: str, filter_id: int) -> SavedFilter:
    stmt = queries.one_filter(work.actor, list_name, filter_id).with_for_update()
    found = work.session.scalars(stmt.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound
    return found


def _changeable(work: Work, list_name: str, filter_id: int, version: int) -> SavedFilter:
    kept = _seen(work, list_name, filter_id)
    if not policies.can_change_filter(work, kept):
        raise NotAllowed
    if kept.version != version:
        raise VersionConflict
    return kept


def _checked(work: Work, data: FilterData) -> str:
    name = clean(data.name)
    if not name:
        raise InvalidInput({"name": ["Xin đặt tên cho bộ lọc."]})
    if len(name) > NAME_LENGTH:
        raise InvalidInput({"name": [f"Tên dài nhất {NAME_LENGTH} ký tự."]})
    if data.unit_id is not None and not policies.can_share_with(work, data.unit_id):
        raise NotAllowed("Chỉ dùng chung được bộ lọc với đơn vị mà ông/bà làm việc hoặc được giao vai trò.")
    return name


def _put(work: Work, kept: SavedFilter, name: str, unit_id: int | None) -> None:
    """Write name and unit, as far as the unit has room and the name is free."""
    if unit_id is not None and unit_id != kept.unit_id:
        there = select(func.count()).where(SavedFilter.unit_id == unit_id, SavedFilter.list_name == kept.list_name)
        if work.session.scalars(there).one() >= MOST_SHARED:
            text = (
                f"Đơn vị đã có {MOST_SHARED} bộ lọc dùng chung ở danh sách này. Xin xóa bớt, hoặc lưu cho riêng mình."
            )
            raise InvalidInput({"unit_id": [text]})
    try:
        with work.session.begin_nested():
            kept.name, kept.unit_id = name, unit_id
            work.session.add(kept)
    except IntegrityError as error:
        raise InvalidInput({"name": ["Đã có bộ lọc tên này ở danh sách này. Xin đặt tên khác."]}) from error


def _said(kept: SavedFilter) -> dict[str, object]:
    """What the audit log keeps: the name and the list, not what is searched for."""
    return {"name": kept.name, "list": kept.list_name}
