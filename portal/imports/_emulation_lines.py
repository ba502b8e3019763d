"""Cells as lines of an emulation registration: the fields by the headings that people write, and what each must be."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from portal.core.text import fold, person_sort_key, sort_key
from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.enums import Gender, SubjectKind
from portal.domain.emulation.services.bulk import KeyedLine
from portal.domain.emulation.services.line_values import LineValues
from portal.domain.emulation.titles import TitleIndex, title_form
from portal.domain.emulation.workbook import (
    BORN,
    COLUMNS,
    DIVISION,
    GENDER,
    KEY,
    NAME,
    NOTE,
    NUMBER,
    POST,
    SILENT,
    SUBJECT,
    TITLE,
)
from portal.domain.staging.rows import Rows
from portal.imports._body import is_mark
from portal.imports._cells import shown, year_of
from portal.imports._known import Known
from portal.imports.spec import Field, Fields

NamedT = TypeVar("NamedT")
BORN_MALE, BORN_FEMALE = "born_male", "born_female"
MALE_MARK, FEMALE_MARK = "male_mark", "female_mark"
SUGGESTIONS = 3
MOST_UNKNOWN = 200  # so many different unknown titles get a suggestion: it is costly, and nobody reads more
YOUNGEST_LIKELY, OLDEST_LIKELY = 16, 80
JOINS = {NAME: " ", NOTE: "; ", DIVISION: ", "}
BY_GROUP = frozenset({SUBJECT, TITLE})
FIXABLE = frozenset({SUBJECT, TITLE, DIVISION})
_BORN_BY_GENDER = {BORN_MALE: Gender.MALE, BORN_FEMALE: Gender.FEMALE}
_MARKED = {FEMALE_MARK: (Gender.FEMALE, Gender.MALE), MALE_MARK: (Gender.MALE, Gender.FEMALE)}  # with a cross, without
_SUBJECTS = {
    SubjectKind.PERSON: ("ca nhan", "cn", "nguoi"),
    SubjectKind.COLLECTIVE: ("tap the", "tt", "don vi"),
}
_GENDERS = {Gender.MALE: ("nam", "ong", "m"), Gender.FEMALE: ("nu", "ba", "f")}
_KEY = re.compile(r"^[0-9a-f]{32}$")
_BEFORE_TITLE = re.compile(r"^(?:(?:dang ky|de nghi|xet|tang|danh sach|danh hieu|hinh thuc|khen thuong|thi dua)\s+)+")


def line_fields() -> Fields:
    plain = [
        Field(
            c.key,
            c.label,
            c.aliases,
            required=c.key in (TITLE, NAME),
            silent=c.key in SILENT,
            hidden=c.key == KEY,
            joins=JOINS.get(c.key, ""),
            by_mark=c.key == TITLE,
            by_group=c.key in BY_GROUP,
            fixable=c.key in FIXABLE,
            unread=c.key == NUMBER,
        )
        for c in COLUMNS
    ]
    at = next(index for index, f in enumerate(plain) if f.key == BORN) + 1
    plain[at:at] = [
        Field(BORN_MALE, "Năm sinh (nam)", ("Năm sinh nam", "Ngày sinh nam", "Ngày, tháng, năm sinh nam")),
        Field(BORN_FEMALE, "Năm sinh (nữ)", ("Năm sinh nữ", "Ngày sinh nữ", "Ngày, tháng, năm sinh nữ")),
    ]
    at = next(index for index, f in enumerate(plain) if f.key == GENDER) + 1
    plain[at:at] = [
        Field(FEMALE_MARK, "Nữ (đánh dấu x)", ("Nữ", "Giới tính nữ"), silent=True),
        Field(MALE_MARK, "Nam (đánh dấu x)", ("Giới tính nam",), silent=True),
    ]
    return Fields(plain)


Subjects = SubjectKind | None
PERSON = SubjectKind.PERSON  # looked up once: lists are long
OF_PERSONS = (BORN, BORN_MALE, BORN_FEMALE, GENDER)  # a collective has none of these
BAD = -1  # a year that cannot be read


class LineReader:
    """Turns rows into lines; what was looked up once is remembered. `titles` are those of the registration's period."""

    def __init__(self, titles: Sequence[EmulationTitle], today: date) -> None:
        self._index = TitleIndex(titles)
        self._today = today
        self._unknown: dict[str, str] = {}
        self._titles = Known[str, EmulationTitle | None](self._index.match)
        self._subjects = Known[str, Subjects](lambda text: _named(_SUBJECTS, text))
        self._genders = Known[str, str | None](lambda text: _named(_GENDERS, text) if text else "")
        self._years = Known[str, int | None](lambda text: (year_of(text) or BAD) if text else None)
        self._folds = Known[str, str](fold)
        self._of_person, self._of_thing = Known[str, str](person_sort_key), Known[str, str](sort_key)

    def title(self, text: str) -> EmulationTitle | None:
        """The title that is written like this, or None."""
        return self._titles[text]

    def title_of_group(self, text: str) -> EmulationTitle | None:
        """The title that a heading of a group names: Danh hiệu Chiến sĩ thi đua cơ sở: 12 người."""
        form = title_form(re.split(r"[(:]", text, maxsplit=1)[0])
        return self.title(form) or self.title(_BEFORE_TITLE.sub("", form))

    def subject_of_group(self, text: str) -> SubjectKind | None:
        """Whether a heading of a group speaks of persons or of collectives."""
        folded = fold(text)
        if folded.startswith(("tap the", "danh sach tap the", "doi voi tap the")):
            return SubjectKind.COLLECTIVE
        if folded.startswith(("ca nhan", "danh sach ca nhan", "doi voi ca nhan")):
            return SubjectKind.PERSON
        return None

    def read(self, rows: Rows) -> None:
        """Make a line of each row, or say what is wrong with it."""
        titles = self._read_titles(rows)
        subjects = self._read_subjects(rows, titles)
        years, genders = self._read_births(rows)
        names, posts = rows.column(NAME), rows.column(POST)
        keys = [_key(text) if text else None for text in rows.column(KEY)]
        persons = [subject is PERSON for subject in subjects]
        of_person, of_thing = self._of_person, self._of_thing
        lines = map(
            LineValues._make,
            zip(
                subjects,
                names,
                map(self._folds.__getitem__, names),
                [of_person[n] if person else of_thing[n] for n, person in zip(names, persons, strict=True)],
                posts,
                rows.column(DIVISION),
                [year if person else None for year, person in zip(years, persons, strict=True)],
                [gender if person else "" for gender, person in zip(genders, persons, strict=True)],
                [title.id if title is not None else 0 for title in titles],
                rows.column(NOTE),
                strict=True,
            ),
        )
        rows.commands = list(map(KeyedLine, keys, lines))
        for index in rows.errors:
            rows.commands[index] = None
            self._missing(rows, index, subjects[index])

    def _read_titles(self, rows: Rows) -> list[EmulationTitle | None]:
        texts = rows.column(TITLE)
        titles = list(map(self._titles.__getitem__, texts))
        if None in titles:
            for index, text in enumerate(texts):
                if titles[index] is None and not text and rows.groups:
                    found = (self.title_of_group(heading) for heading in rows.groups[index])
                    titles[index] = next((title for title in found if title is not None), None)
                if titles[index] is None:
                    rows.error(index, TITLE, self._not_known(text) if text else self._no_title(rows, index))
        names = [title.name if title is not None else "" for title in titles]
        understood = [name if name != text else "" for name, text in zip(names, texts, strict=True)]
        if any(understood):
            rows.read[TITLE] = understood
        return titles

    def _no_title(self, rows: Rows, index: int) -> str:
        nearest = rows.groups[index][:1] if rows.groups else ()
        if TITLE in rows.texts or not nearest or self.subject_of_group(nearest[0]) is not None:
            return "Thiếu danh hiệu, hình thức."
        return f"Tiêu đề nhóm “{shown(nearest[0])}” không phải là danh hiệu trong danh mục."

    def _not_known(self, text: str) -> str:
        form = title_form(text)[:60]
        if form not in self._unknown:
            near = self._index.suggest(form, SUGGESTIONS) if len(self._unknown) < MOST_UNKNOWN else []
            names = " hoặc ".join(f"“{title.name}”" for title in near)
            self._unknown[form] = f"; có phải {names}?" if names else ". Xin chọn trong danh sách của tệp mẫu."
        return f"Danh hiệu “{shown(text)}” không có trong danh mục{self._unknown[form]}"

    def _read_subjects(self, rows: Rows, titles: Sequence[EmulationTitle | None]) -> list[Subjects]:
        texts = rows.column(SUBJECT)
        subjects = list(map(self._subjects.__getitem__, texts))
        for index, kind in enumerate(subjects):
            if kind is not None:
                continue
            if text := texts[index]:
                told = f"Loại “{shown(text)}” không hợp lệ; xin ghi “Cá nhân” hoặc “Tập thể”."
                rows.error(index, SUBJECT, told)
                continue
            subjects[index] = self._subject_otherwise(rows, index, titles[index])
            if subjects[index] is None and any(rows.column(key)[index] for key in OF_PERSONS):
                subjects[index] = PERSON
            if subjects[index] is None and titles[index] is not None:
                rows.error(index, SUBJECT, "Thiếu loại; xin ghi “Cá nhân” hoặc “Tập thể”.")
        return subjects

    def _subject_otherwise(self, rows: Rows, index: int, title: EmulationTitle | None) -> Subjects:
        """The kind by the headings of groups, else by a title that fits one alone."""
        for heading in rows.groups[index] if rows.groups else ():
            if (kind := self.subject_of_group(heading)) is not None:
                return kind
        return None if title is None or title.subject is SubjectKind.BOTH else title.subject

    def _read_births(self, rows: Rows) -> tuple[list[int | None], list[str]]:
        """Years of birth and genders; the year may stand in a column for men or in one for women."""
        years = self._read_years(rows, BORN)
        written = rows.column(GENDER)
        genders = list(map(self._genders.__getitem__, written))
        if None in genders:
            for index, text in enumerate(written):
                if genders[index] is None:
                    told = f"Giới tính “{shown(text)}” không hợp lệ; xin ghi “Nam” hoặc “Nữ”, hoặc để trống."
                    rows.error(index, GENDER, told)
        for key, kind in _BORN_BY_GENDER.items():
            if key in rows.texts:
                for index, year in enumerate(self._read_years(rows, key)):
                    if year is not None:
                        years[index] = year
                        genders[index] = genders[index] or kind.value
        for key, (marked, other) in _MARKED.items():
            if key in rows.texts:
                genders = [
                    gender or (marked if is_mark(text) else other).value
                    for gender, text in zip(genders, rows.texts[key], strict=True)
                ]
        return years, [gender or "" for gender in genders]

    def _read_years(self, rows: Rows, key: str) -> list[int | None]:
        texts = rows.column(key)
        years = list(map(self._years.__getitem__, texts))
        youngest, oldest = self._today.year - YOUNGEST_LIKELY, self._today.year - OLDEST_LIKELY
        likely = {year for year in set(years) if year is None or oldest <= year <= youngest}
        if len(likely) < len(set(years)):
            for index, year in enumerate(years):
                if year == BAD:
                    told = f"Năm sinh “{shown(texts[index])}” không đọc được; xin ghi bốn chữ số, ví dụ 1985."
                    rows.error(index, key, told)
                    years[index] = None
                elif year not in likely:
                    rows.warn(index, key, f"Năm sinh {year} khác thường; xin kiểm tra lại.")
        return years

    def _missing(self, rows: Rows, index: int, subject: Subjects) -> None:
        """Say at once what else a faulty row lacks; of a sound row the domain says it."""
        if not rows.column(NAME)[index]:
            rows.error(index, NAME, "Thiếu họ tên hoặc tên tập thể.")
        if subject is SubjectKind.PERSON and not rows.column(POST)[index]:
            rows.error(index, POST, "Thiếu chức vụ của cá nhân.")


def _named(writings: Mapping[NamedT, Sequence[str]], text: str) -> NamedT | None:
    """What is written like this, or None."""
    folded = fold(text)
    return next((value for value, texts in writings.items() if folded in texts), None)


def _key(text: str) -> str | None:
    """The line's key when the cell holds one; anything else is no key."""
    key = text.strip().lower()
    return key if _KEY.match(key) else None
