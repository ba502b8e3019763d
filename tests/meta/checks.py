"""Checks of the house's shape: each gives a list of faults, empty when the house is in order.

test_structure.py runs them, test_checks.py shows that each can fail.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from portal.domain.access.enums import Permission
from portal.web.access import PUBLIC, floor_of, needs_of

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 45
KEBAB = re.compile(r"^[a-z0-9]+([-.][a-z0-9]+)*$")
PARAMETER = re.compile(r"^<(?:(\w+(?:\([^)]*\))?):)?(\w+)>")


def python_files(root: Path) -> Iterator[Path]:
    """The code under a folder, without caches."""
    return (p for p in sorted(root.rglob("*.py")) if "__pycache__" not in p.parts)


def large_files(root: Path) -> list[str]:
    """Files over the cap: the magnet files that every program of this kind grew."""
    found = ((p, len(p.read_text(encoding="utf-8").splitlines())) for p in python_files(root))
    return [f"{p.relative_to(root)}: {n} lines" for p, n in found if n > MAX_FILE_LINES]


def long_functions(root: Path) -> list[str]:
    """Functions over the cap, their docstring not counted."""
    faults = []
    for path in python_files(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
                if lines > MAX_FUNCTION_LINES:
                    faults.append(f"{path.relative_to(root)}: {node.name} has {lines} lines")
    return faults


def _docstring_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return (first.end_lineno or first.lineno) - first.lineno + 1
    return 0


def views_without_permission(app: Flask) -> list[str]:
    """Endpoints that neither ask for a permission nor say that they are public."""
    faults = []
    for rule in app.url_map.iter_rules():
        needed = needs_of(app, rule.endpoint)
        if needed != PUBLIC and not isinstance(needed, Permission):
            faults.append(f"{rule.endpoint} ({rule.rule}) asks for nothing")
    return faults


def blueprints_without_floor(app: Flask) -> list[str]:
    """Blueprints with guarded views and no floor permission."""
    return sorted(
        {
            rule.endpoint.rpartition(".")[0]
            for rule in app.url_map.iter_rules()
            if isinstance(needs_of(app, rule.endpoint), Permission) and floor_of(app, rule.endpoint) is None
        }
    )


def odd_addresses(app: Flask) -> list[str]:
    """Addresses that are not kebab-case, or whose parameters have no type."""
    faults = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        for part in rule.rule.strip("/").split("/"):
            match = PARAMETER.match(part)
            if match and not match.group(1):
                faults.append(f"{rule.rule}: {match.group(2)} has no type")
            elif part and not match and not KEBAB.match(part):
                faults.append(f"{rule.rule}: {part} is not kebab-case")
    return faults


def unscoped_queries(domain: Path) -> list[str]:
    """Public functions of queries modules that give a select and take no actor.

    Such a function must stand in its module's UNSCOPED mapping with the reason why no scope is needed (rows of a record
    that was already loaded in scope, a catalogue that everyone reads, a login).
    """
    faults = []
    for path in python_files(domain):
        if "queries" not in path.stem and path.parent.name != "queries":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        allowed = _allowed_unscoped(tree)
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_") or node.name in allowed:
                continue
            if _returns_select(node) and "actor" not in {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}:
                faults.append(f"{path.relative_to(domain)}: {node.name} takes no actor and gives no reason in UNSCOPED")
    return faults


def _returns_select(node: ast.FunctionDef) -> bool:
    return node.returns is not None and "Select" in ast.unparse(node.returns)


def _allowed_unscoped(tree: ast.Module) -> set[str]:
    for node in tree.body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Dict):
            continue
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if ast.unparse(target) == "UNSCOPED":
            pairs = zip(node.value.keys, node.value.values, strict=True)
            return {str(k.value) for k, v in pairs if isinstance(k, ast.Constant) and _says(v)}
    return set()


def _says(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) > 10


def names_missing_from(text: str, root: Path) -> list[str]:
    """Models and enums of the domain and the core that the glossary does not list."""
    faults = []
    for path in python_files(root):
        if not path.stem.endswith(("models", "enums")) and path.parent.name != "core":
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and _is_listed_kind(node) and f"`{node.name}`" not in text:
                faults.append(f"{node.name} ({path.relative_to(root)})")
    return faults


def _is_listed_kind(node: ast.ClassDef) -> bool:
    bases = {ast.unparse(b) for b in node.bases}
    return "StrEnum" in bases or "Base" in bases


def imports_inside_functions(root: Path) -> list[str]:
    """Imports inside functions without a written reason (a noqa comment on the line): the mark of cycles."""
    faults = []
    for path in python_files(root):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.walk(ast.parse("\n".join(lines))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for inner in ast.walk(node):
                if isinstance(inner, ast.Import | ast.ImportFrom) and "noqa: PLC0415 -" not in lines[inner.lineno - 1]:
                    faults.append(f"{path.relative_to(root)}:{inner.lineno}")
    return faults


def template_faults(templates: Path) -> list[str]:
    """Inline styles, scripts and handlers, and addresses of other hosts."""
    faults = []
    patterns = {
        "style=": re.compile(r"\sstyle="),
        "hx-on": re.compile(r"\shx-on"),
        "inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
        "event handler": re.compile(r"\son[a-z]+="),
        "other host": re.compile(r"""(?:src|href|action)=["'](?:https?:)?//"""),
    }
    for path in sorted(templates.rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        faults += [
            f"{path.relative_to(templates)}: {name}" for name, pattern in patterns.items() if pattern.search(text)
        ]
    return faults


def import_contracts(root: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the tree at `root`, which holds pyproject.toml and the packages."""
    tool = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([tool, "--no-cache"], cwd=root, capture_output=True, text=True, check=False)
