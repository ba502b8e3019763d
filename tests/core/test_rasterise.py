"""Pictures of pages: drawn from the dots alone, small, upright; what cannot be drawn says so and does no harm."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from portal.core import rasterise
from portal.core.rasterise import UNREADABLE, main
from tests.attachments.samples import docx, pdf, picture

SECRET = "Chup tai nha rieng 20.65,106.05"


def drawn(tmp_path: Path, capsys: Any, content: bytes, kind: str = "picture", pages: int = 3, side: int = 400) -> Any:
    """What was told, with the pictures opened."""
    source = tmp_path / "source"
    source.write_bytes(content)
    assert main([kind, str(source), str(tmp_path), str(pages), str(side)]) == 0
    told = json.loads(capsys.readouterr().out)
    return told["pages"], [Image.open(tmp_path / page["name"]) for page in told["made"]]


def many_pages(count: int) -> bytes:
    out = io.BytesIO()
    sheets = [Image.new("RGB", (200, 300), (n * 20, 90, 90)) for n in range(count)]
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:])
    return out.getvalue()


def test_the_first_pages_of_a_pdf_are_drawn(tmp_path: Path, capsys: Any) -> None:
    total, pages = drawn(tmp_path, capsys, many_pages(7), "pdf")
    assert (total, len(pages)) == (7, 3)
    assert {page.size for page in pages} == {(267, 400)}
    assert pages[0].getpixel((100, 100)) != pages[2].getpixel((100, 100))


def test_text_is_drawn_and_not_carried_over(tmp_path: Path, capsys: Any) -> None:
    _, (page,) = drawn(tmp_path, capsys, pdf(SECRET), "pdf", side=800)
    assert min(page.convert("L").getextrema()) < 100, "there is ink"
    assert SECRET.encode() not in (tmp_path / "page-1.png").read_bytes()


def test_a_photo_loses_what_it_tells_of_its_maker_and_stands_upright(tmp_path: Path, capsys: Any) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010E], exif[0x8825] = 6, SECRET, {1: "N"}
    _, (page,) = drawn(tmp_path, capsys, picture("JPEG", (90, 60), exif=exif, comment=SECRET.encode()))
    assert page.size == (60, 90)
    assert dict(page.getexif()) == {}
    assert page.info.get("comment") is None
    assert SECRET.encode() not in (tmp_path / "page-1.png").read_bytes()


def test_a_png_loses_its_notes_and_stands_on_white(tmp_path: Path, capsys: Any) -> None:
    out, notes = io.BytesIO(), PngImagePlugin.PngInfo()
    notes.add_text("Author", SECRET)
    Image.new("RGBA", (50, 50), (0, 0, 0, 0)).save(out, "PNG", pnginfo=notes)
    _, (page,) = drawn(tmp_path, capsys, out.getvalue())
    assert page.getpixel((5, 5)) == (255, 255, 255)
    assert SECRET.encode() not in (tmp_path / "page-1.png").read_bytes()


def test_a_large_photo_becomes_a_small_jpeg(tmp_path: Path, capsys: Any) -> None:
    noise = Image.effect_noise((900, 600), 90).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "PNG")
    _, (page,) = drawn(tmp_path, capsys, out.getvalue(), side=600)
    assert page.format == "JPEG"
    assert page.size == (600, 400)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", b"%PDF-1.4\nnothing\n%%EOF"),
        ("pdf", docx()),
        ("picture", picture("PNG")[:60] + bytes(40)),
        ("picture", pdf()),
        ("picture", b"GIF89a" + bytes(30)),
    ],
)
def test_what_cannot_be_drawn_says_so(tmp_path: Path, capsys: Any, kind: str, content: bytes) -> None:
    source = tmp_path / "source"
    source.write_bytes(content)
    assert main([kind, str(source), str(tmp_path), "3", "400"]) == UNREADABLE
    assert capsys.readouterr().err


def test_a_picture_with_too_many_dots_is_not_unpacked(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rasterise, "MOST_PIXELS", 1000)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # the program sets it; put back afterwards
    source = tmp_path / "source"
    source.write_bytes(picture("PNG", (40, 40)))
    assert main(["picture", str(source), str(tmp_path), "1", "400"]) == UNREADABLE
    assert "Decompression" in capsys.readouterr().err
