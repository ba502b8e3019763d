"""What can go wrong with papers and chains, in the words that the user reads."""

from __future__ import annotations

from portal.core.errors import RuleBroken


class PaperNotEditable(RuleBroken):
    """The paper is on its way, or through: nothing of it may change now."""

    message = "Văn bản đang trình hoặc đã duyệt nên không sửa được; cần sửa thì rút về hoặc chờ trả lại."


class DefinitionPublished(RuleBroken):
    """A published edition never changes: a new one is begun."""

    message = "Bản quy trình này đã ban hành nên không sửa được. Muốn thay đổi, xin lập bản mới."


class NothingToPublish(RuleBroken):
    """The edition has faults."""

    message = "Quy trình chưa ban hành được."
