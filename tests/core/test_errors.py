"""What goes wrong is told in Vietnamese."""

from __future__ import annotations

import pytest

from portal.core import errors
from portal.core.errors import InvalidInput, NotAllowed, PortalError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, PortalError)]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not InvalidInput], ids=lambda kind: kind.__name__)
def test_every_error_has_its_sentence(kind: type[PortalError]) -> None:
    error = kind()
    assert error.message == str(error) == kind.message
    assert error.message.endswith(".")
    assert "!" not in error.message


def test_a_sentence_of_its_own_takes_its_place() -> None:
    assert NotAllowed("Việc này của Sở.").message == "Việc này của Sở."
    assert NotAllowed("").message == NotAllowed.message


def test_invalid_input_names_the_fields() -> None:
    error = InvalidInput({"name": ("Thiếu tên.",), "year": ["Sai năm."]})
    assert error.errors == {"name": ["Thiếu tên."], "year": ["Sai năm."]}
    assert error.message == "Một số nội dung chưa hợp lệ."
