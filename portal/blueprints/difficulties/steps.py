"""The steps of an item: each has its page with what it asks."""

from __future__ import annotations

from flask import Response, flash, url_for

from portal.blueprints.difficulties import bp
from portal.blueprints.difficulties._bulk import prepared
from portal.blueprints.difficulties._forms import AnswerForm, AssignForm, PublishForm, StepForm
from portal.blueprints.difficulties._page import ICONS, SLUGS, visible
from portal.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken, WrongState
from portal.domain.access.actor import Work
from portal.domain.access.enums import Permission
from portal.domain.difficulties import policies
from portal.domain.difficulties.enums import DIFFICULTY_WORKFLOW
from portal.domain.difficulties.models import Difficulty
from portal.domain.difficulties.services import load_for_write, take_step
from portal.web.access import requires
from portal.web.context import work
from portal.web.drafts import keeps, of_form
from portal.web.fields import put_errors
from portal.web.htmx import page, see_other

STEP = "difficulties.step"
ACTIONS = {slug: action for action, slug in SLUGS.items()}
FORMS: dict[str, type[StepForm]] = {
    "assign": AssignForm,
    "forward": AssignForm,
    "submit_answer": AnswerForm,
    "approve": PublishForm,
    "publish": PublishForm,
}
WORDS = {
    "forward": "Lý do chuyển",
    "ask_back": "Nội dung cần bổ sung",
    "supplement": "Đã bổ sung những gì",
    "return_answer": "Lý do trả lại",
    "refuse": "Lý do không giải quyết",
}
LEDES = {
    "send": "Nội dung chuyển đến Sở Nội vụ; thu hồi được khi Sở chưa tiếp nhận.",
    "take_back": "Nội dung trở lại bản nháp để sửa. Sở Nội vụ chưa ai mở.",
    "drop": "Nội dung không gửi nữa và không hiện trong danh sách, trừ khi lọc theo trạng thái này.",
    "open": "Sau khi tiếp nhận, mọi người có quyền xem ở Sở đọc được nội dung; đơn vị không thu hồi được nữa.",
    "assign": "Người được giao soạn trả lời, đúng hạn.",
    "forward": "Người mới được giao soạn trả lời. Hạn có thể đặt lại.",
    "ask_back": "Đơn vị đọc được nội dung này, sửa hoặc thêm tệp rồi gửi lại. Hạn trả lời giữ nguyên.",
    "supplement": "Nội dung trở lại người đang xử lý ở Sở Nội vụ.",
    "submit_answer": "Dự thảo chuyển lãnh đạo duyệt; người soạn không tự duyệt.",
    "return_answer": "Dự thảo trở lại người soạn cùng lý do.",
    "approve": "Trả lời đến đơn vị ngay. Chọn cho mọi đơn vị thì câu hỏi (nguyên văn) và trả lời hiện ở mục Hỏi đáp.",
    "publish": "Đổi ai đọc được câu hỏi và trả lời đã công bố.",
    "refuse": "Đơn vị đọc được lý do.",
    "close": "Việc này không cần xử lý thêm.",
}


@bp.get("/<int:item_id>/buoc/<string:step>")
@requires(Permission.DIFFICULTY_VIEW)
def show_step(item_id: int, step: str) -> Response:
    """The page of a step: what it does, and what is to be written."""
    action, current = _action(step), work()
    found = visible(current, item_id)
    form = _form(action)
    form.version.data = str(found.version)
    if isinstance(form, AnswerForm):
        form.answer.data = found.answer
    if isinstance(form, PublishForm) and found.audience is not None:
        form.audience.data, form.name_shown.data = found.audience, found.name_shown
    return _page(found, action, form, closed=_closed(current, found, action))


def _may_step(item_id: int, step: str) -> None:
    current = work()
    closed = _closed(current, visible(current, item_id), _action(step))
    if closed:
        raise RuleBroken(closed)


@bp.post("/<int:item_id>/buoc/<string:step>")
@requires(Permission.DIFFICULTY_VIEW)
@keeps(STEP, check=_may_step)
def take(item_id: int, step: str) -> Response:
    """Take the step."""
    action, current = _action(step), work()
    found = load_for_write(current, item_id)
    if not policies.has_part(current.actor, found, action):
        raise NotAllowed
    form = _form(action)
    if not form.validate():
        return _page(found, action, form, 422)
    try:
        take_step(current, found, action, form.given_version, form.step())
    except InvalidInput as error:
        put_errors(form, error)
        return _page(found, action, form, 422)
    except RuleBroken as error:
        form.over(found.version)  # the reader has been told; once more is their decision
        return _page(found, action, form, 409, problem=error.message)
    flash(f"{DIFFICULTY_WORKFLOW.transition(action).done}: đã xong.", "ok")
    if action == "drop":
        return see_other(url_for("difficulties.list_items"))
    return see_other(url_for("difficulties.show_item", item_id=item_id))


def _action(slug: str) -> str:
    if slug not in ACTIONS:
        raise NotFound
    return ACTIONS[slug]


def _form(action: str) -> StepForm:
    form = FORMS.get(action, StepForm)()
    if action in WORDS:
        form.opinion.label.text = WORDS[action]
        form.opinion.flags.required = True
    return prepared(form) if isinstance(form, AssignForm) else form


def _closed(current: Work, item: Difficulty, action: str) -> str:
    """Why the step cannot be taken; empty when it can. Raises NotAllowed for who has no part in it."""
    if not policies.has_part(current.actor, item, action):
        raise NotAllowed
    if not DIFFICULTY_WORKFLOW.allows(action, item.state):
        return WrongState.message
    return policies.obstacle(current.actor, item, action)


def _page(
    item: Difficulty, action: str, form: StepForm, status: int = 200, *, closed: str = "", problem: str = ""
) -> Response:
    step, slug = DIFFICULTY_WORKFLOW.transition(action), SLUGS[action]
    return page(
        "difficulties/step.html",
        status=status,
        item=item,
        item_url=url_for("difficulties.show_item", item_id=item.id),
        title=step.label,
        lede=LEDES[action],
        step_icon=ICONS[action],
        form=form,
        action_url=url_for("difficulties.take", item_id=item.id, step=slug),
        draft=of_form(STEP, f"{item.id}/{slug}", form),
        closed=closed,
        problem=problem,
    )
