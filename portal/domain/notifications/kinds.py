"""The kinds of notices, read from the features' manifests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from portal.core.manifest import Manifest, manifests
from portal.core.notices import NoticeKind

QUIET_WORDS = "Có việc mới"
HOME = "home.show_home"


@dataclass(frozen=True, slots=True)
class Declared:
    """A kind and the feature that declares it."""

    feature: Manifest
    kind: NoticeKind

    @property
    def entry(self) -> str:
        """The page that a notice leads to when it may name none."""
        return self.feature.menu[0].endpoint if self.feature.menu else HOME


def declared(features: Sequence[Manifest]) -> Mapping[str, Declared]:
    """The kinds of these features by their code. Raises ValueError when two have the same."""
    found: dict[str, Declared] = {}
    for feature in features:
        for kind in feature.notice_kinds:
            if kind.code in found:
                raise ValueError(f"Two kinds of notices are called {kind.code}.")
            found[kind.code] = Declared(feature, kind)
    return found


@cache
def kinds() -> Mapping[str, Declared]:
    """Every kind of notices of the portal by its code."""
    return declared(manifests())
