"""The run of all tests: what it counts, what makes it fail, and what its last lines say."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.metadata import distributions
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from packaging.requirements import Requirement

from scripts import lint, postgres, redis_server, run_tests
from scripts.run_tests import Outcome, Summary
from tests.conftest import ENGINE_FREE, is_engine_free

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt", "requirements-windows.txt")

REPORT = """<testsuites><testsuite name="pytest" tests="5">
<testcase classname="a" name="good"/>
<testcase classname="a" name="wrong"><failure message="x"/></testcase>
<testcase classname="a" name="wrong"><error message="teardown"/></testcase>
<testcase classname="a" name="broken"><error message="setup"/></testcase>
<testcase classname="a" name="left_out"><skipped message="later"/></testcase>
<testcase classname="a" name="expected"><skipped type="pytest.xfail" message=""/></testcase>
</testsuite></testsuites>"""


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "junit.xml"
    path.write_text(REPORT, encoding="utf-8")
    return path


def green() -> Summary:
    """A run in which nothing is wrong."""
    return Summary(
        outcomes={"SQLite": Outcome(passed=10), "PostgreSQL": Outcome(passed=10), "Browser": Outcome(passed=2)},
        coverage="96.00% of portal/ (at least 95%)",
        engines=["SQLite 3.40.1", "PostgreSQL 15.1"],
        browser="Chromium 150",
        seconds=61,
    )


# --- counting ------------------------------------------------------------------------------------------------------


def test_a_report_is_counted_by_test(report: Path) -> None:
    assert run_tests.read_junit(report) == Outcome(passed=1, failed=2, skipped=2)


def test_a_run_without_tests_is_a_failure(tmp_path: Path) -> None:
    assert run_tests.judge(5, tmp_path / "none.xml") == Outcome(failed=1, complaint="no test was found")
    empty = tmp_path / "empty.xml"
    empty.write_text("<testsuites><testsuite/></testsuites>", encoding="utf-8")
    assert run_tests.judge(0, empty).failed == 1


@pytest.mark.parametrize("code", [2, 3, 4])
def test_a_run_that_breaks_is_a_failure_even_without_a_failed_test(tmp_path: Path, code: int) -> None:
    half = tmp_path / "half.xml"
    half.write_text('<testsuite><testcase classname="a" name="b"/></testsuite>', encoding="utf-8")
    assert run_tests.judge(code, half) == Outcome(1, 1, 0, f"pytest stopped with exit code {code}")
    assert run_tests.judge(code, tmp_path / "none.xml").failed == 1
    half.write_text("<testsuite><testcase", encoding="utf-8")
    assert run_tests.judge(code, half).failed == 1


def test_a_real_run_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """pytest itself, in two processes, on a file with every kind of verdict."""
    suite = tmp_path / "test_verdicts.py"
    suite.write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_wrong(): assert 1 == 2\n"
        "@pytest.fixture\n"
        "def broken(): raise RuntimeError\n"
        "def test_broken(broken): pass\n"
        "@pytest.mark.skip\n"
        "def test_left_out(): pass\n"
        "@pytest.fixture\n"
        "def untidy():\n    yield\n    raise RuntimeError\n"
        "def test_wrong_twice(untidy): assert 1 == 2\n",
        encoding="utf-8",
    )
    for name in [name for name in os.environ if name.startswith(("COVERAGE_", "COV_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(run_tests, "ARTIFACTS", tmp_path)
    outcome = run_tests.run_pytest("verdicts", [str(suite), "-p", "no:cacheprovider"], {})
    assert outcome == Outcome(passed=1, failed=3, skipped=1)


def test_coverage_is_put_together_from_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs that each see a part of a file of the portal are put together; a broken data file does not matter."""
    for name in [name for name in os.environ if name.startswith(("COVERAGE_", "COV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(run_tests, "ARTIFACTS", tmp_path)
    assert run_tests.measure_coverage() == ("no data was collected", False)
    for name, module in (("one", "portal.core.text"), ("two", "portal.core.errors")):
        script = tmp_path / f"{name}.py"
        script.write_text(f"import {module}\n", encoding="utf-8")
        subprocess.run(
            [sys.executable, "-m", "coverage", "run", str(script)],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "COVERAGE_FILE": str(tmp_path / f".coverage.{name}")},
            check=True,
        )
    (tmp_path / ".coverage.broken").write_text("not a database", encoding="utf-8")
    figure, good = run_tests.measure_coverage()
    assert re.fullmatch(r"\d+\.\d\d% of portal/ \(at least 95%\)", figure)
    assert 0 < float(figure.split("%")[0]) < 95
    assert not good
    monkeypatch.setattr(run_tests, "COVERAGE_MARK", 0)
    assert run_tests.measure_coverage()[1]


# --- the end -------------------------------------------------------------------------------------------------------


def test_a_green_run_ends_with_the_count_alone() -> None:
    summary = green()
    assert summary.exit_code == 0
    assert summary.lines()[-1] == "22 passed, 0 failed"
    text = "\n".join(summary.lines())
    for words in (
        "SQLite 3.40.1; PostgreSQL 15.1",
        "Browser: Chromium 150",
        "Lint: passed",
        "Time: 1 min 01 s",
        "96.00%",
    ):
        assert words in text
    assert "FAILED" not in text


@pytest.mark.parametrize(
    ("spoil", "words", "last"),
    [
        ({"lint_failures": ["mypy", "deptry"]}, "Lint: FAILED: mypy, deptry", "22 passed, 0 failed"),
        ({"coverage": "94.99%", "coverage_ok": False}, "Coverage: FAILED: 94.99%", "22 passed, 0 failed"),
        ({"outcomes": {"SQLite": Outcome(3, 0, 2)}}, "Skipped: FAILED: 2 tests", "3 passed, 0 failed"),
        ({"outcomes": {"SQLite": Outcome(3, 1)}}, "SQLite: 3 passed, 1 failed, 0 skipped", "3 passed, 1 failed"),
        ({"outcomes": {}}, "Engines", "0 passed, 0 failed"),
    ],
)
def test_whatever_is_wrong_is_said_and_fails_the_run(spoil: dict[str, Any], words: str, last: str) -> None:
    summary = green()
    for name, value in spoil.items():
        setattr(summary, name, value)
    assert summary.exit_code == 1
    assert words in "\n".join(summary.lines())
    assert summary.lines()[-1] == last


# --- the parts -----------------------------------------------------------------------------------------------------


class Runs:
    """Stands for pytest: notes what is run, answers that all passed."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Sequence[str], Mapping[str, str]]] = []
        self.covered: list[str] = []

    def __call__(
        self, name: str, arguments: Sequence[str], env: Mapping[str, str], *, covered: bool = False
    ) -> Outcome:
        self.calls.append((name, arguments, env))
        self.covered += [name] * covered
        if "TEST_ENGINE_FREE_COUNT" in env:
            Path(env["TEST_ENGINE_FREE_COUNT"]).write_text("7", encoding="utf-8")
        return Outcome(passed=1)


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def a_postgres() -> Iterator[postgres.PostgresServer]:
        yield postgres.PostgresServer("postgresql://somewhere", "16.1", private=True)

    @contextmanager
    def a_redis() -> Iterator[redis_server.RedisServer]:
        yield redis_server.RedisServer("redis://somewhere", "7.0", private=True)

    monkeypatch.setattr(postgres, "server", a_postgres)
    monkeypatch.setattr(redis_server, "server", a_redis)
    monkeypatch.setattr(run_tests, "find_chromium", lambda: "/somewhere/chromium")
    monkeypatch.setattr(run_tests, "browser_version", lambda path: f"Chromium at {path}")


@pytest.mark.usefixtures("servers")
def test_both_engines_and_the_browser_are_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run_tests, "ARTIFACTS", tmp_path)
    summary, runs = Summary(), Runs()
    with ExitStack() as stack:
        run_tests.run_suites(summary, stack, runs)
    engines = [(name, env["TEST_ENGINE"], env.get("TEST_DATABASE_URL")) for name, _, env in runs.calls]
    somewhere = "postgresql://somewhere"
    assert engines == [
        ("sqlite", "sqlite", None),
        ("postgresql", "postgresql", somewhere),
        ("e2e", "postgresql", somewhere),
    ]
    assert [arguments[1] for _, arguments, _ in runs.calls] == ["not e2e", "not e2e", "e2e"]
    assert runs.covered == ["sqlite"]
    assert all(env["TEST_REDIS_URL"] == "redis://somewhere" for _, _, env in runs.calls)
    assert all(env["TEST_CHROMIUM"] == "/somewhere/chromium" for _, _, env in runs.calls)
    assert ["TEST_ENGINE_FREE_COUNT" in env for _, _, env in runs.calls] == [False, True, False]
    assert "Of the tests on SQLite, 7 ask for no database and ran only there" in summary.lines()
    assert summary.engines[1] == "PostgreSQL 16.1 (private)"
    assert (summary.passed, summary.failed, summary.browser) == (3, 0, "Chromium at /somewhere/chromium")


@pytest.mark.usefixtures("servers")
def test_a_missing_browser_fails_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(run_tests, "ARTIFACTS", tmp_path)
    monkeypatch.setattr(run_tests, "find_chromium", lambda: None)
    summary = Summary()
    with ExitStack() as stack:
        run_tests.run_suites(summary, stack, Runs())
    assert (summary.passed, summary.failed, summary.browser) == (2, 1, "none")
    assert "no Chromium was found" in "\n".join(summary.lines())


@pytest.mark.usefixtures("servers")
def test_a_missing_server_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_postgres() -> NoReturn:
        raise postgres.PostgresError("no server")

    def no_redis() -> NoReturn:
        raise redis_server.RedisError("no cache")

    monkeypatch.setattr(postgres, "server", no_postgres)
    monkeypatch.setattr(redis_server, "server", no_redis)
    summary = Summary()
    with ExitStack() as stack:
        run_tests.run_suites(summary, stack, Runs())
    assert (summary.passed, summary.failed, summary.exit_code) == (1, 2, 1)
    text = "\n".join(summary.lines())
    assert "no server" in text
    assert "no cache" in text


def test_only_tests_without_a_database_are_left_to_the_other_engine() -> None:
    tests = ROOT / "tests"
    places = [("exports/test_cells.py", []), ("exports/test_cells.py", ["database"]), ("units/test_rules.py", [])]
    items = [SimpleNamespace(path=tests / place, fixturenames=fixtures) for place, fixtures in places]
    assert [is_engine_free(item) for item in items] == [True, False, False]  # type: ignore[arg-type]
    assert all((tests / place).exists() for place in ENGINE_FREE)


def test_a_failing_check_does_not_hide_the_others() -> None:
    seen: list[str] = []

    def run(command: Sequence[str]) -> int:
        seen.append(command[0])
        return 1 if command[0] in {"ruff", "deptry"} else 0

    assert lint.run_all(run) == ["ruff check", "ruff format", "deptry"]
    assert seen == [command[0] for _, command in lint.CHECKS]
    assert {"ruff", "mypy", "lint-imports", "djlint", "deptry"} == set(seen)


# --- what is committed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_with_digests_and_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--trusted-host|find-links|file:/", text)
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)(\[.*\])?([^\s]*)(.*)", text, re.MULTILINE)
    assert len(pins) > 30
    for package, _, version, rest in pins:
        assert version.startswith("=="), package
        assert rest.endswith("\\"), f"{package} has no digest"
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(pins)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_all_that_is_asked_for(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    locked = set(re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[.*\])?==", text, re.MULTILINE))
    asked = re.findall(r"^[A-Za-z][\w.-]*", (ROOT / name).with_suffix(".in").read_text(encoding="utf-8"), re.MULTILINE)
    assert {re.sub(r"[-_.]+", "-", package).lower() for package in asked} <= locked


def test_extras_that_packages_ask_for_are_pinned_with_them() -> None:
    """With digests pip takes a pin for `package` as none for `package[extra]`, once there is a newer version."""
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in LOCKS)
    asked = [
        wanted
        for found in distributions()
        for wanted in map(Requirement, found.requires or [])
        if wanted.extras and (wanted.marker is None or wanted.marker.evaluate({"extra": ""}))
    ]
    assert "coverage" in {wanted.name for wanted in asked}
    for wanted in asked:
        assert f"\n{wanted.name}[{','.join(sorted(wanted.extras))}]==" in text, str(wanted)


def test_the_locks_agree() -> None:
    pins = [
        dict(re.findall(r"^([^\s[]+)(?:\[.*\])?==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE))
        for name in LOCKS
    ]
    for other in pins[1:]:
        assert {name: version for name, version in other.items() if pins[0].get(name, version) != version} == {}


def test_continuous_integration_runs_what_a_developer_runs() -> None:
    script = ROOT / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
    assert script.read_text(encoding="utf-8").rstrip().endswith("exec make test")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^test: setup.*\n\t@exec \$\(PY\) -m scripts\.run_tests$", makefile, re.MULTILINE)


def test_the_quick_folder_is_used_where_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(run_tests, "ROOM_IN_MEMORY", 0)
    with run_tests.quick_folder(tmp_path) as env:
        assert Path(env["TMPDIR"]).parent == tmp_path
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(run_tests, "ROOM_IN_MEMORY", 1 << 60)
    with run_tests.quick_folder(tmp_path) as env:
        assert env == {}
    with run_tests.quick_folder(tmp_path / "none") as env:
        assert env == {}
