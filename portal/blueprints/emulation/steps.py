"""The steps of a registration: each has its page with the opinion, the reason or the signed paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, url_for

from portal.blueprints.emulation import bp
from portal.blueprints.emulation._drafts import PAPER, STEP
from portal.blueprints.emulation._page import ICONS, SLUGS, Frame, load_frame, readable
from portal.blueprints.emulation._show import size_text
from portal.blueprints.emulation._signed_paper import FILE_FIELD, received_paper
from portal.blueprints.emulation.forms import PaperForm, StepForm
from portal.blueprints.emulation.registrations import int_or_zero, place_errors
from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, VersionConflict, WrongState
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.attachments.queries import files_of_record
from portal.domain.attachments.services import ReceivedFile, attach_file
from portal.domain.emulation import policies
from portal.domain.emulation.enums import REGISTRATION_WORKFLOW
from portal.domain.emulation.files import SIGNED
from portal.domain.emulation.models import EmulationRegistration
from portal.domain.emulation.queries.changes import VERSION_ACTIONS
from portal.domain.emulation.queries.registrations import OBJECT_TYPE
from portal.domain.emulation.services import workflow
from portal.domain.emulation.services.registrations import load_for_write
from portal.domain.emulation.services.workflow import PaperData
from portal.web.access import requires
from portal.web.context import work
from portal.web.drafts import FormDraft, keeps, of_form
from portal.web.htmx import page, see_other
from portal.web.last_saved import last_saved

ACTIONS = {slug: action for action, slug in SLUGS.items()}
WITH_PAPER = frozenset({"send", "send_signed"})
COMMITTEE = "UBND "
FIELD_NAMES = {"signed_file_id": FILE_FIELD, "signer_title": "signer_post"}
PLAIN_STEPS: dict[str, Callable[[Work, EmulationRegistration, int, str], None]] = {
    "submit": workflow.submit,
    "withdraw": workflow.withdraw,
    "send_back": workflow.send_back,
    "take_back": workflow.take_back,
    "return": workflow.return_registration,
    "accept": workflow.accept,
    "reopen": workflow.reopen,
}
LEDES = {
    "submit": "Bản đăng ký chuyển sang lãnh đạo đơn vị; trong lúc chờ duyệt không sửa được, có thể rút về.",
    "withdraw": "Bản đăng ký trở lại bản nháp để sửa.",
    "send_back": "Bản đăng ký trở lại người soạn cùng lý do.",
    "send": "Bản đăng ký gửi lên cấp trên kèm văn bản đã ký. Số, ngày văn bản có thể ghi sau.",
    "send_signed": "Gửi bản đăng ký mà thủ trưởng đơn vị đã ký trên giấy. Số, ngày văn bản có thể ghi sau.",
    "take_back": "Bản đăng ký trở lại bản nháp; cấp tiếp nhận không xem được nữa cho đến khi gửi lại.",
    "return": "Bản đăng ký trở lại đơn vị cùng lý do; đơn vị sửa rồi gửi lại.",
    "accept": "Bản đăng ký được ghi nhận; sau đó đơn vị không tự sửa, không thu hồi được.",
    "reopen": "Bản đăng ký đã tiếp nhận được mở lại để đơn vị sửa.",
}
DONE = {
    "submit": "Đã trình lãnh đạo đơn vị.",
    "withdraw": "Đã rút về bản nháp.",
    "send_back": "Đã trả lại người soạn.",
    "send": "Đã gửi {receiver}.",
    "send_signed": "Đã gửi {receiver}.",
    "take_back": "Đã thu hồi bản đăng ký.",
    "return": "Đã trả lại {unit}.",
    "accept": "Đã tiếp nhận bản đăng ký của {unit}.",
    "reopen": "Đã mở lại bản đăng ký của {unit}.",
}


@dataclass(frozen=True, slots=True)
class StepPage:
    """What the page of a step asks."""

    frame: Frame
    title: str
    lede: str
    submit_label: str
    icon: str
    action_url: str
    form: StepForm
    draft: FormDraft
    problems: list[tuple[str, str]]
    problem: str = ""
    file_text: str = ""
    closed: str = ""


def _may_step(registration_id: int, step: str) -> None:
    """Raise unless the actor may take the step now: what the draft of its form asks."""
    w = work()
    action = _action(step)
    closed = _closed(w, load_frame(w, readable(w, registration_id)), action)
    if closed:
        raise RuleBroken(closed)


def _may_record(registration_id: int) -> None:
    w = work()
    if not policies.can_record_paper(w.actor, readable(w, registration_id)):
        raise NotAllowed


@bp.get("/dang-ky/<int:registration_id>/buoc/<string:step>")
@requires(Permission.REGISTRATION_VIEW)
def show_step(registration_id: int, step: str) -> Response:
    """The page of a step: what it does, and what is to be written."""
    action = _action(step)
    w = work()
    found = readable(w, registration_id)
    frame = load_frame(w, found)
    form = _form(action)
    _prefill(w, frame, form)
    return _page(w, frame, action, form, closed=_closed(w, frame, action))


@bp.post("/dang-ky/<int:registration_id>/buoc/<string:step>")
@requires(Permission.REGISTRATION_VIEW)
@keeps(STEP, check=_may_step)
def take_step(registration_id: int, step: str) -> Response:
    """Take the step."""
    action = _action(step)
    form = _form(action)
    valid = form.validate()
    received = received_paper(form) if isinstance(form, PaperForm) else None
    valid = valid and not form.errors
    w = work()
    found = load_for_write(w, registration_id)
    if not valid:
        return _page(w, load_frame(w, found), action, form, 422)
    try:
        _act(w, found, action, form, received)
    except InvalidInput as error:
        place_errors(form, error, FIELD_NAMES)
        return _page(w, load_frame(w, found), action, form, 422, error=error)
    except RuleBroken as error:
        form.version.data = str(found.version)  # the reader has been told; once more is their decision
        return _page(w, load_frame(w, found), action, form, 409, problem=_told(found, error))
    frame = load_frame(w, found)
    flash(DONE[action].format(receiver=frame.receiver_name, unit=frame.unit.name), "ok")
    return see_other(url_for("emulation.show_registration", registration_id=found.id))


@bp.get("/dang-ky/<int:registration_id>/van-ban")
@requires(Permission.REGISTRATION_VIEW)
def edit_paper(registration_id: int) -> Response:
    """Write down the number and day that văn thư gave, and the signed PDF, after the sending."""
    w = work()
    found = readable(w, registration_id)
    if not policies.can_record_paper(w.actor, found):
        raise NotAllowed
    frame = load_frame(w, found)
    form = _paper_form(PaperForm(formdata=None), frame)
    _prefill(w, frame, form)
    return _paper_page(w, frame, form)


@bp.post("/dang-ky/<int:registration_id>/van-ban")
@requires(Permission.REGISTRATION_VIEW)
@keeps(PAPER, check=_may_record)
def record_paper(registration_id: int) -> Response:
    """Keep what was written of the paper."""
    form = PaperForm()
    valid = form.validate()
    received = received_paper(form)
    valid = valid and not form.errors
    w = work()
    found = load_for_write(w, registration_id)
    if not policies.can_record_paper(w.actor, found):
        raise NotAllowed
    if not valid:
        return _paper_page(w, load_frame(w, found), form, 422)
    try:
        workflow.record_paper(w, found, int_or_zero(form.version.data), _paper(w, found, form, received))
    except InvalidInput as error:
        place_errors(form, error, FIELD_NAMES)
        return _paper_page(w, load_frame(w, found), form, 422)
    except RuleBroken as error:
        form.version.data = str(found.version)
        return _paper_page(w, load_frame(w, found), form, 409, _told(found, error))
    flash("Đã ghi thông tin văn bản.", "ok")
    return see_other(f"{url_for('emulation.show_registration', registration_id=found.id)}#van-ban")


def _told(found: EmulationRegistration, error: RuleBroken) -> str:
    """What the reader is told: who saved the registration meanwhile, when it is that."""
    if not isinstance(error, VersionConflict):
        return error.message
    saved = last_saved(OBJECT_TYPE, found.id, *VERSION_ACTIONS)
    return (
        f"{saved.who} vừa sửa bản đăng ký này lúc {saved.at}. Nội dung ông/bà nhập còn nguyên; xin xem lại bản đăng ký "
        "rồi bấm lại nếu vẫn đồng ý."
    )


def _action(slug: str) -> str:
    if slug not in ACTIONS:
        raise NotFound
    return ACTIONS[slug]


def _form(action: str) -> StepForm:
    if action in WITH_PAPER:
        return PaperForm()
    form = StepForm()
    if REGISTRATION_WORKFLOW.transition(action).needs_reason:
        form.ask_reason()
    return form


def _act(w: Work, found: EmulationRegistration, action: str, form: StepForm, received: ReceivedFile | None) -> None:
    version, words = int_or_zero(form.version.data), form.opinion.data or ""
    if isinstance(form, PaperForm):
        send = workflow.send if action == "send" else workflow.send_signed
        send(w, found, version, _paper(w, found, form, received, _may_send(w, found, action)), words)
    else:
        PLAIN_STEPS[action](w, found, version, words)


def _may_send(w: Work, found: EmulationRegistration, action: str) -> bool:
    frame = load_frame(w, found)
    if action == "send":
        return policies.can_send(w.actor, found, frame.facts.editors)
    return policies.can_send_signed(w.actor, found, frame.facts.kind)


def _paper(
    w: Work, found: EmulationRegistration, form: PaperForm, received: ReceivedFile | None, allowed: bool = True
) -> PaperData:
    """The paper's data; an uploaded file is put on record, else the one that is there stays."""
    file_id = found.signed_file_id
    if received is not None and allowed:
        file_id = attach_file(w, received, OBJECT_TYPE, found.id, found.unit_id, SIGNED).id
    return PaperData(
        paper_no=form.paper_no.data or "",
        paper_date=form.paper_date.data,
        signer_name=form.signer_name.data or "",
        signer_title=form.signer_title(),
        signed_file_id=file_id,
    )


def _prefill(w: Work, frame: Frame, form: StepForm) -> None:
    reg = frame.registration
    form.version.data = str(reg.version)
    if not isinstance(form, PaperForm):
        return
    _paper_form(form, frame)
    form.paper_no.data, form.paper_date.data = reg.paper_no, reg.paper_date
    form.signer_name.data = reg.signer_name or (w.actor.full_name if _signs(w, frame) else "")
    form.set_signer_title(reg.signer_title, frame.unit.head_title)


def _signs(w: Work, frame: Frame) -> bool:
    """Whether the reader is the one who approves for the unit: then their own name is offered as the signer's."""
    return w.actor.holds_at(Permission.REGISTRATION_APPROVE, frame.unit.id)


def _paper_form(form: PaperForm, frame: Frame) -> PaperForm:
    form.offer(frame.unit.head_title, frame.unit.name.startswith(COMMITTEE))
    return form


def _closed(w: Work, frame: Frame, action: str) -> str:
    """Why the step cannot be taken, in words; empty when it can. Raises NotAllowed for who has no part in it."""
    if not REGISTRATION_WORKFLOW.allows(action, frame.registration.state):
        return WrongState.message
    offers = policies.actions_for(
        w.actor,
        frame.registration,
        frame.facts.kind,
        frame.facts.editors,
        has_head=frame.facts.has_head,
        closed=not frame.window.is_open(frame.today),
    )
    offer = next((o for o in offers if o.action == action), None)
    if offer is None:
        raise NotAllowed
    return offer.reason


def _page(
    w: Work,
    frame: Frame,
    action: str,
    form: StepForm,
    status: int = 200,
    *,
    problem: str = "",
    closed: str = "",
    error: InvalidInput | None = None,
) -> Response:
    if isinstance(form, PaperForm):
        _paper_form(form, frame)
    step = REGISTRATION_WORKFLOW.transition(action)
    shown = StepPage(
        frame=frame,
        title=step.label,
        lede=LEDES[action],
        submit_label=step.label,
        icon=ICONS[action],
        action_url=url_for("emulation.take_step", registration_id=frame.id, step=SLUGS[action]),
        form=form,
        draft=of_form(STEP, f"{frame.id}/{SLUGS[action]}", form),
        problems=_problems(frame, error),
        problem=problem,
        file_text=_file_text(w, frame),
        closed=closed,
    )
    return page("emulation/step.html", status=status, step=shown)


def _paper_page(w: Work, frame: Frame, form: PaperForm, status: int = 200, problem: str = "") -> Response:
    shown = StepPage(
        frame=frame,
        title="Thông tin văn bản",
        lede="Số và ngày do văn thư cấp sau khi ký; bản quét đã ký, đóng dấu đính kèm làm căn cứ.",
        submit_label="Lưu",
        icon="device-floppy",
        action_url=url_for("emulation.record_paper", registration_id=frame.id),
        form=_paper_form(form, frame),
        draft=of_form(PAPER, frame.id, form),
        problems=[],
        problem=problem,
        file_text=_file_text(w, frame),
    )
    return page("emulation/step.html", status=status, step=shown)


def _problems(frame: Frame, error: InvalidInput | None) -> list[tuple[str, str]]:
    """What of the registration blocks the step, each a link to its place on the registration's page."""
    anchors = {"noi-dung": "#noi-dung-thi-dua", "danh-sach": "#danh-sach"}
    found = error.errors.items() if error else ()
    return [
        (f"{frame.url}{anchors.get(key, f'#{key}')}", " ".join(texts))
        for key, texts in found
        if key in anchors or key.startswith("dong-")
    ]


def _file_text(w: Work, frame: Frame) -> str:
    current = frame.registration.signed_file_id
    file: Any = next((f for f in w.session.scalars(files_of_record(OBJECT_TYPE, frame.id)) if f.id == current), None)
    return f"{file.name}, {size_text(file.size)}" if file is not None else ""
