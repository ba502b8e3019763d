"""Sample data for the component gallery: one of everything that the macros read."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from wtforms import (
    BooleanField,
    DateField,
    FileField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from portal.domain.attachments.enums import ScanState
from portal.web.conflicts import Conflict, Difference
from portal.web.drafts import FormDraft
from portal.web.last_saved import Saved
from portal.web.papers import PaperFiles


@dataclass(frozen=True)
class State:
    label: str
    tone: str
    icon: str = ""


class GalleryForm(Form):
    symbol = StringField("Số quyết định")
    signed_on = DateField("Ngày ký", [InputRequired("Nhập ngày ký.")], format="%d/%m/%Y")
    unit = SelectField("Đơn vị", choices=[SelectChoice("1", "UBND huyện Tiên Lữ"), SelectChoice("2", "Sở Y tế")])
    length = StringField("Chiều dài")
    content = TextAreaField("Nội dung thi đua", [InputRequired("Nhập nội dung thi đua.")])
    password = PasswordField("Mật khẩu")
    level = RadioField("Cấp khen", choices=[SelectChoice("tinh", "Cấp tỉnh"), SelectChoice("so", "Cấp sở")])
    period = RadioField(
        "Loại kỳ",
        choices=[SelectChoice("thang", "Tháng"), SelectChoice("quy", "Quý"), SelectChoice("nam", "Năm")],
        default="quy",
    )
    confirmed = BooleanField("Tôi đã đối chiếu với bản giấy")
    paper = FileField("Tờ trình đã ký")
    signer = StringField("Đơn vị ký")
    note = TextAreaField("Ghi chú")
    row_name = StringField("Họ tên")
    row_unit = SelectField("Đơn vị của dòng", choices=[SelectChoice("1", "Sở Y tế")])
    row_score = StringField("Điểm")
    reason = TextAreaField("Lý do", description="Đơn vị trình đọc được lý do này.")
    dialog_reason = TextAreaField("Lý do gửi đơn vị", [InputRequired("Nhập lý do.")])


class GalleryComment(Form):
    body = TextAreaField("Nội dung trao đổi", [InputRequired("Nhập nội dung.")], id="trao-doi-noi-dung")
    also = StringField("Nhắc người", id="trao-doi-nhac")


STATES = [
    State("Bản nháp", "idle", "circle-dashed"),
    State("Đang thẩm định", "run", "progress"),
    State("Cần bổ sung", "warn"),
    State("Đủ điều kiện", "ok"),
    State("Quá hạn 2 ngày", "bad"),
]
LIGHTS = [
    State("Đúng tiến độ", "ok"),
    State("Chậm", "warn"),
    State("Nguy cơ không đạt", "bad"),
    State("Chưa đến kỳ", "idle"),
]

SAMPLE = SimpleNamespace(
    states=STATES,
    lights=LIGHTS,
    steps=[
        {"label": "Soạn bản đăng ký", "note": "xong 12/10/2023", "done": True, "current": False},
        {"label": "Lãnh đạo đơn vị duyệt", "note": "đang làm", "done": False, "current": True},
        {"label": "Gửi Sở Nội vụ", "done": False, "current": False},
    ],
    tabs=[
        {"label": "Tất cả", "url": "#t1", "count": "1.341", "current": False},
        {"label": "Đợt tháng 10", "url": "#t2", "count": 128, "current": True},
        {"label": "Quá hạn", "url": "#t3", "current": False},
    ],
    filters=[
        {"name": "q", "label": "Tên, số hồ sơ", "options": [], "value": "", "is_set": False, "kind": "search"},
        {
            "name": "dot",
            "label": "Đợt",
            "options": [("10", "Tháng 10/2023"), ("9", "Tháng 9/2023")],
            "value": 10,
            "is_set": True,
        },
        {
            "name": "don_vi",
            "label": "Đơn vị",
            "options": [("", "Tất cả"), (7, "Sở Y tế")],
            "value": None,
            "is_set": False,
        },
        {"name": "tu_ngay", "label": "Từ ngày", "options": [], "value": "01/10/2023", "is_set": True, "kind": "date"},
        {"name": "thieu", "label": "Thiếu tài liệu", "options": [], "value": "", "is_set": False, "kind": "check"},
    ],
    columns=[
        {"label": "Số", "css": "num"},
        {"label": "Cá nhân, tập thể", "sort_url": "#s1", "sort": None},
        {"label": "Đơn vị trình"},
        {"label": "Hình thức"},
        {"label": "Trạng thái"},
        {"label": "Hạn", "sort_url": "#s2", "sort": "asc"},
        {"label": "Ẩn", "hidden": True},
    ],
    rows=[
        {
            "no": 412,
            "name": "Phòng Nghiệp vụ Y",
            "unit": "Sở Y tế",
            "form": "Bằng khen",
            "state": STATES[1],
            "due": "20/10/2023",
            "errors": [],
        },
        {
            "no": 409,
            "name": "Nguyễn Văn An <b>",
            "unit": "Sở Y tế",
            "form": "Bằng khen",
            "state": STATES[2],
            "due": "20/10/2023",
            "errors": ["Thiếu chức vụ."],
        },
        {
            "no": 406,
            "name": "UBND xã Tân Tiến",
            "unit": "Huyện Văn Giang",
            "form": "Cờ thi đua",
            "state": STATES[3],
            "due": "23/10/2023",
            "errors": [],
        },
    ],
    pager={"text": "51–100 trong 1.000+", "first_url": "#p1", "prev_url": "#p2", "next_url": "#p3"},
    rules=[
        {
            "state": State("Không đạt", "bad"),
            "rule": "Có 02 sáng kiến được công nhận",
            "proof": "Mới tìm thấy 1.",
            "cite": "Căn cứ pháp lý",
            "cite_url": "#cc",
        },
        {"state": State("Đạt", "ok"), "rule": "Không trong thời gian thi hành kỷ luật"},
    ],
    trail=[
        {
            "at_text": "17/10/2023 14:02",
            "at_iso": "2023-10-17T14:02",
            "action": "Trả lại",
            "who": "Trần Thị Bình",
            "for_whom": "Trưởng ban Nguyễn Văn Hải",
            "opinion": "Đề nghị bổ sung quyết định công nhận sáng kiến.",
            "from_label": "Chờ thẩm định",
            "to_label": "Cần bổ sung",
        },
        {"at_text": "03/10/2023 08:40", "at_iso": "2023-10-03T08:40", "action": "Gửi Sở Nội vụ", "who": "Sở Y tế"},
    ],
    targets=[
        {
            "name": "Bằng khen Chủ tịch UBND tỉnh",
            "state": LIGHTS[2],
            "value_text": "1.213",
            "of_text": "/2.000",
            "percent": 60.65,
            "percent_text": "60,7%",
            "elapsed": 79.4,
            "url": "#c1",
        },
        {
            "name": "Đơn vị đăng ký thi đua",
            "state": LIGHTS[0],
            "value_text": "28",
            "of_text": "/32",
            "percent": 120,
            "percent_text": "120%",
        },
    ],
    files=[
        {"name": "Tờ trình 96/TTr-SYT", "url": "#f1", "size_text": "0,4 MB", "icon": "file-type-pdf"},
        {"name": "Đánh giá 2021", "url": "#f2", "size_text": "2,1 MB", "note": "chưa quét vi-rút"},
    ],
    jobs=[
        {"title": "Xuất danh sách", "state": "running", "percent": 42, "detail": "Đã ghi 42.000 trong 100.000 dòng."},
        {"title": "Nhập danh sách", "state": "queued"},
        {"title": "Xuất danh sách", "state": "done", "result_url": "#tai", "result_label": "Tải danh-sach.xlsx"},
        {"title": "Nhập danh sách", "state": "failed", "message": "Tệp không đọc được. Dữ liệu cũ còn nguyên."},
    ],
    drafts=[
        FormDraft(
            ticket="a", give_up_url="#bo", base="symbol=Ab3_x9Zq", offered="10:42 18/10/2023", use_url="#dung-tiep"
        ),
        FormDraft(ticket="b", give_up_url="#bo", restored="10:42 18/10/2023", kept=True),
        FormDraft(ticket="c", give_up_url="#bo", restored="10:42 18/10/2023", kept=True, parked=True),
    ],
    versions=Conflict(
        Saved("Lê Thị Dung", "10:41 18/10/2023"),
        [
            Difference("post", "Chức vụ", "Trưởng phòng", "Phó phòng", ("Trưởng phòng",), ("Phó phòng",), "toi", True),
            Difference("note", "Ghi chú", "để trống", "Đã rà soát", (), ("Đã rà soát",), "ho", False),
        ],
        base="post=Ab3_x9Zq",
    ),
    paper_files=PaperFiles("#docx", "#xlsx", "#pdf", "Máy chủ chưa cài LibreOffice nên chưa lập được PDF."),
    comments=SimpleNamespace(
        items=[
            SimpleNamespace(
                id=number,
                who="Trần Thị Bình",
                unit_name="Sở Nội vụ",
                at_text="10:42 18/10/2023",
                at_iso="2023-10-18T10:42",
                edited_text="10:44 18/10/2023",
                removed_text=removed,
                inside=not removed,
                body=[
                    SimpleNamespace(text="Nhờ ", name=""),
                    SimpleNamespace(text="@le.dung", name="Lê Thị Dung"),
                    SimpleNamespace(text=" xem lại phụ lục 1.", name=""),
                ],
                edit_url="#sua",
                remove_url="#xoa",
            )
            for number, removed in enumerate(("", "11:00 18/10/2023"))
        ],
        form=GalleryComment(),
        draft=FormDraft(),
        add_url="#trao-doi",
        suggest_url="#goi-y",
        earlier_url="#truoc",
        newest_url="#moi",
        may_write=True,
        closed="",
        inside=True,
    ),
    attachments=SimpleNamespace(
        items=[
            SimpleNamespace(
                name="Phụ lục 1.pdf",
                icon="file-type-pdf",
                kind="Tài liệu kèm theo",
                size_text="0,4 MB",
                who="Trần Thị Bình",
                at_text="10:42 18/10/2023",
                scan=ScanState.NONE,
                url="#tep-1",
                download_url="#tai-1",
                remove_url="#go-1",
            )
        ],
        add_url="#them-tep",
        list_url="#moi-tep",
        accept=".pdf",
        hint="PDF, mỗi tệp không quá 10 MB.",
        may_add=True,
        closed="",
        errors=(),
        count_text="1 tệp",
    ),
    conflict=[{"label": "Chức vụ", "mine": "Trưởng phòng", "theirs": "Phó Trưởng phòng"}],
    confirm={
        "title": "Kết luận hồ sơ không đủ điều kiện?",
        "text": "Hồ sơ 409 sẽ trả về Sở Y tế và không trình Hội đồng đợt này.",
        "action": "#ket-luan",
        "submit_label": "Kết luận không đủ",
        "cancel_url": "#quay-lai",
        "danger": True,
        "icon": "circle-x",
        "hidden": [("version", 3)],
    },
)

SHELL = SimpleNamespace(
    user=SimpleNamespace(name="Trần Thị Bình", initials="TB", unit_name="Ban Thi đua - Khen thưởng"),
    menu=[
        SimpleNamespace(
            label="",
            items=[
                SimpleNamespace(
                    label="Việc của tôi", url="#viec", icon="home", count=9, count_bad=True, current=False, key="v"
                )
            ],
        ),
        {
            "label": "Thi đua, khen thưởng",
            "items": [
                {"label": "Đăng ký thi đua", "url": "#dk", "icon": "clipboard-text", "current": False, "key": "d"},
                {"label": "Khen thưởng", "url": "#kt", "icon": "award", "count": 128, "current": True, "key": "k"},
            ],
        },
    ],
    year=2023,
    years=[(2023, "#n2023", True), (2022, "#n2022", False)],
    unit_in_view="Ban Thi đua - Khen thưởng",
    search_url="/tim-kiem",
    help_url="/huong-dan",
    home_url="/",
    user_menu=[("Tài khoản của tôi", "#tk", "user")],
    logout_url="/dang-xuat",
    now_text="10:42 ngày 18/10/2023",
    now_iso="2023-10-18T10:42",
    theme="light",
    bell=SimpleNamespace(unread="4", url="/thong-bao", count_url="/thong-bao/so-chua-doc"),
    environment_note="Bản dùng thử, số liệu minh họa",
)
