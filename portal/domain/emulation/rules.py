"""The checks of a registration's lines: pure functions over values. Errors block the sending, warnings never do.

Two lines are of one person when name (letters and tones, wherever the tone mark stands), post, division and the unit
that the
line came from agree, and no two different years of birth speak against it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from portal.core.text import fold, person_sort_key, sort_key
from portal.domain.emulation.enums import SubjectKind, TitleFamily, TitleScope

FLAGS = frozenset({"CTDT", "CTDCP"})
ERROR, WARNING = "error", "warning"
PERSON, BOTH = SubjectKind.PERSON, SubjectKind.BOTH  # looked up once: lists are long


Identity = tuple[object, ...]


class LineFacts(NamedTuple):
    """What the checks read of a line. `id` names it in findings (negative for rows that are not stored yet).

    `who` is the identity of its subject (see `identity`), given where it is known already: lists are long.
    """

    id: int
    position: int
    subject: SubjectKind
    name: str
    folded: str
    post: str
    division: str
    title_code: str
    birth_year: int | None = None
    origin_unit_id: int | None = None
    who: Identity | None = None


@dataclass(frozen=True, slots=True)
class TitleFacts:
    """What the checks read of a title; `valid`: it exists in the period's year."""

    code: str
    name: str
    subject: SubjectKind
    family: TitleFamily
    scope: TitleScope
    rank: int
    valid: bool = True


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """What the checks read of a rule of the period's regime."""

    code: str
    title_code: str
    kind: str
    operator: str
    number: Decimal | None
    text: str
    citation: str
    confidence_label: str
    ref: str = ""


class Finding(NamedTuple):
    """What a check found: `level` error or warning, the sentence, the lines, the field at fault, the source with its
    confidence.
    """

    level: str
    code: str
    text: str
    line_ids: tuple[int, ...] = ()
    field: str = ""
    citation: str = ""
    confidence_label: str = ""

    @property
    def blocks(self) -> bool:
        return self.level == ERROR


@dataclass(frozen=True, slots=True)
class Whole:
    """What the shares look at beside the lines: the numbers that the unit expects by title, and its staff."""

    expected: Mapping[str, int]
    staff_count: int | None


def check_lines(
    lines: Sequence[LineFacts],
    titles: Mapping[str, TitleFacts],
    rules: Sequence[RuleFacts] = (),
    rounding: str = "down",
    *,
    expected: Mapping[str, int] | None = None,
    staff_count: int | None = None,
) -> list[Finding]:
    """Every finding of these lines, errors first, then by the order of the lines.

    `rounding` (down, nearest, up) is how a share is turned into a number of people.
    """
    whole = Whole(expected or {}, staff_count)
    subjects = _subjects(lines)
    found = [
        *_each_line(lines, titles),
        *_repeated(subjects, titles),
        *_flags(lines),
        *_namesakes(lines),
        *_shares(lines, titles, rules, rounding, whole),
        *_state_awards(lines, titles, rules),
    ]
    place = {line.id: index for index, line in enumerate(lines)}
    return sorted(found, key=lambda f: (f.level != ERROR, place.get(f.line_ids[0], 0) if f.line_ids else -1))


def share_allowed(base: int, percent: Decimal | int, rounding: str = "down") -> int:
    """How many of `base` people a share of `percent` allows, rounded down, to the nearest (half up) or up.

    Never negative.
    """
    if base <= 0:
        return 0
    exact = Decimal(base) * Decimal(percent) / 100
    if rounding == "up":
        return int(exact.to_integral_value(rounding="ROUND_CEILING"))
    if rounding == "nearest":
        return int(exact.to_integral_value(rounding=ROUND_HALF_UP))
    return int(exact.to_integral_value(rounding="ROUND_FLOOR"))


def identity(
    subject: SubjectKind, sort_key: str, post: str, division: str, origin_unit_id: int | None = None
) -> Identity:
    """What lines about one subject have in common: `sort_key` is that of the name, by the kind of subject.

    Writings of one name agree in it (hoà and hòa, capitals, spaces); a different tone is a different name.
    """
    return (sort_key, *desk_key(subject, post, division), origin_unit_id)


def desk_key(subject: SubjectKind, post: str, division: str) -> tuple[str, str]:
    """Where a subject of that name is told from another: by post and division, a collective by the division alone."""
    return fold(post) if subject is PERSON else "", fold(division)


def people_of(lines: Iterable[LineFacts]) -> list[list[LineFacts]]:
    """The lines of persons, one group for each person."""
    alike = _grouped((line for line in lines if line.subject is PERSON), _who)
    return [person for group in alike for person in ([group] if len(group) == 1 else _by_birth(group))]


def _who(line: LineFacts) -> Identity:
    if line.who is not None:
        return line.who
    key = person_sort_key(line.name) if line.subject is PERSON else sort_key(line.name)
    return identity(line.subject, key, line.post, line.division, line.origin_unit_id)


def _by_birth(lines: Sequence[LineFacts]) -> list[list[LineFacts]]:
    years = sorted({line.birth_year for line in lines if line.birth_year is not None})
    if len(years) <= 1:
        return [list(lines)]
    groups: dict[int, list[LineFacts]] = {year: [] for year in years}
    for line in lines:
        groups[line.birth_year if line.birth_year is not None else years[0]].append(line)
    return list(groups.values())


def _grouped(lines: Iterable[LineFacts], key: Callable[[LineFacts], Identity]) -> Iterable[list[LineFacts]]:
    groups: dict[Identity, list[LineFacts]] = defaultdict(list)
    for line in lines:
        groups[key(line)].append(line)
    return groups.values()


def _ids(lines: Iterable[LineFacts]) -> tuple[int, ...]:
    return tuple(line.id for line in lines)


def _each_line(lines: Sequence[LineFacts], titles: Mapping[str, TitleFacts]) -> Iterator[Finding]:
    for line in lines:
        if not line.name or line.name.isspace():
            yield Finding(ERROR, "name_missing", "Thiếu họ tên hoặc tên tập thể.", (line.id,), "name")
        if line.subject is PERSON and (not line.post or line.post.isspace()):
            yield Finding(ERROR, "post_missing", "Thiếu chức vụ của cá nhân.", (line.id,), "post")
        title = titles.get(line.title_code)
        if title is None or not title.valid:
            name = title.name if title else line.title_code
            text = f"“{name}” không áp dụng trong kỳ này." if name else "Chưa chọn danh hiệu, hình thức."
            yield Finding(ERROR, "title_invalid", text, (line.id,), "title_id")
        elif title.subject not in (line.subject, BOTH):
            whom = title.subject.label.lower()
            text = f"“{title.name}” chỉ dành cho {whom}."
            yield Finding(ERROR, "title_subject", text, (line.id,), "title_id")


def _subjects(lines: Sequence[LineFacts]) -> list[list[LineFacts]]:
    collectives = (line for line in lines if line.subject is not PERSON)
    return [*people_of(lines), *_grouped(collectives, _who)]


def _repeated(subjects: Iterable[Sequence[LineFacts]], titles: Mapping[str, TitleFacts]) -> Iterator[Finding]:
    for subject in subjects:
        if len(subject) == 1 or not subject[0].name.strip():
            continue
        for same in _grouped(subject, lambda line: (line.title_code,)):
            if len(same) > 1:
                title = titles.get(same[0].title_code)
                what = title.name if title else same[0].title_code
                text = f"“{same[0].name}” đăng ký “{what}” {len(same)} lần; chỉ giữ một dòng."
                yield Finding(ERROR, "repeated", text, _ids(same), "title_id")


def _flags(lines: Sequence[LineFacts]) -> Iterator[Finding]:
    flags = [line for line in lines if line.title_code in FLAGS]
    for same in _grouped(flags, _who):
        if len({line.title_code for line in same}) > 1:
            text = f"“{same[0].name}” đăng ký hai loại cờ thi đua; mỗi tập thể chỉ đăng ký một cờ trong năm."
            yield Finding(ERROR, "two_flags", text, _ids(same), "title_id")


def _namesakes(lines: Sequence[LineFacts]) -> Iterator[Finding]:
    persons = (line for line in lines if line.subject is PERSON and line.name.strip())
    for alike in _grouped(persons, lambda line: (line.folded or fold(line.name), line.origin_unit_id)):
        if len(alike) < 2:
            continue
        by_name: dict[object, list[list[LineFacts]]] = defaultdict(list)
        for person in people_of(alike):
            by_name[_who(person[0])[0]].append(person)
        for same in by_name.values():
            if len(same) > 1:
                who = f"Có {len(same)} người cùng tên “{same[0][0].name}”"
                text = f"{who}, khác chức vụ, phòng ban hoặc năm sinh; xin kiểm tra có phải một người."
                yield Finding(WARNING, "namesake", text, _ids(line for person in same for line in person), "name")
        if len(by_name) > 1:
            yield from _near_names(alike)


def _near_names(alike: Sequence[LineFacts]) -> Iterator[Finding]:
    """Names that differ in their marks alone, at the same desk: perhaps one person, written twice."""
    for desk in _grouped(alike, lambda line: _who(line)[1:3]):
        written = {_who(line)[0]: line.name for line in desk}
        if len(written) > 1:
            names = ", ".join(f"“{name}”" for name in written.values())
            text = f"{names}: tên chỉ khác nhau ở dấu, cùng chức vụ; xin kiểm tra có phải một người."
            yield Finding(WARNING, "near_name", text, _ids(desk), "name")


def _shares(
    lines: Sequence[LineFacts],
    titles: Mapping[str, TitleFacts],
    rules: Sequence[RuleFacts],
    rounding: str,
    whole: Whole,
) -> Iterator[Finding]:
    people = people_of(lines)
    for rule in rules:
        title, ref = titles.get(rule.title_code), titles.get(rule.ref)
        if rule.number is None or title is None or ref is None or ref.subject is not PERSON:
            continue
        base = max(_holding(people, _at_least(titles, ref)), whole.expected.get(ref.code, 0))
        if rule.kind == "ratio_max":
            yield from _too_many(lines, people, title, rule, (base, rounding), whole)
        elif rule.kind in ("ratio_min", "title_count_min"):
            yield from _too_few(lines, people, ref, rule, base, whole)


def _at_least(titles: Mapping[str, TitleFacts], ref: TitleFacts) -> frozenset[str]:
    """The personal titles (not forms) from `ref` upwards: whoever holds one meets the lower one too."""
    return frozenset(
        t.code for t in titles.values() if t.subject is PERSON and t.family is TitleFamily.TITLE and t.rank >= ref.rank
    )


def _holding(people: Sequence[Sequence[LineFacts]], codes: frozenset[str]) -> int:
    return sum(1 for person in people if any(line.title_code in codes for line in person))


def _too_many(
    lines: Sequence[LineFacts],
    people: Sequence[Sequence[LineFacts]],
    title: TitleFacts,
    rule: RuleFacts,
    base: tuple[int, str],
    whole: Whole,
) -> Iterator[Finding]:
    count = max(_holding(people, frozenset({title.code})), whole.expected.get(title.code, 0))
    allowed = share_allowed(base[0], rule.number or 0, base[1])
    if count > allowed:
        limit = f"mức {_percent(rule.number)} của {base[0]} người là {allowed} người"
        text = f"{title.name}: đăng ký {count} người, {limit}. {rule.text}"
        ids = _ids(line for line in lines if line.title_code == title.code)
        yield _of_rule(rule, text, ids)


def _too_few(
    lines: Sequence[LineFacts],
    people: Sequence[Sequence[LineFacts]],
    ref: TitleFacts,
    rule: RuleFacts,
    base: int,
    whole: Whole,
) -> Iterator[Finding]:
    ids = _ids(line for line in lines if line.title_code == rule.title_code)
    least = rule.number or Decimal(0)
    if not ids and not whole.expected.get(rule.title_code):
        return
    if rule.kind == "title_count_min":
        count = max(_holding(people, frozenset({ref.code})), whole.expected.get(ref.code, 0))
        if count < least:
            yield _of_rule(rule, f"Toàn đơn vị đăng ký {count} {ref.name}. {rule.text}", ids)
    elif not whole.staff_count:
        text = f"Chưa ghi tổng số người của đơn vị nên chưa tính được tỷ lệ {ref.name}. {rule.text}"
        yield _of_rule(rule, text, ids, "staff_count")
    else:
        share = Decimal(base) * 100
        needed = least * whole.staff_count
        if share < needed or (rule.operator == "gt" and share == needed):
            part = f"{base} trên {whole.staff_count} người ({_percent(share / whole.staff_count)})"
            text = f"Toàn đơn vị đăng ký {part} đạt {ref.name} trở lên. {rule.text}"
            yield _of_rule(rule, text, ids)


def _state_awards(
    lines: Sequence[LineFacts], titles: Mapping[str, TitleFacts], rules: Sequence[RuleFacts]
) -> Iterator[Finding]:
    rule = next((r for r in rules if r.kind == "state_awards_per_year" and r.number is not None), None)
    if rule is None or rule.number is None:
        return
    state = {t.code for t in titles.values() if t.scope is TitleScope.STATE}
    for subject in _subjects([line for line in lines if line.title_code in state]):
        if len({line.title_code for line in subject}) > rule.number:
            yield _of_rule(
                rule, f"“{subject[0].name}” đăng ký nhiều hình thức cấp Nhà nước. {rule.text}", _ids(subject)
            )


def _of_rule(rule: RuleFacts, text: str, ids: tuple[int, ...], field: str = "title_id") -> Finding:
    return Finding(WARNING, rule.code, text, ids, field, rule.citation, rule.confidence_label)


def _percent(value: Decimal | None) -> str:
    text = f"{(value or Decimal(0)):.1f}".replace(".", ",")
    return f"{text.removesuffix(',0')}%"
