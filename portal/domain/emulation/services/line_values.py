"""The values of a line: cleaned and checked in form, alike when typed, imported, restored or taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.core.text import clean, fold, person_sort_key, sort_key
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.rules import LineFacts

MAX_LINES = 20_000
TOO_MANY = f"Mỗi bản đăng ký có nhiều nhất {MAX_LINES:,} dòng.".replace(",", ".")
EARLIEST_BIRTH = 1900
YOUNGEST = 14
LIMITS = {"name": 200, "post": 200, "division": 200, "note": 300}


@dataclass(frozen=True, slots=True)
class LineData:
    """A line as it is typed or imported. `gender` is "", "male" or "female"; `birth_year` None when it is not given."""

    subject: SubjectKind
    name: str
    title_id: int
    post: str = ""
    division: str = ""
    birth_year: int | None = None
    gender: str = ""
    note: str = ""


def values_of(data: LineData) -> dict[str, Any]:
    """The columns of a line, cleaned, with the folded form and the sort key."""
    name = clean(data.name)
    person = data.subject is SubjectKind.PERSON
    return {
        "subject": data.subject,
        "name": name,
        "folded": fold(name),
        "sort_key": person_sort_key(name) if person else sort_key(name),
        "post": clean(data.post),
        "division": clean(data.division),
        "birth_year": data.birth_year if person else None,
        "gender": data.gender if person else "",
        "title_id": data.title_id,
        "note": clean(data.note),
    }


def form_errors(values: Mapping[str, Any], codes: Mapping[int, str], year: int) -> dict[str, list[str]]:
    """What is wrong with a line by itself, whatever else the list holds: field to sentences. `codes` are the known
    titles.
    """
    errors: dict[str, list[str]] = {}
    for field, limit in LIMITS.items():
        if len(values[field]) > limit:
            errors[field] = [f"Dài quá {limit} ký tự."]
    if values["subject"] not in (SubjectKind.PERSON, SubjectKind.COLLECTIVE):
        errors["subject"] = ["Xin chọn cá nhân hoặc tập thể."]
    born = values["birth_year"]
    if born is not None and not EARLIEST_BIRTH <= born <= year - YOUNGEST:
        errors["birth_year"] = [f"Năm sinh phải từ {EARLIEST_BIRTH} đến {year - YOUNGEST}."]
    if values["gender"] and values["gender"] not in {g.value for g in Gender}:
        errors["gender"] = ["Xin chọn nam hoặc nữ, hoặc để trống."]
    if values["title_id"] not in codes:
        errors["title_id"] = ["Chưa chọn danh hiệu, hình thức."]
    return errors


def facts_from(
    values: Mapping[str, Any], codes: Mapping[int, str], line_id: int, position: int, origin_unit_id: int | None = None
) -> LineFacts:
    """The values as the checks read them."""
    return LineFacts(
        id=line_id,
        position=position,
        subject=values["subject"],
        name=values["name"],
        folded=values["folded"],
        post=values["post"],
        division=values["division"],
        title_code=codes.get(values["title_id"], ""),
        birth_year=values["birth_year"],
        origin_unit_id=origin_unit_id,
    )
