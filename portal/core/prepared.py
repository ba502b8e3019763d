"""Statements put together once: building a select takes longer than a small one takes to run."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
S = TypeVar("S")
KEPT = 256


class Same:
    """A value as a key by its identity: two are equal when they hold one and the same object."""

    __slots__ = ("held",)

    def __init__(self, held: object) -> None:
        self.held = held  # kept, so that its identity is not given to another while it is a key

    def __hash__(self) -> int:
        return id(self.held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.held is self.held


class _Asked(Generic[S]):
    """The arguments of one call, known by their key."""

    __slots__ = ("arguments", "key", "words")

    def __init__(self, arguments: tuple[Any, ...], words: dict[str, Any]) -> None:
        self.arguments, self.words = arguments, words
        self.key = tuple(map(_key, arguments)) + tuple((name, _key(value)) for name, value in sorted(words.items()))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Asked) and other.key == self.key


def _key(argument: Any) -> Hashable:
    key = getattr(argument, "statement_key", argument)
    return key if isinstance(key, Hashable) else Same(key)


def prepared(build: Callable[P, S]) -> Callable[P, S]:
    """Keep the statements that a query function builds: the same arguments give the same statement.

    For functions that read nothing but their arguments (no database, no clock) and whose arguments are values: what has
    a `statement_key` is known by it, everything else by its own hash. The last 256 of each function are kept. A
    statement is never changed once it is built, so threads and sessions may share it.
    """

    @lru_cache(maxsize=KEPT)
    def keep(asked: _Asked[S]) -> S:
        return build(*asked.arguments, **asked.words)

    @wraps(build)
    def give(*arguments: P.args, **words: P.kwargs) -> S:
        return keep(_Asked(arguments, words))

    return give
