"""Pictures of a file's first pages: a small program of its own, run within bounds (portal/core/limited.py).

    python rasterise.py KIND SOURCE FOLDER PAGES SIDE

KIND is pdf or picture. Writes page-1.png (or .jpg, where that is much smaller) and so on to FOLDER and tells on its
output, as JSON, how many pages there are and what was made. Each picture is drawn anew from the dots alone: nothing
else of the file, neither place nor camera nor text nor script, is carried over. A file that cannot be drawn ends it
with code 3.
"""

from __future__ import annotations

import io
import json
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

PDF, PICTURE = "pdf", "picture"
MOST_PIXELS = 100_000_000
SMALL = 150_000  # bytes up to which a page stays a PNG, without loss
JPEG_QUALITY = 82
UNREADABLE = 3


class Undrawable(ValueError):
    """The file is damaged, protected, or no picture at all."""


def draw(kind: str, source: Path, folder: Path, pages: int, side: int) -> dict[str, object]:
    """Draw the first `pages` pages, no side longer than `side` dots. Raises Undrawable."""
    made: list[dict[str, object]] = []
    told: dict[str, object] = {"pages": 0, "made": made}
    for number, (told["pages"], image) in enumerate(_images(kind, source, pages, side), 1):
        ending, content = _encoded(image)
        name = f"page-{number}{ending}"
        (folder / name).write_bytes(content)
        made.append({"page": number, "name": name, "width": image.width, "height": image.height})
    return told


def _images(kind: str, source: Path, pages: int, side: int) -> Iterator[tuple[int, Image.Image]]:
    try:
        if kind == PDF:
            yield from _pages(source, pages, side)
        else:
            yield 1, _picture(source, side)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning, pypdfium2.PdfiumError) as error:
        raise Undrawable(f"{type(error).__name__}: {error}") from error


def _pages(source: Path, pages: int, side: int) -> Iterator[tuple[int, Image.Image]]:
    with pypdfium2.PdfDocument(source) as document:
        total = len(document)
        for index in range(min(total, pages)):
            page = document[index]
            longest = max(page.get_size())
            if longest <= 0:
                raise Undrawable("a page without a size")
            yield total, page.render(scale=side / longest).to_pil().convert("RGB")


def _picture(source: Path, side: int) -> Image.Image:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(source, formats=("JPEG", "PNG")) as image:
            image.draft("RGB", (side, side))
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((side, side))
            return _on_white(upright)


def _on_white(image: Image.Image) -> Image.Image:
    """The dots alone, in a new picture; what lets light through stands on white."""
    plain = Image.new("RGB", image.size, "white")
    if image.has_transparency_data:
        solid = image.convert("RGBA")
        plain.paste(solid, mask=solid.getchannel("A"))
    else:
        plain.paste(image.convert("RGB"))
    return plain


def _encoded(image: Image.Image) -> tuple[str, bytes]:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=False)
    if out.tell() <= SMALL:
        return ".png", out.getvalue()
    out = io.BytesIO()
    image.save(out, "JPEG", quality=JPEG_QUALITY)
    return ".jpg", out.getvalue()


def main(arguments: Sequence[str]) -> int:
    """Draw, and tell what was made; returns the exit code."""
    kind, source, folder, pages, side = arguments
    try:
        told = draw(kind, Path(source), Path(folder), int(pages), int(side))
    except Undrawable as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    sys.stdout.write(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
