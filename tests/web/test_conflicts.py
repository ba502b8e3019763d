"""Both versions of a form: where they differ, which is taken by default, and the choice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, HiddenField, IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from portal.core.merge import mark, read_marks, same, write_marks
from portal.web.conflicts import Conflict, apply_choices, conflict_of, parts, taken
from portal.web.form_values import many_names, marked_values, sent_values
from portal.web.last_saved import Saved
from portal.web.transaction import PortalFlask

SAVED = Saved("Đỗ Thị Hoà", "09:14 15/03/2023")
TITLES = [SelectChoice("1", "Giấy khen", optgroup="Cá nhân"), SelectChoice("2", "Bằng khen", optgroup="Cá nhân")]


class Record(Form):
    version = HiddenField()
    name = StringField("Họ tên")
    number = IntegerField("Số")
    title = SelectField("Danh hiệu", choices=TITLES)
    done = BooleanField("Xong")
    moves = SelectMultipleField("Phong trào", choices=[SelectChoice("1", "Xanh"), SelectChoice("2", "Sạch")])


FIRST = {"version": "1", "name": "An", "number": 5, "title": "1", "done": False, "moves": ["1"]}
TheirMeeting = tuple[Conflict, Record]


def stored(**changes: Any) -> Record:
    return Record(data={**FIRST, **changes})


def sent(form: Form) -> MultiDict[str, str]:
    values: MultiDict[str, str] = MultiDict()
    for name, given in sent_values(form).items():
        values.setlist(name, given)
    values["version"] = "1"
    return values


@contextmanager
def posting(app: PortalFlask, values: MultiDict[str, str]) -> Iterator[None]:
    with app.test_request_context(method="POST", data=values):
        yield


def meet(app: PortalFlask, mine: dict[str, Any], theirs: dict[str, Any], base: bool = True) -> TheirMeeting:
    values = sent(stored(**mine))
    if base:
        began = stored()
        values["_goc"] = write_marks(marked_values(sent_values(began), many_names(began)))
    with posting(app, values):
        form = Record(request.form)
        return conflict_of(form, stored(version="2", **theirs), SAVED), form


def test_what_one_changed_is_taken_from_each(app: PortalFlask) -> None:
    conflict, form = meet(app, {"name": "Ân", "moves": ["1", "2"]}, {"number": 7, "title": "2", "moves": []})
    found = {d.place: (d.label, d.mine, d.theirs, d.take, d.both) for d in conflict.differences}
    assert found == {
        "name": ("Họ tên", "Ân", "An", "toi", False),
        "number": ("Số", "5", "7", "ho", False),
        "title": ("Danh hiệu", "Giấy khen (Cá nhân)", "Bằng khen (Cá nhân)", "ho", False),
        "moves:1": ("Phong trào: Xanh", "Chọn", "Không chọn", "ho", False),
        "moves:2": ("Phong trào: Sạch", "Chọn", "Không chọn", "toi", False),
    }
    assert (form.name.data, form.number.data, form.title.data, form.moves.data) == ("Ân", 7, "2", ["2"])
    assert form.version.data == "2"
    assert taken(conflict)["moves:1"] == ()
    assert conflict.base == write_marks({"name": ["An"], "number": ["7"], "title": ["2"]})


def test_what_both_changed_is_mine_until_i_choose(app: PortalFlask) -> None:
    conflict, form = meet(app, {"name": "Tôi", "done": True}, {"name": "Họ", "done": False})
    assert [(d.place, d.take, d.both) for d in conflict.differences] == [("name", "toi", True), ("done", "toi", False)]
    assert (conflict.differences[1].mine, conflict.differences[1].theirs) == ("Có", "Không")
    assert form.name.data == "Tôi"


def test_the_same_written_otherwise_is_no_difference(app: PortalFlask) -> None:
    conflict, _ = meet(app, {"name": " An\r\n", "number": 7}, {"number": 7})
    assert conflict.differences == []


def test_without_marks_nobody_knows_who_changed(app: PortalFlask) -> None:
    conflict, _ = meet(app, {}, {"name": "Họ"}, base=False)
    assert [(d.take, d.both) for d in conflict.differences] == [("toi", True)]


CHOSEN = {"_san.name": "toi", "_toi.name": "Tôi", "_ho.name": "Họ", "name": "Tôi"}
MOVES = {"_san.moves:1": "ho", "_toi.moves:1": "1", "_ho.moves:1": ""}


@pytest.mark.parametrize(
    ("form", "name", "values"),
    [
        ({**CHOSEN, "_chon.name": "toi"}, "name", ["Tôi"]),
        ({**CHOSEN, "_chon.name": "ho"}, "name", ["Họ"]),
        ({**CHOSEN, "_chon.name": "ho", "name": "Sửa tiếp"}, "name", ["Sửa tiếp"]),  # what is typed later wins
        (CHOSEN, "name", ["Tôi"]),
        ({**CHOSEN, "_chon.name": "x"}, "name", ["Tôi"]),
        ({**MOVES, "_chon.moves:1": "toi", "moves": "2"}, "moves", ["2", "1"]),
        ({**MOVES, "_chon.moves:1": "ho", "moves": "2"}, "moves", ["2"]),
        ({**MOVES, "_chon.moves:1": "ho", "moves": "1"}, "moves", ["1"]),  # ticked again by hand
    ],
)
def test_the_choice(app: PortalFlask, form: dict[str, str], name: str, values: list[str]) -> None:
    with posting(app, MultiDict(form)):
        apply_choices()
        assert request.form.getlist(name) == values
        assert [key for key in request.form if key.startswith("_")] == []


def test_pieces_of_a_text() -> None:
    assert parts("Nguyễn Văn An", "Nguyễn Văn Ân") == [("Nguyễn Văn ", False), ("An", True)]
    assert parts("một\nhai\nba", "một\nba") == [("một\n", False), ("hai\n", True), ("ba", False)]
    assert parts("", "x") == []


def test_marks() -> None:
    assert mark(["  "]) == mark([]) == ""
    assert mark(["a\r\nb "]) == mark(["a\nb"]) != mark(["a"])
    assert same(["1", ""], ["1"])
    assert not same(["1", "2"], ["2", "1"])
    line = write_marks({"dong-5-name": ["x"], "empty": [""], "moves:1": ["1"]})
    assert read_marks(line) == {"dong-5-name": mark(["x"]), "moves:1": mark(["1"])}
    assert read_marks("x =abc name=") == {}
