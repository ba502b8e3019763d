"""The forms of tờ trình."""

from __future__ import annotations

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields import FileField
from wtforms.validators import InputRequired, Length

from portal.domain.emulation.services.proposals import ProposalData, SignedData
from portal.web.fields import DayField
from portal.web.forms import PortalForm


class ProposalForm(PortalForm):
    """The text of a tờ trình."""

    version = HiddenField()
    period_id = SelectField("Kỳ đăng ký", coerce=str, validate_choice=False)
    subject = StringField(
        "Trích yếu",
        [InputRequired("Xin ghi trích yếu."), Length(max=200)],
        description="Ví dụ: Về việc đề nghị công nhận danh hiệu thi đua năm 2023",
    )
    recipient = StringField("Kính gửi", [Length(max=200)], description="Ví dụ: Chủ tịch UBND tỉnh Hưng Yên")
    grounds = TextAreaField("Căn cứ", [Length(max=20_000)], description="Mỗi căn cứ một dòng.")
    content = TextAreaField("Nội dung", [Length(max=20_000)], description="Mỗi đoạn một dòng; danh sách in ở sau.")

    def to_data(self) -> ProposalData:
        """The text as it is written."""
        given = (self.subject.data, self.recipient.data, self.grounds.data, self.content.data)
        return ProposalData(*(text or "" for text in given))


class SignedForm(PortalForm):
    """The signed paper: what văn thư gave, who signed, the PDF."""

    version = HiddenField()
    paper_no = StringField("Số", [InputRequired("Xin ghi số văn bản."), Length(max=20)])
    paper_symbol = StringField("Ký hiệu", [InputRequired("Xin ghi ký hiệu."), Length(max=40)])
    paper_date = DayField("Ngày văn bản")
    signer_name = StringField("Họ tên người ký", [InputRequired("Xin ghi họ tên người ký."), Length(max=120)])
    signer_title = StringField(
        "Thẩm quyền, chức vụ ký",
        [InputRequired("Xin ghi chức vụ người ký."), Length(max=160)],
        description="Đúng như bản giấy, ví dụ: KT. Giám đốc, Phó Giám đốc",
    )
    signed_file = FileField("Bản đã ký, đóng dấu (PDF)")

    def to_data(self, file_id: int | None) -> SignedData:
        """What is recorded, with the file that was put on record."""
        return SignedData(
            self.paper_no.data or "",
            self.paper_symbol.data or "",
            self.paper_date.data,
            self.signer_name.data or "",
            self.signer_title.data or "",
            file_id,
        )
