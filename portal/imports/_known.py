"""What was found out about a text, remembered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Known(dict[KeyT, ValueT]):
    """What was found out already: in a long list the same texts come again and again."""

    def __init__(self, find: Callable[[KeyT], ValueT]) -> None:
        super().__init__()
        self._find = find

    def __missing__(self, key: KeyT) -> ValueT:
        found = self[key] = self._find(key)
        return found
