"""Print every row of the table and whether it holds.

    python -m benchmarks                    (make bench) everything, on both engines
    python -m benchmarks pages lists        only these
    BENCH_ROWS=20000 BENCH_SECONDS=1        small and short, for small machines
    BENCH_ENGINES=sqlite,postgresql         which engines
    BENCH_DIR=…                             where the databases are kept for the next run (instance/bench)

The exit code is 0 when every bar holds.
"""

from __future__ import annotations

import importlib
import os
import pkgutil
import platform
import sqlite3
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

import benchmarks
from benchmarks._bench import Bench, Size
from benchmarks._databases import ROOT, Engine, PostgreSQL, SQLite
from benchmarks._figures import Figure, headline, line
from scripts import postgres

ENGINES = ("sqlite", "postgresql")


def modules(chosen: list[str]) -> list[tuple[str, ModuleType]]:
    """The benches by name, all of them or those that were named."""
    names = [info.name for info in pkgutil.iter_modules(benchmarks.__path__) if not info.name.startswith("_")]
    found = [(name, importlib.import_module(f"benchmarks.{name}")) for name in names if name not in NOT_HERE]
    benches = [(name, module) for name, module in found if hasattr(module, "measure")]
    unknown = set(chosen) - {name for name, _ in benches}
    if unknown:
        raise SystemExit(
            f"no bench is called {', '.join(sorted(unknown))}; there are {', '.join(n for n, _ in benches)}"
        )
    return [(name, module) for name, module in benches if not chosen or name in chosen]


NOT_HERE = ("bare",)  # served by gunicorn, needs its surroundings


@contextmanager
def engines(folder: Path) -> Iterator[list[Engine]]:
    """The engines that are asked for, with a PostgreSQL of our own where none answers."""
    wanted = [name for name in os.environ.get("BENCH_ENGINES", ",".join(ENGINES)).lower().split(",") if name]
    with ExitStack() as stack:
        found: list[Engine] = []
        if "sqlite" in wanted:
            print(f"SQLite {sqlite3.sqlite_version}", flush=True)
            found.append(SQLite(folder))
        if "postgresql" in wanted:
            server = stack.enter_context(postgres.server())
            print(f"PostgreSQL {server.version}{' (private, without fsync)' if server.private else ''}", flush=True)
            found.append(PostgreSQL(folder, server.url))
        yield found


def run(bench: Bench, name: str, module: ModuleType) -> list[Figure]:
    """The figures of one bench; one that breaks is a row that fails."""
    made: list[Figure] = []
    began = time.monotonic()
    try:
        for figure in module.measure(bench):
            made.append(figure)
            print(line(figure), flush=True)
    except Exception:
        traceback.print_exc()
        made.append(Figure(f"{name} broke", 1, 0, "see above", unit="errors"))
        print(line(made[-1]), flush=True)
    print(f"  ({name}: {time.monotonic() - began:.0f} s)", flush=True)
    return made


def main(chosen: list[str]) -> int:
    """Run the benches; 0 when every bar holds."""
    size, began = Size.from_env(), time.monotonic()
    folder = Path(os.environ.get("BENCH_DIR") or ROOT / "instance" / "bench").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {size.large:,} lines at most")
    benches = modules(chosen)
    made: list[Figure] = []
    with engines(folder) as found:
        for number, engine in enumerate(found):
            print(f"\n--- {engine.name}\n{headline()}", flush=True)
            bench = Bench(engine, size)
            for name, module in benches:
                if number == 0 or not getattr(module, "ONCE", False):
                    made += run(bench, name, module)
    failed = [figure for figure in made if not figure.holds]
    minutes, seconds = divmod(round(time.monotonic() - began), 60)
    print(f"\nTime: {minutes} min {seconds:02d} s; load average at the end {os.getloadavg()[0]:.1f}")
    print(f"{len(made) - len(failed)} hold, {len(failed)} fail")
    return 1 if failed or not made else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
