"""Rules of units over plain values: codes, who may stand under whom, days of a decision."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

NAME_LENGTH = 160
SHORT_NAME_LENGTH = 80
CODE_LENGTH = 20
_CODE = re.compile(r"[A-Z0-9](?:[A-Z0-9.-]{0,18}[A-Z0-9])?")


def is_code(text: str) -> bool:
    """Whether a unit may have this code: capitals without marks, digits, points and hyphens within; at most 20."""
    return _CODE.fullmatch(text) is not None


def may_stand_under(rank: int, parent_rank: int, lowest_rank: int) -> bool:
    """Whether a unit may stand under one of another level: a higher one, or, at the lowest level, its own."""
    return parent_rank < rank or parent_rank == rank == lowest_rank


def day_within(valid_from: date, valid_to: date | None, on: date) -> date:
    """The day nearest to `on` on which a unit exists: for one that has ended, its last day."""
    if on < valid_from:
        return valid_from
    if valid_to is not None and on >= valid_to:
        return date.fromordinal(valid_to.toordinal() - 1)
    return on


def decision_errors(number: str, signed_on: date, effective_on: date, today: date) -> Mapping[str, list[str]]:
    """What is wrong with a decision, by field: it is signed by today and takes effect on that day or later."""
    errors: dict[str, list[str]] = {}
    if not number:
        errors["decision_no"] = ["Nhập số, ký hiệu quyết định."]
    if signed_on > today:
        errors["decision_date"] = ["Ngày ký không được sau hôm nay."]
    if effective_on < signed_on:
        errors["effective_on"] = ["Ngày có hiệu lực không được trước ngày ký."]
    return errors
