"""The checks of a registration: what is read for them, and what they say before it may be sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from portal.domain.emulation.catalogue_models import EmulationTitle, RegistrationPeriod
from portal.domain.emulation.models import (
    EmulationRegistration,
    ExpectedNumber,
    RegistrationLine,
    RegistrationPledge,
)
from portal.domain.emulation.queries.periods import rules_of, titles_valid
from portal.domain.emulation.rules import Finding, LineFacts, RuleFacts, TitleFacts, check_lines, identity

CONTENT_ANCHOR = "noi-dung"
LINES_ANCHOR = "danh-sach"


def registration_findings(session: Session, registration: EmulationRegistration) -> list[Finding]:
    """Every finding about the registration's lines, each with its source (six queries, however many lines)."""
    period = session.get_one(RegistrationPeriod, registration.period_id)
    expected = session.execute(
        select(EmulationTitle.code, ExpectedNumber.number)
        .join(EmulationTitle, EmulationTitle.id == ExpectedNumber.title_id)
        .where(ExpectedNumber.registration_id == registration.id)
    )
    return check_lines(
        line_facts(session, registration.id),
        title_facts(session, period),
        rule_facts(session, period),
        period.share_rounding,
        expected=dict(expected.all()),
        staff_count=registration.staff_count,
    )


def sending_errors(
    session: Session, registration: EmulationRegistration, findings: Sequence[Finding] | None = None
) -> dict[str, list[str]]:
    """What blocks the sending, by the place on the page: noi-dung, danh-sach, dong-<id of the line>.

    `findings` are those of `registration_findings` when the caller has them already.
    """
    errors: dict[str, list[str]] = {}
    if not registration.content.strip():
        errors[CONTENT_ANCHOR] = ["Chưa có nội dung đăng ký thi đua."]
    if not registration.line_count and not _pledge_count(session, registration.id):
        errors[LINES_ANCHOR] = ["Cần ít nhất một dòng danh sách hoặc một chỉ tiêu thi đua."]
    for finding in registration_findings(session, registration) if findings is None else findings:
        if finding.blocks:
            for line_id in finding.line_ids:
                errors.setdefault(f"dong-{line_id}", []).append(finding.text)
    return errors


def _pledge_count(session: Session, registration_id: int) -> int:
    stmt = select(func.count()).select_from(RegistrationPledge)
    return session.scalars(stmt.where(RegistrationPledge.registration_id == registration_id)).one()


def line_facts(session: Session, registration_id: int, *conditions: ColumnElement[bool]) -> list[LineFacts]:
    """The registration's lines as the checks read them, in their order."""
    line = RegistrationLine
    columns: list[Any] = [
        line.id,
        line.position,
        line.subject,
        line.name,
        line.folded,
        line.post,
        line.division,
        EmulationTitle.code,
        line.birth_year,
        line.origin_unit_id,
        line.sort_key,
    ]
    rows = session.execute(
        select(*columns)
        .join(EmulationTitle, EmulationTitle.id == line.title_id)
        .where(line.registration_id == registration_id, *conditions)
        .order_by(line.position, line.id)
    )
    return [_facts(*row) for row in rows]


def _facts(*row: Any) -> LineFacts:
    *columns, key = row
    facts = LineFacts(*columns)
    return facts._replace(who=identity(facts.subject, key, facts.post, facts.division, facts.origin_unit_id))


def title_facts(session: Session, period: RegistrationPeriod) -> dict[str, TitleFacts]:
    """Every title by its code; `valid` says whether it exists in the period's year."""
    valid = {title.id for title in session.scalars(titles_valid(period))}
    return {
        t.code: TitleFacts(t.code, t.name, t.subject, t.family, t.scope, t.rank, t.id in valid)
        for t in session.scalars(select(EmulationTitle).order_by(EmulationTitle.rank, EmulationTitle.id))
    }


def rule_facts(session: Session, period: RegistrationPeriod) -> list[RuleFacts]:
    """The rules of the period's regime that are asked at registration."""
    return [
        RuleFacts(r.code, r.title_code, r.kind, r.operator, r.number, r.text, r.citation, r.confidence.label, r.ref)
        for r in session.scalars(rules_of(period))
    ]


def errors_about(
    lines: Sequence[LineFacts], titles: Mapping[str, TitleFacts], line_ids: frozenset[int]
) -> dict[int, dict[str, list[str]]]:
    """The blocking findings that name one of these lines: line id to field to sentences."""
    return findings_about(lines, titles, line_ids)[0]


def findings_about(
    lines: Sequence[LineFacts], titles: Mapping[str, TitleFacts], line_ids: frozenset[int]
) -> tuple[dict[int, dict[str, list[str]]], dict[int, dict[str, list[str]]]]:
    """The findings that name one of these lines, blocking and warning: line id to field to sentences."""
    blocking: dict[int, dict[str, list[str]]] = {}
    warning: dict[int, dict[str, list[str]]] = {}
    for finding in check_lines(lines, titles):
        found = blocking if finding.blocks else warning
        for line_id in line_ids.intersection(finding.line_ids):
            found.setdefault(line_id, {}).setdefault(finding.field, []).append(finding.text)
    return blocking, warning


def title_codes(session: Session) -> dict[int, str]:
    """The codes of all titles by their id."""
    return {row.id: row.code for row in session.execute(select(EmulationTitle.id, EmulationTitle.code))}
