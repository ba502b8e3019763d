"""People: accounts, assignments of roles, server-side sessions, second factors, and the memory of failed sign-ins."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.core.db import Base, KeyText, Versioned, enum_type
from portal.domain.access.enums import Role
from portal.domain.accounts.enums import RequestKind, RequestState


class UserAccount(Versioned, Base):
    """A person who signs in. `totp_secret` is sealed with the key ring; `totp_last_step` makes each code single use."""

    __tablename__ = "user_account"
    __table_args__ = (Index("ix_user_account_sort", "sort_key", "id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    username: Mapped[str] = mapped_column(KeyText(60), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    folded: Mapped[str] = mapped_column(KeyText(190))
    sort_key: Mapped[str] = mapped_column(KeyText(260))
    post: Mapped[str] = mapped_column(String(120), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    home_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=True)
    password_changed_at: Mapped[datetime | None] = mapped_column()
    totp_secret: Mapped[str | None] = mapped_column(String(300))
    totp_confirmed_at: Mapped[datetime | None] = mapped_column()
    totp_last_step: Mapped[int] = mapped_column(Integer, default=0)
    theme: Mapped[str] = mapped_column(String(10), default="light")
    disabled_at: Mapped[datetime | None] = mapped_column()
    created_at: Mapped[datetime] = mapped_column()


class RecoveryCode(Base):
    """A code that stands in for the second factor once; only its hash is kept."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column()


class RoleAssignment(Versioned, Base):
    """A role over a unit and all below it, from a day to a day (inclusive); with `given_by_id` a delegation.

    A delegation holds only while its giver holds the role there in their own right (queries.assignment_on);
    `acknowledged_at` is when its receiver said that they know of it.
    """

    __tablename__ = "role_assignment"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("given_by_id IS NULL OR given_by_id <> user_id", name="not_to_oneself"),
        Index("ix_role_assignment_user", "user_id", "valid_from"),
        Index("ix_role_assignment_giver", "given_by_id", "valid_from"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    valid_from: Mapped[date] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    acknowledged_at: Mapped[datetime | None] = mapped_column()
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime] = mapped_column()
    ended_at: Mapped[datetime | None] = mapped_column()
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))


class UserSession(Base):
    """A signed-in browser: the cookie holds a random token, the table its SHA-256.

    `seen_at` moves at most every five minutes, and never by polls.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    token_hash: Mapped[str] = mapped_column(KeyText(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column()
    seen_at: Mapped[datetime] = mapped_column()
    second_factor_at: Mapped[datetime | None] = mapped_column()
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    ended_at: Mapped[datetime | None] = mapped_column()
    end_reason: Mapped[str] = mapped_column(String(30), default="")


class SignInFailure(Base):
    """Failures by account or by address: each further one makes the next try wait longer; never a permanent lock."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (UniqueConstraint("kind", "key"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(KeyText(120))
    count: Mapped[int] = mapped_column(Integer, default=0)
    last_at: Mapped[datetime] = mapped_column()


class AccessRequest(Versioned, Base):
    """A change in a confidential module that waits for a second person of that module.

    `unit_id` is the unit of the role concerned; for resets the columns of the role stay empty.
    """

    __tablename__ = "access_request"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_from IS NULL OR valid_to >= valid_from", name="validity"),
        CheckConstraint("decided_by_id IS NULL OR state <> 'pending'", name="decided"),
        Index("ix_access_request_unit", "unit_id", "id"),
        Index("ix_access_request_user", "user_id", "id"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(enum_type(RequestKind))
    state: Mapped[RequestState] = mapped_column(enum_type(RequestState), default=RequestState.PENDING)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role | None] = mapped_column(enum_type(Role))
    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("role_assignment.id"))
    valid_from: Mapped[date | None] = mapped_column()
    valid_to: Mapped[date | None] = mapped_column()
    reason: Mapped[str] = mapped_column(Text, default="")
    requested_by_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    requested_at: Mapped[datetime] = mapped_column()
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column()
    note: Mapped[str] = mapped_column(Text, default="")
