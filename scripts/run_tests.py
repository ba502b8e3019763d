"""Everything that must hold before a change is taken: lint, the whole suite on both engines, the browser, coverage.

    python -m scripts.run_tests        (make test)

Runs in this order: lint; the suite on SQLite, with the coverage of portal/; the suite on PostgreSQL; the browser tests
on PostgreSQL. Coverage is measured once: it takes a quarter of a run's time, and what only the other two reach is less
than one line in a hundred. A failure does not stop what comes after it. Nothing is skipped in silence: a skipped test,
a run without tests, lint and coverage below the mark make the whole fail. The last line is `N passed, N failed`.

What the tests find in the environment: TEST_ENGINE (sqlite, postgresql), TEST_DATABASE_URL (the maintenance database of
the server, where each worker makes one of its own), TEST_REDIS_URL, TEST_CHROMIUM, TEST_ARTIFACTS (folder for pictures
and logs), TEST_ENGINE_FREE_COUNT (tests without a database are left out and counted in this file: SQLite had them).
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts import lint, postgres, redis_server
from scripts.install import find_chromium

ROOT = Path(__file__).resolve().parent.parent
ARTIFACTS = ROOT / "test-artifacts"
COVERAGE_MARK = 95
MOST_WORKERS = 8
NOTHING_COLLECTED = 5
ROOM_IN_MEMORY = 4 * 1024**3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one pytest run said: numbers of tests, and a complaint when the run itself went wrong."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    complaint: str = ""


@dataclass(slots=True)
class Summary:
    """All that the last lines tell."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    lint_failures: list[str] = field(default_factory=list)
    coverage: str = ""
    coverage_ok: bool = True
    engines: list[str] = field(default_factory=list)
    engine_free: str = ""
    browser: str = "none"
    seconds: float = 0.0

    @property
    def passed(self) -> int:
        return sum(outcome.passed for outcome in self.outcomes.values())

    @property
    def failed(self) -> int:
        """Failed tests, tests with errors, and runs that broke."""
        return sum(outcome.failed for outcome in self.outcomes.values())

    @property
    def skipped(self) -> int:
        return sum(outcome.skipped for outcome in self.outcomes.values())

    @property
    def exit_code(self) -> int:
        good = not (self.failed or self.skipped or self.lint_failures) and self.coverage_ok and self.passed > 0
        return 0 if good else 1

    def lines(self) -> list[str]:
        """The closing lines; the very last is the count."""
        lines = ["", "=" * 80]
        for name, outcome in self.outcomes.items():
            counts = f"{outcome.passed} passed, {outcome.failed} failed, {outcome.skipped} skipped"
            lines.append(f"{name}: {counts}" + (f" ({outcome.complaint})" if outcome.complaint else ""))
        if self.engine_free:
            lines.append(f"Of the tests on SQLite, {self.engine_free} ask for no database and ran only there")
        lines += [f"Engines: {'; '.join(self.engines) or 'none'}", f"Browser: {self.browser}"]
        lines.append(f"Lint: FAILED: {', '.join(self.lint_failures)}" if self.lint_failures else "Lint: passed")
        lines.append(f"Coverage: {'' if self.coverage_ok else 'FAILED: '}{self.coverage}")
        if self.skipped:
            lines.append(f"Skipped: FAILED: {self.skipped} tests were skipped or expected to fail; none may be")
        minutes, seconds = divmod(round(self.seconds), 60)
        lines += [f"Time: {minutes} min {seconds:02d} s", f"{self.passed} passed, {self.failed} failed"]
        return lines


def say(text: str) -> None:
    """One line, at once, between the output of the programs that are run."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# --- one run of pytest ---------------------------------------------------------------------------------------------


def read_junit(path: Path) -> Outcome:
    """Count the tests of a JUnit report. A test that fails and then breaks in its teardown is one failed test."""
    verdicts: dict[tuple[str, str], str] = {}
    for case in ET.parse(path).getroot().iter("testcase"):  # noqa: S314 (written by pytest a moment ago)
        key = (case.get("classname", ""), case.get("name", ""))
        tags = {child.tag for child in case}
        verdict = "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
        if verdicts.get(key) != "failed":
            verdicts[key] = verdict
    counts = list(verdicts.values())
    return Outcome(counts.count("passed"), counts.count("failed"), counts.count("skipped"))


def judge(code: int, report: Path) -> Outcome:
    """The outcome of a run from its exit code and its report; a run that broke counts as one failed."""
    try:
        counted = read_junit(report)
    except (OSError, ET.ParseError):
        counted = Outcome()
    if code == NOTHING_COLLECTED or (code == 0 and counted.passed + counted.failed + counted.skipped == 0):
        return Outcome(0, 1, 0, "no test was found")
    if code and not counted.failed:
        return Outcome(counted.passed, 1, counted.skipped, f"pytest stopped with exit code {code}")
    return counted


def workers() -> int:
    """Processes for one run: one a core, at least two so that tests that lean on each other show."""
    return min(max(os.cpu_count() or 1, 2), MOST_WORKERS)


def run_pytest(name: str, arguments: Sequence[str], env: Mapping[str, str], *, covered: bool = False) -> Outcome:
    """Run pytest in processes; the report and the coverage data carry the name of the run."""
    report = ARTIFACTS / f"junit-{name}.xml"
    full_env = {
        **os.environ,
        "PORTAL_ENV": "test",
        "TEST_ARTIFACTS": str(ARTIFACTS),
        "COVERAGE_FILE": str(ARTIFACTS / f".coverage.{name}"),
        **env,
    }
    command = [sys.executable, "-m", "pytest", "-q", "-n", str(workers()), f"--junitxml={report}"]
    command += [*(["--cov", "--cov-report="] if covered else []), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=full_env, check=False)  # noqa: S603 (built from constants)
    return judge(done.returncode, report)


# --- the parts -----------------------------------------------------------------------------------------------------


def browser_version(path: str) -> str:
    """What the browser calls itself."""
    answer = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 (found)
    return answer.stdout.strip().splitlines()[0] if answer.stdout.strip() else "version unknown"


def measure_coverage() -> tuple[str, bool]:
    """Combine the data of the run's processes and report on portal/; the figure, and whether it reaches the mark."""
    env = {**os.environ, "COVERAGE_FILE": str(ARTIFACTS / "coverage.data")}
    coverage = [sys.executable, "-m", "coverage"]
    data = [str(path) for path in sorted(ARTIFACTS.glob(".coverage.*"))]
    combined = subprocess.run([*coverage, "combine", "-q", "--keep", *data], cwd=ROOT, env=env, check=False)  # noqa: S603
    if combined.returncode:
        return "no data was collected", False
    subprocess.run([*coverage, "report"], cwd=ROOT, env=env, check=False)  # noqa: S603
    total = subprocess.run(  # noqa: S603
        [*coverage, "report", "--format=total", "--precision=2"],
        cwd=ROOT,
        env=env,
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    try:
        figure = float(total)
    except ValueError:
        return "no figure could be computed", False
    return f"{figure:.2f}% of portal/ (at least {COVERAGE_MARK}%)", figure >= COVERAGE_MARK


@contextmanager
def quick_folder(memory: Path = Path("/dev/shm")) -> Iterator[dict[str, str]]:  # noqa: S108 (a folder of its own is made)
    """TMPDIR in memory where the machine has room for it: SQLite syncs its file at each commit, thousands of times."""
    if "TMPDIR" in os.environ or not memory.is_dir() or shutil.disk_usage(memory).free < ROOM_IN_MEMORY:
        yield {}
        return
    with tempfile.TemporaryDirectory(prefix="portal-tests-", dir=memory) as folder:
        Path(folder).chmod(0o711)  # a private PostgreSQL of another user lives in a folder of its own below it
        yield {"TMPDIR": folder}


def run_suites(summary: Summary, stack: ExitStack, run: Callable[..., Outcome] = run_pytest) -> None:
    """The suite on both engines, then the browser; whatever cannot start counts as one failed run."""
    shared = dict(stack.enter_context(quick_folder()))
    chromium = find_chromium()
    if chromium:
        shared["TEST_CHROMIUM"] = chromium
    try:
        redis = stack.enter_context(redis_server.server())
        shared["TEST_REDIS_URL"] = redis.url
        say(f"Redis {redis.version} at {redis.url}{' (private)' if redis.private else ''}")
    except redis_server.RedisError as error:
        summary.outcomes["Redis"] = Outcome(failed=1, complaint=str(error))

    say("--- the suite on SQLite")
    summary.outcomes["Suite on SQLite"] = run(
        "sqlite", ["-m", "not e2e", "--dist=worksteal"], {**shared, "TEST_ENGINE": "sqlite"}, covered=True
    )
    summary.engines.append(f"SQLite {sqlite3.sqlite_version}")

    try:
        server = stack.enter_context(postgres.server())
    except postgres.PostgresError as error:
        summary.outcomes["Suite on PostgreSQL"] = Outcome(failed=1, complaint=str(error))
        return
    say(f"--- the suite on PostgreSQL {server.version}{' (private)' if server.private else ''}")
    env = {**shared, "TEST_ENGINE": "postgresql", "TEST_DATABASE_URL": server.url}
    counted = ARTIFACTS / "engine-free"
    bound = {**env, "TEST_ENGINE_FREE_COUNT": str(counted)}
    summary.outcomes["Suite on PostgreSQL"] = run("postgresql", ["-m", "not e2e", "--dist=worksteal"], bound)
    summary.engine_free = counted.read_text(encoding="utf-8") if counted.exists() else ""
    summary.engines.append(f"PostgreSQL {server.version}{' (private)' if server.private else ''}")

    if chromium is None:
        summary.outcomes["Browser tests"] = Outcome(failed=1, complaint="no Chromium was found")
        return
    say("--- the browser")
    summary.outcomes["Browser tests"] = run("e2e", ["-m", "e2e", "--dist=loadfile"], env)
    summary.browser = browser_version(chromium)


def main() -> int:
    """Run everything and close with the summary; returns the exit code."""
    started = time.monotonic()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that private servers are stopped
    shutil.rmtree(ARTIFACTS, ignore_errors=True)
    ARTIFACTS.mkdir()
    summary = Summary()
    summary.lint_failures = lint.run_all()
    with ExitStack() as stack:
        run_suites(summary, stack)
    summary.coverage, summary.coverage_ok = measure_coverage()
    summary.seconds = time.monotonic() - started
    for line in summary.lines():
        say(line)
    return summary.exit_code


if __name__ == "__main__":
    sys.exit(main())
