"""The steps of a registration: each locks the row, asks the policy, the table and the version, then moves it and leaves
its trail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete

from portal.core.clock import local
from portal.core.errors import InvalidInput, NotAllowed, RuleBroken, WrongState
from portal.core.text import clean, clean_lines
from portal.core.workflow import record_step
from portal.domain.access.actor import Work
from portal.domain.attachments.models import StoredFile
from portal.domain.emulation import policies
from portal.domain.emulation.enums import REGISTRATION_WORKFLOW, RegistrationState
from portal.domain.emulation.errors import RegistrationPeriodClosed
from portal.domain.emulation.models import EmulationRegistration, RegistrationEditor
from portal.domain.emulation.queries.periods import window_of
from portal.domain.emulation.queries.proposals import lines_in_papers
from portal.domain.emulation.queries.registrations import OBJECT_TYPE, StepFacts, step_facts
from portal.domain.emulation.services.checks import sending_errors
from portal.domain.emulation.services.notices import tell_step
from portal.domain.emulation.services.shared import audit, check_version, lock, period_of

PDF = "application/pdf"
MAX_OPINION = 4_000
EARLIEST_PAPER_DAYS = 400
NOT_READY = "Chưa gửi được: còn nội dung chưa đạt."


@dataclass(frozen=True, slots=True)
class PaperData:
    """The signed paper that makes the registration take effect.

    Signer and signer's title are asked at sending; number, day and the signed PDF may follow by `record_paper`.
    """

    paper_no: str = ""
    paper_date: date | None = None
    signer_name: str = ""
    signer_title: str = ""
    signed_file_id: int | None = None


def submit(work: Work, registration: EmulationRegistration, version: int, opinion: str = "") -> None:
    """The officer puts it before the head.

    Raises InvalidInput (fields noi-dung, danh-sach, dong-<id>) when it is not ready.
    """
    facts = _begin(work, registration)
    if not policies.can_submit(work.actor, registration, facts.kind, has_head=facts.has_head):
        _refuse("submit", registration)
    _ready(work, registration)
    _step(work, registration, "submit", version, opinion)


def withdraw(work: Work, registration: EmulationRegistration, version: int, opinion: str = "") -> None:
    """The officer takes it back from the head's desk; who edited stays noted."""
    _begin(work, registration)
    if not policies.can_withdraw(work.actor, registration):
        _refuse("withdraw", registration)
    _step(work, registration, "withdraw", version, opinion)


def send_back(work: Work, registration: EmulationRegistration, version: int, reason: str) -> None:
    """The head returns it to the officer, with a reason."""
    _begin(work, registration)
    if not policies.can_send_back(work.actor, registration):
        _refuse("send_back", registration)
    _step(work, registration, "send_back", version, reason)
    _forget_editors(work, registration)


def send(work: Work, registration: EmulationRegistration, version: int, paper: PaperData, opinion: str = "") -> None:
    """The head approves and sends. Nobody who drafted it may, nor their delegate."""
    facts = _begin(work, registration)
    if not policies.can_send(work.actor, registration, facts.editors):
        behind = policies.is_behind(work.actor, facts.editors) and registration.state is RegistrationState.IN_REVIEW
        _refuse("send", registration, policies.DRAFTED_BY_ACTOR if behind else "")
    _send(work, registration, "send", version, paper, opinion)


def send_signed(
    work: Work, registration: EmulationRegistration, version: int, paper: PaperData, opinion: str = ""
) -> None:
    """The officer of a unit whose head signs on paper sends the signed paper."""
    facts = _begin(work, registration)
    if not policies.can_send_signed(work.actor, registration, facts.kind):
        _refuse("send_signed", registration)
    _send(work, registration, "send_signed", version, paper, opinion)


def take_back(work: Work, registration: EmulationRegistration, version: int, reason: str) -> None:
    """The unit takes back what it sent, until it is accepted."""
    _begin(work, registration)
    if not policies.can_take_back(work.actor, registration):
        _refuse("take_back", registration)
    _step(work, registration, "take_back", version, reason)
    registration.sent_at = registration.sent_by_id = None
    _forget_editors(work, registration)


def return_registration(work: Work, registration: EmulationRegistration, version: int, reason: str) -> None:
    """The unit above returns it, with a reason."""
    _receive(work, registration, "return", version, reason)
    _forget_editors(work, registration)


def accept(work: Work, registration: EmulationRegistration, version: int, opinion: str = "") -> None:
    """The unit above accepts it."""
    _receive(work, registration, "accept", version, opinion)


def reopen(work: Work, registration: EmulationRegistration, version: int, reason: str) -> None:
    """The unit above opens an accepted registration again, with a reason."""
    _receive(work, registration, "reopen", version, reason)
    count = work.session.scalar(lines_in_papers(registration.id)) or 0
    if count:
        raise RuleBroken(f"{count} dòng của bản đăng ký đang ở trong tờ trình nên chưa mở lại được.")
    _forget_editors(work, registration)


def record_paper(work: Work, registration: EmulationRegistration, version: int, paper: PaperData) -> None:
    """Write down văn thư's number and day, the signer and the signed PDF after the sending.

    While it waits to be accepted everything may be corrected; once accepted only what was left empty may be filled in.
    """
    lock(work, registration)
    if not policies.can_record_paper(work.actor, registration):
        _refuse("record_paper", registration)
    check_version(registration.version, version)
    values = _paper_values(work, registration, paper)
    if registration.state is RegistrationState.ACCEPTED:
        kept = {name: getattr(registration, name) for name in values}
        if any(kept[name] and kept[name] != value for name, value in values.items()):
            raise RuleBroken("Bản đăng ký đã được tiếp nhận: chỉ ghi thêm được phần còn trống.")
    changed = sorted(name for name, value in values.items() if getattr(registration, name) != value)
    for name in changed:
        setattr(registration, name, values[name])
    audit(work, registration, "registration.paper_recorded", {"fields": changed})
    work.session.flush()


def _receive(work: Work, registration: EmulationRegistration, action: str, version: int, opinion: str) -> None:
    facts = _begin(work, registration)
    allowed = {"accept": policies.can_accept, "return": policies.can_return, "reopen": policies.can_reopen}[action]
    if not allowed(work.actor, registration, facts.editors):
        behind = policies.is_behind(work.actor, facts.editors) and allowed(work.actor, registration)
        _refuse(action, registration, policies.PROPOSED_BY_ACTOR if behind else "")
    _step(work, registration, action, version, opinion)
    registration.decided_at = work.clock.now()
    registration.decided_by_id = work.actor.user_id
    work.session.flush()


def _send(
    work: Work, registration: EmulationRegistration, action: str, version: int, paper: PaperData, opinion: str
) -> None:
    check_version(registration.version, version)
    values = _paper_values(work, registration, paper)
    _ready(work, registration)
    for name, value in values.items():
        setattr(registration, name, value)
    registration.sent_at = work.clock.now()
    registration.sent_by_id = work.actor.user_id
    registration.decided_at = registration.decided_by_id = None
    _step(work, registration, action, version, opinion)


def _begin(work: Work, registration: EmulationRegistration) -> StepFacts:
    lock(work, registration)
    return step_facts(work.session, registration, work.today())


def _refuse(action: str, registration: EmulationRegistration, message: str = "") -> None:
    """Say why: the state has no such step, or the actor may not take it."""
    known = action in {t.action for t in REGISTRATION_WORKFLOW.transitions}
    if known and not REGISTRATION_WORKFLOW.allows(action, registration.state):
        raise WrongState
    raise NotAllowed(message or None)


def _ready(work: Work, registration: EmulationRegistration) -> None:
    """The period is open for the unit and nothing blocks."""
    if not window_of(work.session, period_of(work, registration), registration.unit_id).is_open(work.today()):
        raise RegistrationPeriodClosed
    errors = sending_errors(work.session, registration)
    if errors:
        raise InvalidInput(errors, NOT_READY)


def _step(work: Work, registration: EmulationRegistration, action: str, version: int, opinion: str) -> None:
    words = clean_lines(opinion)
    if len(words) > MAX_OPINION:
        raise InvalidInput({"opinion": ["Ý kiến dài quá 4.000 ký tự."]})
    transition = REGISTRATION_WORKFLOW.check(action, registration.state, words)
    check_version(registration.version, version)
    before = registration.state
    giver = policies.acting_for(work.actor, action, registration)
    unit_id = policies.acting_unit(action, registration)
    registration.state = transition.target
    registration.updated_at = work.clock.now()
    work.session.flush()
    record_step(
        work.session,
        object_type=OBJECT_TYPE,
        object_id=registration.id,
        action=action,
        from_state=before.value,
        to_state=transition.target.value,
        actor_id=work.actor.user_id,
        at=work.clock.now(),
        on_behalf_of_id=giver,
        unit_id=unit_id,
        opinion=words,
    )
    audit(
        work,
        registration,
        f"registration.{_PAST[action]}",
        {"from": before.value, "to": transition.target.value},
        giver,
    )
    work.session.flush()
    tell_step(work, registration, action)


_PAST = {
    "submit": "submitted",
    "withdraw": "withdrawn",
    "send_back": "sent_back",
    "send": "sent",
    "send_signed": "sent_signed",
    "take_back": "taken_back",
    "return": "returned",
    "accept": "accepted",
    "reopen": "reopened",
}


def _forget_editors(work: Work, registration: EmulationRegistration) -> None:
    """A return starts the drafting anew: whoever edits from now on is noted from now on."""
    work.session.execute(delete(RegistrationEditor).where(RegistrationEditor.registration_id == registration.id))
    work.session.flush()


def _paper_values(work: Work, registration: EmulationRegistration, paper: PaperData) -> dict[str, object]:
    errors: dict[str, list[str]] = {}
    texts = {
        "paper_no": (clean(paper.paper_no), 60),
        "signer_name": (clean(paper.signer_name), 120),
        "signer_title": (clean(paper.signer_title), 160),
    }
    for name, (text, limit) in texts.items():
        if len(text) > limit:
            errors[name] = [f"Dài quá {limit} ký tự."]
    if not texts["signer_name"][0]:
        errors["signer_name"] = ["Xin ghi họ tên người ký."]
    if not texts["signer_title"][0]:
        errors["signer_title"] = ["Xin ghi chức vụ người ký."]
    today = local(work.clock.now()).date()
    if paper.paper_date is not None and not 0 <= (today - paper.paper_date).days <= EARLIEST_PAPER_DAYS:
        errors["paper_date"] = ["Ngày văn bản không được sau hôm nay hoặc quá xa trước hôm nay."]
    if paper.signed_file_id is not None and not _is_signed_file(work, registration, paper.signed_file_id):
        errors["signed_file_id"] = ["Tệp đã ký phải là tệp PDF được tải lên cho bản đăng ký này."]
    if errors:
        raise InvalidInput(errors)
    values: dict[str, object] = {name: text for name, (text, _) in texts.items()}
    return {**values, "paper_date": paper.paper_date, "signed_file_id": paper.signed_file_id}


def _is_signed_file(work: Work, registration: EmulationRegistration, file_id: int) -> bool:
    file = work.session.get(StoredFile, file_id)
    return (
        file is not None
        and (file.owner_type, file.owner_id) == (OBJECT_TYPE, registration.id)
        and file.content_type == PDF
        and file.scan_state != "infected"
    )
