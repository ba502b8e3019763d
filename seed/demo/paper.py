"""A stand-in for a scanned, signed registration: one plain page, a valid PDF."""

from __future__ import annotations

from portal.core.text import fold

A4 = "0 0 595 842"


def signed_pdf(lines: list[str]) -> bytes:
    """A one-page PDF with these lines (written without marks: the page brings no font), each below the other."""
    text = "\n".join(f"({_escaped(line)}) Tj 0 -26 Td" for line in lines)
    page = f"BT /F1 13 Tf 72 770 Td\n{text}\nET\n0.6 w 330 470 m 480 500 l 400 520 l 470 455 l S".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [{A4}] /Contents 4 0 R "
        f"/Resources << /Font << /F1 5 0 R >> >> >>".encode(),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def _escaped(text: str) -> str:
    plain = fold(text).upper().encode("ascii", "replace").decode()
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
