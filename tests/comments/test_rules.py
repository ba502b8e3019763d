"""Whom a text names."""

from __future__ import annotations

import pytest

from portal.domain.comments.rules import mentioned_names, pieces


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Nhờ @vangiang.lanhdao xem giúp.", ["vangiang.lanhdao"]),
        ("@Sonv, @sonv và @VANGIANG.", ["sonv", "vangiang"]),
        ("Thư tới lan@hungyen.example, không nhắc ai", []),
        ("(@sonv)", ["sonv"]),
        ("@ một mình, @@sonv", []),
        ("", []),
    ],
)
def test_names_follow_an_at_sign(text: str, names: list[str]) -> None:
    assert mentioned_names(text) == names


def test_pieces_put_together_are_the_text() -> None:
    text = "Gửi @sonv,\nrồi @vangiang."
    assert "".join(piece for piece, _ in pieces(text)) == text
    assert [name for _, name in pieces(text) if name] == ["sonv", "vangiang"]
