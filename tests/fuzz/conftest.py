"""The portal of the access table serves the fuzz: its people may do what the table says, its objects are all there."""

from __future__ import annotations

from tests.access.test_matrix import asked

__all__ = ("asked",)
