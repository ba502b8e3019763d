"""Delegations: given, read anew on each request, ended by themselves and by hand; never handed on, never circular."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select

from portal.core.clock import FixedClock
from portal.core.db import write_mode
from portal.core.errors import InvalidInput, NotAllowed, NotFound, VersionConflict
from portal.core.runtime import Runtime
from portal.domain.access.actor import Actor, Work
from portal.domain.access.enums import Permission, Role
from portal.domain.accounts import services
from portal.domain.accounts.enums import RequestKind
from portal.domain.accounts.manifest import waiting
from portal.domain.accounts.models import AccessRequest, RoleAssignment, UserAccount
from portal.domain.accounts.queries import by_username, load_actor
from portal.domain.accounts.services import DelegationData, requests
from portal.domain.accounts.services.delegations import DelegationOver
from portal.domain.audit.models import AuditEntry
from tests.accounts.conftest import Give, UserId

ActorOf = Callable[[str], Actor]
WorkAs = Callable[[str], Any]
Read = Callable[..., list[Any]]
Delegate = Callable[..., int]
HEAD, OFFICER, OTHER = "vangiang.lanhdao", "vangiang", "vangiang.tongiao"
LAST = date(2023, 3, 31)


@pytest.fixture
def delegate(work_as: WorkAs, user_id: UserId, runtime: Runtime) -> Callable[..., int]:
    """delegate("vangiang.lanhdao", "vangiang"): hand on the giver's first delegable role; the delegation's id."""

    def act(giver: str, receiver: str, first: date = date(2023, 3, 15), last: date | None = LAST) -> int:
        with runtime.session_factory() as session:
            held = select(RoleAssignment.id).where(
                RoleAssignment.user_id == user_id(giver), RoleAssignment.given_by_id.is_(None)
            )
            own = session.scalars(held.order_by(RoleAssignment.id)).first() or 0
        with work_as(giver) as work:
            done = services.delegate(work, DelegationData(user_id(receiver), [own], first, last, "GUQ số 12"))
            return done.made[0].id if done.made else 0

    return act


def refused(act: Callable[[], Any]) -> dict[str, list[str]]:
    with pytest.raises(InvalidInput) as caught:
        act()
    return caught.value.errors


class TestGiving:
    def test_the_receiver_may_what_the_giver_may_and_acts_in_both_names(
        self, delegate: Delegate, actor_of: ActorOf, user_id: UserId, unit_id: Callable[[str], int]
    ) -> None:
        assert not actor_of(OTHER).can(Permission.REGISTRATION_APPROVE)
        delegate(HEAD, OTHER)
        there, giver = actor_of(OTHER), user_id(HEAD)
        assert there.holds_at(Permission.REGISTRATION_APPROVE, unit_id("326"))
        assert there.acts_for(Permission.REGISTRATION_APPROVE, unit_id("326")) == giver
        assert there.giver_behind(Permission.REGISTRATION_APPROVE) == giver
        assert there.identities == {user_id(OTHER), giver}
        assert actor_of(HEAD).identities == {giver}, "the giver stays themselves"

    def test_both_names_stand_in_the_audit_log(self, delegate: Delegate, read: Read, user_id: UserId) -> None:
        made = delegate(HEAD, OFFICER)
        entry = read(select(AuditEntry).where(AuditEntry.action == "delegation.created"))[0]
        assert (entry.object_id, entry.actor_id) == (str(made), user_id(HEAD))
        assert entry.detail == {
            "user": user_id(OFFICER),
            "role": "unit_head",
            "given_by": user_id(HEAD),
            "from": "2023-03-15",
            "to": "2023-03-31",
        }

    @pytest.mark.parametrize(
        ("receiver", "first", "last", "field", "words"),
        [
            (OFFICER, date(2023, 3, 14), LAST, "valid_from", "trước hôm nay"),
            (OFFICER, date(2023, 3, 20), date(2023, 3, 19), "valid_to", "trước ngày bắt đầu"),
            (OFFICER, date(2023, 3, 15), None, "valid_to", "phải có ngày cuối"),
            (OFFICER, date(2023, 3, 15), date(2024, 3, 20), "valid_to", "dài nhất một năm"),
            (HEAD, date(2023, 3, 15), LAST, "receiver", "Không tự ủy quyền"),
            ("xuanquan", date(2023, 3, 15), LAST, "receiver", "cùng đơn vị"),
            ("khoaichau", date(2023, 3, 15), LAST, "receiver", "cùng đơn vị"),
        ],
    )
    def test_what_is_refused(
        self, delegate: Delegate, receiver: str, first: date, last: date | None, field: str, words: str
    ) -> None:
        assert words in refused(lambda: delegate(HEAD, receiver, first, last))[field][0]

    def test_people_of_the_divisions_may_receive_from_the_leaders(self, delegate: Delegate, actor_of: ActorOf) -> None:
        delegate("giamdoc", "thidua.truong")
        assert Role.DIRECTOR in actor_of("thidua.truong").roles
        assert "cùng đơn vị" in refused(lambda: delegate("thidua.truong", "phogiamdoc"))["receiver"][0], "not upwards"
        assert "cùng đơn vị" in refused(lambda: delegate("thidua.truong", "cchc"))["receiver"][0], "not sideways"

    @pytest.mark.parametrize("username", ["quantri", "nhatky", "hoidong"])
    def test_what_guards_the_portal_and_seats_of_the_council_are_not_handed_on(
        self, delegate: Delegate, username: str
    ) -> None:
        assert "roles" in refused(lambda: delegate(username, OFFICER))

    def test_who_holds_the_role_already_does_not_receive_it(self, delegate: Delegate, give: Give) -> None:
        give(OFFICER, Role.UNIT_HEAD, "326")
        assert "đã giữ" in refused(lambda: delegate(HEAD, OFFICER))["roles"][0]
        delegate(HEAD, OTHER)
        assert "đã được ủy quyền" in refused(lambda: delegate(HEAD, OTHER))["roles"][0]

    def test_reason_is_asked_for(self, work_as: WorkAs, user_id: UserId) -> None:
        with work_as(HEAD) as work:
            mine = services.DelegationData(user_id(OFFICER), [], date(2023, 3, 15), LAST, "")
            assert "roles" in refused(lambda: services.delegate(work, mine))


class TestChains:
    def test_what_was_received_is_not_handed_on(self, delegate: Delegate, work_as: WorkAs, user_id: UserId) -> None:
        got = delegate(HEAD, OFFICER)
        with work_as(OFFICER) as work:
            data = DelegationData(user_id(OTHER), [got], date(2023, 3, 15), LAST, "GUQ số 13")
            assert "mà ông/bà đang giữ" in refused(lambda: services.delegate(work, data))["roles"][0]

    def test_an_administrator_does_not_write_one_either(
        self, delegate: Delegate, work_as: WorkAs, user_id: UserId, unit_id: Callable[[str], int]
    ) -> None:
        delegate(HEAD, OFFICER)
        grant = services.GrantData(
            Role.UNIT_HEAD, unit_id("326"), date(2023, 3, 15), LAST, user_id(OFFICER), "Giấy ủy quyền 14"
        )
        with work_as("quantri") as work:
            assert (
                "không giữ vai trò" in refused(lambda: services.grant_role(work, user_id(OTHER), grant))["given_by"][0]
            )

    def test_two_do_not_act_for_each_other_on_one_day(self, delegate: Delegate) -> None:
        delegate(HEAD, OFFICER, last=date(2023, 3, 20))
        assert "ủy quyền vòng" in refused(lambda: delegate(OFFICER, HEAD))["receiver"][0]
        assert delegate(OFFICER, HEAD, first=date(2023, 3, 21)), "afterwards they may"

    def test_a_circle_of_three_is_none_either(self, delegate: Delegate, give: Give) -> None:
        give(OTHER, Role.AREA_APPRAISER, "326")
        delegate(HEAD, OFFICER)
        delegate(OFFICER, "vangiang.tongiao.lanhdao")
        assert "ủy quyền vòng" in refused(lambda: delegate("vangiang.tongiao.lanhdao", HEAD))["receiver"][0]

    def test_two_halves_of_a_circle_at_once_make_none(
        self, runtime: Runtime, user_id: UserId, actor_of: ActorOf, read: Read
    ) -> None:
        """Both givers decide at the same instant: one of them is told."""
        start, outcomes = threading.Barrier(2), []

        def hand_on(giver: str, receiver: str) -> None:
            who, to = actor_of(giver), user_id(receiver)
            start.wait()
            with write_mode(), runtime.session_factory() as session:
                work = Work(session, who, runtime.clock)
                own = session.scalars(
                    select(RoleAssignment.id).where(RoleAssignment.user_id == who.user_id).order_by(RoleAssignment.id)
                ).first()
                try:
                    services.delegate(work, DelegationData(to, [own or 0], date(2023, 3, 15), LAST, "GUQ"))
                    session.commit()
                    outcomes.append("made")
                except InvalidInput:
                    outcomes.append("told")

        threads = [threading.Thread(target=hand_on, args=pair) for pair in ((HEAD, OFFICER), (OFFICER, HEAD))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(outcomes) == ["made", "told"]
        assert len(read(select(RoleAssignment.id).where(RoleAssignment.given_by_id.is_not(None)))) == 1


class TestEnding:
    def test_it_begins_and_ends_by_itself(self, delegate: Delegate, actor_of: ActorOf, clock: FixedClock) -> None:
        delegate(HEAD, OFFICER, first=date(2023, 3, 20), last=date(2023, 3, 22))
        held = []
        for _ in range(9):
            held.append(Role.UNIT_HEAD in actor_of(OFFICER).roles)
            clock.advance(timedelta(days=1))
        assert held == [False] * 5 + [True] * 3 + [False], "15 to 23 March: the last day counts"

    def test_it_ends_when_the_giver_loses_the_role(
        self,
        delegate: Delegate,
        work_as: WorkAs,
        actor_of: ActorOf,
        user_id: UserId,
        read: Read,
    ) -> None:
        made = delegate(HEAD, OFFICER)
        held = read(select(RoleAssignment).where(RoleAssignment.user_id == user_id(HEAD)))[0]
        with work_as("quantri") as work:
            services.end_assignment(work, user_id(HEAD), held.id, held.version)
        assert Role.UNIT_HEAD not in actor_of(OFFICER).roles
        assert read(select(RoleAssignment.ended_at).where(RoleAssignment.id == made))[0] is not None
        assert read(select(AuditEntry.object_id).where(AuditEntry.action == "delegation.ended")) == [str(made)]

    def test_nothing_is_delegated_beyond_the_givers_last_day(
        self,
        delegate: Delegate,
        actor_of: ActorOf,
        clock: FixedClock,
        work_as: WorkAs,
        user_id: UserId,
        read: Any,
    ) -> None:
        delegate(HEAD, OFFICER)
        held = read(select(RoleAssignment).where(RoleAssignment.user_id == user_id(HEAD)))[0]
        with work_as("quantri") as work:
            services.move_end(work, user_id(HEAD), held.id, date(2023, 3, 16), held.version)
        assert Role.UNIT_HEAD in actor_of(OFFICER).roles
        clock.advance(timedelta(days=2))
        assert Role.UNIT_HEAD not in actor_of(OFFICER).roles, "read at read time: nothing was written"

    def test_it_ends_when_the_giver_is_shut_out(
        self, delegate: Delegate, work_as: WorkAs, actor_of: ActorOf, user_id: UserId
    ) -> None:
        delegate(HEAD, OFFICER)
        with work_as("quantri") as work:
            services.disable_user(work, user_id(HEAD), "Chuyển công tác")
        assert Role.UNIT_HEAD not in actor_of(OFFICER).roles
        with work_as("quantri") as work:
            services.enable_user(work, user_id(HEAD))
        assert Role.UNIT_HEAD not in actor_of(OFFICER).roles, "what ended stays ended"

    def test_its_giver_and_the_administrator_revoke_it_nobody_else(
        self, delegate: Delegate, work_as: WorkAs, actor_of: ActorOf
    ) -> None:
        for who in (HEAD, "quantri"):
            made = delegate(HEAD, OFFICER)
            for stranger in (OFFICER, "khoaichau.lanhdao"):
                with pytest.raises(NotAllowed), work_as(stranger) as work:
                    services.revoke(work, made, 1)
            with pytest.raises(VersionConflict), work_as(who) as work:
                services.revoke(work, made, 7)
            with work_as(who) as work:
                services.revoke(work, made, 1)
            assert Role.UNIT_HEAD not in actor_of(OFFICER).roles
            with pytest.raises(DelegationOver), work_as(who) as work:
                services.revoke(work, made, 2)
        with pytest.raises(NotFound), work_as(HEAD) as work:
            services.revoke(work, 999_999, 1)


class TestKnowing:
    def test_the_receiver_is_told_until_they_know(self, delegate: Delegate, work_as: WorkAs, user_id: UserId) -> None:
        made = delegate(HEAD, OFFICER, first=date(2023, 3, 20))
        with work_as(OFFICER) as work:
            item = waiting(work, 2023)[0]
            assert item.title == "Được ủy quyền Thủ trưởng đơn vị, từ 20/03/2023 đến hết 31/03/2023"
            assert item.note == "Lê Văn Quyết ủy quyền"
            assert item.values == {"delegation_id": made}
        with pytest.raises(NotAllowed), work_as(HEAD) as work:
            services.acknowledge(work, made)
        with work_as(OFFICER) as work:
            services.acknowledge(work, made)
            assert waiting(work, 2023) == []


class TestConfidential:
    def test_a_confidential_role_waits_for_the_second_person(
        self,
        delegate: Delegate,
        work_as: WorkAs,
        actor_of: ActorOf,
        user_id: UserId,
        read: Read,
    ) -> None:
        officer, head, receiver = "vangiang.tongiao", "vangiang.tongiao.lanhdao", OFFICER
        assert delegate(officer, receiver) == 0
        request = read(select(AccessRequest))[0]
        assert (request.kind, request.requested_by_id) == (RequestKind.DELEGATE, user_id(officer))
        assert Role.DISTRICT_RELIGION_OFFICER not in actor_of(receiver).roles
        with pytest.raises(NotAllowed), work_as(officer) as work:
            requests.approve(work, request.id, request.version)
        with work_as(head) as work:
            requests.approve(work, request.id, request.version)
        got = actor_of(receiver)
        assert Role.DISTRICT_RELIGION_OFFICER in got.roles
        assert got.giver_behind(Permission.ACCESS_REQUEST_CONFIRM) == user_id(officer)
        entry = read(select(AuditEntry).where(AuditEntry.action == "delegation.created"))[0]
        assert set(entry.detail) == {"user", "fields"}, "names of fields only"
        with work_as(receiver) as work:
            assert "vai trò hạn chế" in waiting(work, 2023)[0].title

    def test_who_lost_the_role_meanwhile_asked_in_vain(
        self, delegate: Delegate, work_as: WorkAs, user_id: UserId, read: Read
    ) -> None:
        delegate("vangiang.tongiao", OFFICER)
        request = read(select(AccessRequest))[0]
        held = read(select(RoleAssignment).where(RoleAssignment.user_id == user_id("vangiang.tongiao")))[0]
        with work_as("quantri") as work:
            services.end_assignment(work, user_id("vangiang.tongiao"), held.id, held.version)
        with pytest.raises(requests.AskerLostRight), work_as("vangiang.tongiao.lanhdao") as work:
            requests.approve(work, request.id, request.version)


def test_reading_the_actor_is_one_query_also_with_delegations(runtime: Runtime, delegate: Delegate, give: Give) -> None:
    delegate(HEAD, OFFICER)
    with runtime.session_factory() as session:
        user: UserAccount = session.scalars(by_username(OFFICER)).one()
        statements: list[str] = []

        def listen(*args: Any) -> None:
            statements.append(args[2])

        event.listen(runtime.engine, "before_cursor_execute", listen)
        load_actor(session, user, date(2023, 3, 15))
        event.remove(runtime.engine, "before_cursor_execute", listen)
        assert len(statements) == 1
