"""A list of 100,000 rows by 20 columns as a workbook; the same export as people ask for it, by the worker."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import html

from benchmarks._bench import Bench, fetch, sign_in
from benchmarks._databases import ROOT
from benchmarks._figures import Figure
from benchmarks._servers import serving, working

ROWS, ROUNDS = 100_000, 2
PAGE = "/thi-dua/dang-ky/xuat?ca_cap_duoi=1"
DOWNLOAD = "/tai-ve"
PATIENCE = 300.0


def measure(bench: Bench) -> Iterator[Figure]:
    """The writing alone needs no database: once for all engines. The whole export is each engine's."""
    if bench.engine.name == "SQLite":
        yield from _writing()
    yield from _whole(bench)


def _writing() -> Iterator[Figure]:
    runs = {way: [_child(way) for _ in range(ROUNDS)] for way in ("portal", "plain")}
    ours, plain = (min(runs[way], key=lambda run: run["seconds"]) for way in ("portal", "plain"))
    work = f"workbook of {ROWS:,} rows by 20 columns, to XlsxWriter's calls"
    yield Figure(work, ours["seconds"] / plain["seconds"], 1.0, f"{ours['seconds']:.1f} and {plain['seconds']:.1f} s")
    peak = max(run["peak"] for run in runs["portal"])
    yield Figure("the most memory while writing it", peak, 150, f"XlsxWriter {plain['peak']:.0f} MB", unit="MB")
    yield Figure("its first progress", max(run["first"] for run in runs["portal"]), 1.0, unit="s")


def _child(way: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks._writing", way, str(ROWS)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _whole(bench: Bench) -> Iterator[Figure]:
    """Ask on the page, wait for the worker, take the file: rows a second and the worker's most memory are told."""
    with bench.engine.scratch(bench.size.middle) as store:
        env = {**store.env, "PORTAL_JOB_POLL_SECONDS": "1", "PORTAL_DIRECT_EXPORT_ROWS": "1000"}
        with serving("wsgi:app", env) as url, working(env):
            headers = sign_in(url)
            idle = _peak_of_worker(store.folder)
            began = time.perf_counter()
            address = _ask(url, headers)
            while DOWNLOAD not in fetch(url + address, headers):
                if time.perf_counter() - began > PATIENCE:
                    raise RuntimeError("The worker did not make the workbook.")
                time.sleep(0.2)
            seconds = time.perf_counter() - began
            peak = _peak_of_worker(store.folder)
    detail = f"{idle:.0f} MB before it began; {seconds:.1f} s from the click to the file"
    yield Figure(f"the worker's most memory, export of {bench.size.middle:,} lines", peak, 150, detail, unit="MB")


def _ask(url: str, headers: Mapping[str, str]) -> str:
    page = html.fromstring(fetch(url + PAGE, dict(headers)))
    form = next(f for f in page.forms if f.method == "POST" and "/xuat" in (f.action or ""))
    data = urllib.parse.urlencode([(k, v) for k, v in form.form_values()]).encode()
    request = urllib.request.Request(url + str(form.action), data, dict(headers))
    with urllib.request.urlopen(request, timeout=120) as answer:
        return urllib.parse.urlsplit(str(answer.url)).path


def _peak_of_worker(folder: Path) -> float:
    """The most memory that the worker on this folder held, in MB (VmHWM)."""
    for process in Path("/proc").iterdir():
        if not process.name.isdecimal():
            continue
        try:
            command = (process / "cmdline").read_bytes()
            surroundings = (process / "environ").read_bytes()
            status = (process / "status").read_text(encoding="utf-8")
        except OSError:
            continue
        if b"worker\0run" in command and os.fsencode(folder) in surroundings:
            return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024
    raise RuntimeError("The worker is gone.")
