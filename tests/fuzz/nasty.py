"""Values that people, other programs and attackers put into fields and addresses, and requests made of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

NFD = unicodedata.normalize("NFD", "Nguyễn Thị Hoà – đề nghị")
TEXTS: tuple[str, ...] = (
    "",
    " \t\r\n ",
    "x" * 5_000,
    "Đề nghị khen thưởng " * 4_000,
    NFD,
    "\x00",
    "Hoà\x00Bình",
    "\x01\x08\x0b\x1f\x7f\x85",
    "\ud800",
    "a\udfffb",
    "\ufffe\uffff",
    "\u202eđảo\u202c\u200b\ufeff",
    "👩‍👩‍👧‍👦𝔸",
    "=1+1",
    "@SUM(A1:A9)",
    "+84|cmd",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }}{% raw %}",
    "'; DROP TABLE unit; --",
    "%' OR '1'='1",
    "%s%d%n",
    "_%\\",
    "../../etc/passwd",
    "//la.example/x",
    "\r\nSet-Cookie: a=b",
)
NUMBERS: tuple[str, ...] = (
    "-1",
    "0",
    "2147483648",
    "9223372036854775808",
    "9" * 400,
    "9" * 5_000,
    "1e309",
    "NaN",
    "1.635,5",
    "١٢٣",
    "²",
    "0x10",
    "true",
    "null",
    "[]",
)
DAYS: tuple[str, ...] = (
    "31/02/2023",
    "00/00/0000",
    "01/01/0001",
    "31/12/9999",
    "01/01/99999",
    "29/02/1900",
    "2023-03-15",
    "15/3",
    "²/²/²²²²",
)
VALUES = TEXTS + NUMBERS + DAYS
FILES: tuple[tuple[bytes, str], ...] = (
    (b"", "rong.pdf"),
    (b"%PDF-1.4 cut", "a" * 400 + ".pdf"),
    (b"PK\x03\x04 not a zip", "danh-sach.xlsx"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "cu.xls"),
    (b"MZ\x90\x00", "..\\..\\ban-dang-ky.exe"),
    ("Họ tên;Danh hiệu\n\x00;\x01\n".encode(), "=1+1.csv"),
    (b"\xff\xfe\x00\xd8", "tệp\u202efdp.png"),
    (b"<svg onload=alert(1)>", "anh.svg"),
)
NAMES = ("version", "_nhap", "id", "next", "csrf_token", "la", "__proto__", "a" * 300, "\x00", "cot-0", "dong")


@dataclass(frozen=True, slots=True)
class Form:
    """A form as a page shows it: where it is sent, what it would send, what else may be chosen, which are files."""

    address: str
    values: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: Sequence[str] = ()


def forms_of(root: Element) -> list[Form]:
    """Every form of a page that is sent by POST, and each address that a button of its sends it to."""
    found = []
    for form in root.iter("form"):
        if form.get("method", "").lower() != "post":
            continue
        values: dict[str, str] = {}
        choices: dict[str, list[str]] = {}
        files = []
        for control in form.iter():
            name = control.get("name")
            if not name or control.tag not in ("input", "select", "textarea", "button"):
                continue
            if control.get("type") == "file":
                files.append(name)
            elif control.tag == "select":
                options = [option.get("value", "") for option in control.iter("option")]
                values[name], choices[name] = (options or [""])[-1], options
            elif control.tag == "textarea":
                values[name] = control.text or ""
            else:
                values[name] = control.get("value", "")
                choices.setdefault(name, []).append(values[name])
        actions = {form.get("action", "")} | {button.get("formaction", "") for button in form.iter("button")}
        found += [Form(action, values, choices, tuple(files)) for action in sorted(actions - {""})]
    return found


@dataclass(frozen=True, slots=True)
class Sent:
    """A body with its kind, and a line that tells it in a failure."""

    data: bytes | dict[str, Any]
    content_type: str
    told: str


def draw(form: Form, rng: Random, number: int) -> Sent:
    """One way of filling the form: the first as it stands, then worse and worse; `number` counts from 0."""
    pairs: list[tuple[str, str]] = []
    spoilt = 0.0 if number == 0 else rng.choice((0.15, 0.5, 1.0))
    for name, value in form.values.items():
        drawn = rng.random()
        if drawn >= spoilt:
            pairs.append((name, rng.choice(form.choices[name]) if number and name in form.choices else value))
        elif drawn >= spoilt * 0.1:  # else it is missing
            pairs += [(name, rng.choice(VALUES)) for _ in range(rng.choice((1, 1, 1, 2, 40)))]
    if number:
        pairs += [(rng.choice(NAMES), rng.choice(VALUES)) for _ in range(rng.randrange(3))]
    told = repr([(name[:40], value[:40]) for name, value in pairs])[:600]
    if form.files and rng.random() < 0.8:
        return Sent(_with_files(form, pairs, rng), "multipart/form-data", told)
    if number and rng.random() < 0.05:
        return Sent(rng.randbytes(200), rng.choice(("application/json", "multipart/form-data; boundary=x", "a/b")), "?")
    return Sent(encoded(pairs), "application/x-www-form-urlencoded", told)


def _with_files(form: Form, pairs: Sequence[tuple[str, str]], rng: Random) -> dict[str, Any]:
    data: dict[str, list[Any]] = {}
    for name, value in pairs:
        data.setdefault(_plain(name), []).append(_plain(value))
    for name in form.files:
        chosen = rng.sample(FILES, rng.choice((1, 1, 3)))
        data[name] = [(BytesIO(content), file_name) for content, file_name in chosen]
    return data


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def encoded(pairs: Sequence[tuple[str, str]]) -> bytes:
    """The pairs as a form or an address carries them, halves of surrogates too."""
    return urlencode(pairs, encoding="utf-8", errors="surrogatepass").encode()


def query(names: Sequence[str], rng: Random) -> str:
    """A query string over these names."""
    chosen = [name for name in names if rng.random() < 0.6] or [rng.choice(NAMES)]
    pairs = [(name, rng.choice(VALUES)[:2_000]) for name in chosen for _ in range(rng.choice((1, 1, 3)))]
    return encoded(pairs).decode()
