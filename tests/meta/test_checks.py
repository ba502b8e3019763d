"""The checks of the house can fail: each is shown a house that is out of order."""

from __future__ import annotations

import shutil
from pathlib import Path

from flask import Blueprint, Flask

from portal.domain.access.enums import Permission
from portal.web.access import floor, public, requires
from tests.meta import checks

ROOT = Path(__file__).resolve().parents[2]


def planted_app() -> Flask:
    app = Flask("planted", static_folder=None)
    with_floor, without_floor = Blueprint("good", "good"), Blueprint("bad", "bad")
    floor(with_floor, Permission.PORTAL_USE)
    with_floor.add_url_rule("/tot/<int:thing_id>", "show", requires(Permission.PORTAL_USE)(lambda **_: ""))
    with_floor.add_url_rule("/mo", "open", public(lambda: ""))
    with_floor.add_url_rule("/quen", "forgot", lambda: "")
    without_floor.add_url_rule("/Dang_Ky/<thing>", "odd", requires(Permission.PORTAL_USE)(lambda **_: ""))
    app.register_blueprint(with_floor)
    app.register_blueprint(without_floor)
    return app


def test_a_view_without_permission_is_found() -> None:
    assert checks.views_without_permission(planted_app()) == ["good.forgot (/quen) asks for nothing"]


def test_a_blueprint_without_floor_is_found() -> None:
    assert checks.blueprints_without_floor(planted_app()) == ["bad"]


def test_odd_addresses_are_found() -> None:
    assert checks.odd_addresses(planted_app()) == [
        "/Dang_Ky/<thing>: Dang_Ky is not kebab-case",
        "/Dang_Ky/<thing>: thing has no type",
    ]


def test_a_magnet_file_and_a_long_function_are_found(tmp_path: Path) -> None:
    (tmp_path / "magnet.py").write_text("x = 1\n" * 401)
    (tmp_path / "long.py").write_text("def f():\n" + "    x = 1\n" * 50)
    assert checks.large_files(tmp_path) == ["magnet.py: 401 lines"]
    assert checks.long_functions(tmp_path) == ["long.py: f has 51 lines"]


def test_a_docstring_does_not_count_against_a_function(tmp_path: Path) -> None:
    (tmp_path / "said.py").write_text('def f():\n    """One.\n' + "    word\n" * 50 + '    """\n    return 1\n')
    assert checks.long_functions(tmp_path) == []


def test_a_query_without_scope_is_found(tmp_path: Path) -> None:
    (tmp_path / "thing").mkdir()
    (tmp_path / "thing" / "queries.py").write_text(
        'UNSCOPED = {"by_name": "sign-in reads it before anybody acts", "too_short": "no"}\n'
        "def everything() -> Select[Thing]: ...\n"
        "def by_name(name) -> Select[Thing]: ...\n"
        "def too_short(name) -> Select[Thing]: ...\n"
        "def visible_to(actor) -> Select[Thing]: ...\n"
        "def helper() -> int: ...\n"
        "def _inner() -> Select[Thing]: ...\n"
    )
    found = checks.unscoped_queries(tmp_path)
    assert [fault.split(": ")[1].split()[0] for fault in found] == ["everything", "too_short"]


def test_names_that_the_glossary_lacks_are_found(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("class Known(Base): ...\nclass Unknown(Versioned, Base): ...\n")
    (tmp_path / "enums.py").write_text("class Colour(StrEnum): ...\nclass Plain: ...\n")
    assert checks.names_missing_from("`Known`", tmp_path) == ["Colour (enums.py)", "Unknown (models.py)"]


def test_an_import_inside_a_function_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("def f():\n    import os\n    import re  # noqa: PLC0415 - slow to load\n")
    assert checks.imports_inside_functions(tmp_path) == ["a.py:2"]


def test_inline_code_in_a_template_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.html").write_text('<p style="x" onclick="y()"><script>z()</script><img src="https://other/x.png">')
    (tmp_path / "good.html").write_text('<script src="/static/portal.js" defer></script><a href="/dang-ky">Đăng ký</a>')
    assert checks.template_faults(tmp_path) == [
        "bad.html: style=",
        "bad.html: inline script",
        "bad.html: event handler",
        "bad.html: other host",
    ]


def copy_house(target: Path) -> None:
    left_out = shutil.ignore_patterns("static", "templates", "__pycache__")
    shutil.copyfile(ROOT / "pyproject.toml", target / "pyproject.toml")
    for package in ("portal", "seed"):
        shutil.copytree(ROOT / package, target / package, ignore=left_out)


def test_an_import_against_the_order_breaks_the_contracts(tmp_path: Path) -> None:
    copy_house(tmp_path)
    assert checks.import_contracts(tmp_path).returncode == 0
    (tmp_path / "portal" / "domain" / "access" / "policies.py").write_text("from portal.domain.units import models\n")
    done = checks.import_contracts(tmp_path)
    assert done.returncode == 1
    assert "portal.domain.access.policies -> portal.domain.units.models" in done.stdout


def test_a_circular_import_breaks_the_contracts(tmp_path: Path) -> None:
    copy_house(tmp_path)
    for feature, other in (("emulation", "inspections"), ("inspections", "emulation")):
        (tmp_path / "portal" / "domain" / feature).mkdir(exist_ok=True)
        (tmp_path / "portal" / "domain" / feature / "__init__.py").touch()
        (tmp_path / "portal" / "domain" / feature / "rules_of_both.py").write_text(
            f"from portal.domain.{other} import rules_of_both\n"
        )
    done = checks.import_contracts(tmp_path)
    assert done.returncode == 1
    assert "emulation" in done.stdout
    assert "inspections" in done.stdout
