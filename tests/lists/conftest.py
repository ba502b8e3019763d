"""Fixtures of what all lists share."""

from __future__ import annotations

from tests.emulation.lists.conftest import arrange  # noqa: F401 - a fixture
