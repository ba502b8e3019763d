"""The long proofs, for a night on a machine of one's own: kills, fuzz, and the speeds at 1,000,000 rows.

    python -m scripts.soak                                    (make soak) everything, on both engines
    SOAK_KILLS=10 SOAK_CASES=20 SOAK_ROWS=20000 make soak     smaller
    python -m scripts.soak kills fuzz                         only these
    SOAK_ENGINES=sqlite                                       one engine

Each part says how long it took and what it found; the exit code is 0 when all of them held. SOAK_KILLS are the kills of
server, children and worker under load, and as many again of the worker in the middle of imports; SOAK_CASES the ways in
which each form is filled; FUZZ_SEED another number draws other values.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from scripts import postgres
from scripts.run_tests import quick_folder

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
COUNT = re.compile(r"^\d+ (?:passed|failed|error).*$", re.MULTILINE)
FIGURES = re.compile(r"^soak: .*$", re.MULTILINE)


def number(name: str, default: int) -> int:
    """A whole number from the environment."""
    given = os.environ.get(name, "").strip()
    return int(given) if given.isdecimal() and int(given) else default


def say(text: str) -> None:
    """One line, at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(name: str, command: list[str], env: Mapping[str, str]) -> bool:
    """Run one part, show all it says, and close with its figures; whether it held."""
    say(f"--- {name}")
    began, heard = time.monotonic(), []
    with subprocess.Popen(  # noqa: S603 - built from constants
        command, cwd=ROOT, env={**os.environ, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            heard.append(line)
            sys.stdout.write(line)
            sys.stdout.flush()
    told = "".join(heard)
    figures = [*FIGURES.findall(told), *COUNT.findall(told)[-1:]]
    held = process.returncode == 0
    say(f"=== {name}: {'held' if held else 'FAILED'} in {time.monotonic() - began:.0f} s; {'; '.join(figures)}")
    return held


def pytest_on(engine: str, url: str, env: Mapping[str, str], *arguments: str) -> tuple[list[str], dict[str, str]]:
    """A run of pytest on one engine, in one process."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "--timeout=0", "-rP", "--show-capture=stdout"]
    full = {"PORTAL_ENV": "test", "TEST_ENGINE": engine, **({"TEST_DATABASE_URL": url} if url else {}), **env}
    return [*command, *arguments], full


def kills(engine: str, url: str, shared: Mapping[str, str]) -> bool:
    """kill -9 again and again, under load and in imports."""
    wanted = number("SOAK_KILLS", 100)
    tests = ("tests/kill/test_kill.py", "tests/kill/test_import_resumes.py")
    command, env = pytest_on(engine, url, {**shared, "KILLS": str(wanted)}, *tests)
    return run(f"{wanted} kills under load and {wanted} in imports on {engine}", command, env)


def fuzz(engine: str, url: str, shared: Mapping[str, str]) -> bool:
    """Every form, address and importer, with many values of another draw."""
    cases = number("SOAK_CASES", 200)
    seed = number("FUZZ_SEED", random.SystemRandom().randrange(1, 10**6))
    command, env = pytest_on(engine, url, {**shared, "FUZZ_CASES": str(cases), "FUZZ_SEED": str(seed)}, "tests/fuzz")
    return run(f"{cases} cases a form, drawn from {seed}, on {engine}", command, env)


def bench(engine: str, url: str, shared: Mapping[str, str]) -> bool:
    """The speeds against their bars."""
    del url, shared  # the benches find their server, and keep their databases on the disk
    rows = number("SOAK_ROWS", 1_000_000)
    env = {"BENCH_ROWS": str(rows), "BENCH_ENGINES": engine}
    return run(f"speeds at {rows} rows on {engine}", [sys.executable, "-m", "benchmarks"], env)


PARTS: dict[str, Callable[[str, str, Mapping[str, str]], bool]] = {"kills": kills, "fuzz": fuzz, "bench": bench}


def main() -> int:
    """Run the parts that are named, or all; 0 when every one held."""
    chosen = sys.argv[1:] or list(PARTS)
    unknown = set(chosen) - set(PARTS)
    if unknown:
        raise SystemExit(f"no part is called {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    engines = [name for name in os.environ.get("SOAK_ENGINES", ",".join(ENGINES)).split(",") if name]
    verdicts: dict[str, bool] = {}
    with ExitStack() as stack:
        shared = stack.enter_context(quick_folder())
        url = stack.enter_context(postgres.server()).url if "postgresql" in engines else ""
        for name in chosen:
            for engine in engines:
                verdicts[f"{name} on {engine}"] = PARTS[name](engine, url, shared)
    say("")
    for name, held in verdicts.items():
        say(f"{name}: {'held' if held else 'FAILED'}")
    return 0 if all(verdicts.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
