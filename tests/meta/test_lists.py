"""Every list says whether it may be taken away: by whom, or why by nobody."""

from __future__ import annotations

import pytest

import portal
from portal.web.lists import declared

portal.blueprints_of()  # lists are declared where their pages stand


@pytest.mark.parametrize("name", sorted(declared()))
def test_it_is_exported_or_says_why_not(name: str) -> None:
    spec = declared()[name]
    if spec.export_permission is None:
        assert len(spec.not_exported) > 20, (
            f"{name}: name its export_permission, or say in not_exported why it has none"
        )
    else:
        assert not spec.not_exported, f"{name}: it is exported, so there is no reason to give"
        assert len(spec.paper_title) > 10
        assert all(column.width > 0 and column.label for column in spec.columns)
