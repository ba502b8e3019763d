"""The values of a line: cleaned and checked in form, alike when typed, imported, restored or taken in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from portal.core.text import clean, fold, person_sort_key, sort_key
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.rules import PERSON, LineFacts, identity

MAX_LINES = 20_000
TOO_MANY = f"Mỗi bản đăng ký có nhiều nhất {MAX_LINES:,} dòng.".replace(",", ".")
EARLIEST_BIRTH = 1900
YOUNGEST = 14
LIMITS = {"name": 200, "post": 200, "division": 200, "note": 300}
SUBJECTS = frozenset({SubjectKind.PERSON, SubjectKind.COLLECTIVE})
GENDERS = frozenset(gender.value for gender in Gender)


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


class LineValues(NamedTuple):
    """The columns of a line that are typed or follow from what is typed: cleaned, with folded form and sort key."""

    subject: SubjectKind
    name: str
    folded: str
    sort_key: str
    post: str
    division: str
    birth_year: int | None
    gender: str
    title_id: int
    note: str


def line_values(data: LineData) -> LineValues:
    """What a line's columns become."""
    name = clean(data.name)
    person = data.subject is SubjectKind.PERSON
    return LineValues(
        subject=data.subject,
        name=name,
        folded=fold(name),
        sort_key=name_sort_key(data.subject, name),
        post=clean(data.post),
        division=clean(data.division),
        birth_year=data.birth_year if person else None,
        gender=data.gender if person else "",
        title_id=data.title_id,
        note=clean(data.note),
    )


def name_sort_key(subject: SubjectKind, name: str) -> str:
    """People by their given name, collectives from the first word on."""
    return person_sort_key(name) if subject is SubjectKind.PERSON else sort_key(name)


def values_of(data: LineData) -> dict[str, Any]:
    """The columns of a line by their names."""
    return line_values(data)._asdict()


def is_formal(values: LineValues, codes: Mapping[int, str], year: int) -> bool:
    """Whether `form_errors` would find nothing; a quick look, for long lists."""
    born = values.birth_year
    return (
        len(values.name) <= LIMITS["name"]
        and len(values.post) <= LIMITS["post"]
        and len(values.division) <= LIMITS["division"]
        and len(values.note) <= LIMITS["note"]
        and values.title_id in codes
        and (values.subject is PERSON or values.subject in SUBJECTS)
        and (born is None or EARLIEST_BIRTH <= born <= year - YOUNGEST)
        and (not values.gender or values.gender in GENDERS)
    )


def form_errors(values: Mapping[str, Any], codes: Mapping[int, str], year: int) -> dict[str, list[str]]:
    """What is wrong with a line by itself, whatever else the list holds: field to sentences. `codes` are the known
    titles.
    """
    errors: dict[str, list[str]] = {}
    for field, limit in LIMITS.items():
        if len(values[field]) > limit:
            errors[field] = [f"Dài quá {limit} ký tự."]
    if values["subject"] not in SUBJECTS:
        errors["subject"] = ["Xin chọn cá nhân hoặc tập thể."]
    born = values["birth_year"]
    if born is not None and not EARLIEST_BIRTH <= born <= year - YOUNGEST:
        errors["birth_year"] = [f"Năm sinh phải từ {EARLIEST_BIRTH} đến {year - YOUNGEST}."]
    if values["gender"] and values["gender"] not in GENDERS:
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
        who=identity(values["subject"], values["sort_key"], values["post"], values["division"], origin_unit_id),
    )
