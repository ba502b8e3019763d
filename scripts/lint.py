"""Run every check of the code that needs no running portal. One that fails does not hide the others.

python -m scripts.lint
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("ruff check", ("ruff", "check", "--output-format=concise", ".")),
    ("ruff format", ("ruff", "format", "--check", ".")),
    ("mypy", ("mypy",)),
    ("import contracts", ("lint-imports", "--no-cache", "--no-logo")),
    ("djlint", ("djlint", "--lint", "--quiet", "portal/templates")),
    ("deptry", ("deptry", ".")),
)


def run_check(command: Sequence[str]) -> int:
    """Run one program of this virtual environment in the root of the project; its exit code."""
    program = Path(sys.executable).parent / command[0]
    return subprocess.run([str(program), *command[1:]], cwd=ROOT, check=False).returncode  # noqa: S603 (CHECKS)


def run_all(run: Callable[[Sequence[str]], int] = run_check) -> list[str]:
    """Run every check and return the names of those that failed."""
    failed = []
    for name, command in CHECKS:
        sys.stdout.write(f"--- {name}\n")
        sys.stdout.flush()
        started = time.monotonic()
        code = run(command)
        if code:
            failed.append(name)
        sys.stdout.write(f"    {name}: {'FAILED' if code else 'ok'} ({time.monotonic() - started:.1f} s)\n")
        sys.stdout.flush()
    return failed


def main() -> int:
    """Run all, name what failed; returns the exit code."""
    failed = run_all()
    sys.stdout.write(f"Lint: FAILED: {', '.join(failed)}\n" if failed else "Lint: passed\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
