"""The house is in order: permissions, addresses, sizes, scopes, names, templates, contracts, migrations."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.core import migrations
from portal.core.runtime import Runtime
from portal.web.transaction import PortalFlask
from tests.meta import checks

ROOT = Path(__file__).resolve().parents[2]
PORTAL = ROOT / "portal"


def test_every_view_asks_for_a_permission_or_is_public(app: PortalFlask) -> None:
    assert checks.views_without_permission(app) == []


def test_every_guarded_blueprint_has_a_floor(app: PortalFlask) -> None:
    assert checks.blueprints_without_floor(app) == []


def test_addresses_are_kebab_case_with_typed_parameters(app: PortalFlask) -> None:
    assert checks.odd_addresses(app) == []


@pytest.mark.parametrize("folder", ["portal", "seed", "tests", "scripts", "benchmarks"])
def test_files_and_functions_stay_small(folder: str) -> None:
    assert checks.large_files(ROOT / folder) == []
    assert checks.long_functions(ROOT / folder) == []


def test_queries_are_scoped_or_say_why_not() -> None:
    assert checks.unscoped_queries(PORTAL / "domain") == []


def test_imports_inside_functions_have_a_reason() -> None:
    assert checks.imports_inside_functions(PORTAL) == []


def test_the_glossary_lists_every_model_and_enum() -> None:
    assert checks.names_missing_from((ROOT / "docs" / "glossary.md").read_text(encoding="utf-8"), PORTAL) == []


def test_templates_hold_no_inline_code_and_name_no_other_host() -> None:
    assert checks.template_faults(PORTAL / "templates") == []


def test_the_import_contracts_hold() -> None:
    done = checks.import_contracts(ROOT)
    assert done.returncode == 0, done.stdout


def test_models_and_migrations_do_not_drift(runtime: Runtime) -> None:
    assert migrations.current(runtime.engine) == migrations.head()
    assert migrations.drift(runtime.engine) == []
