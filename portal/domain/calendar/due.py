"""What falls due for a person, gathered from what the features declare in their manifests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from portal.core.manifest import DueItem, Manifest, Shown, manifests
from portal.core.text import sort_key
from portal.domain.access.actor import Work

HOME = "home.show_home"
OPEN = Shown("Chưa xong", "idle", "circle-dashed")


def due_for(work: Work, first: date, last: date, features: Sequence[Manifest] | None = None) -> list[DueItem]:
    """What falls due for the actor from the first day to the last, by day; done things are among them.

    Of a confidential feature only the number of a day's open things is told.
    """
    declared = manifests() if features is None else features
    found = [item for feature in declared for item in _of(feature, work, first, last)]
    return sorted(found, key=lambda item: (item.due_on, item.done, sort_key(item.area), sort_key(item.title), item.key))


def _of(feature: Manifest, work: Work, first: date, last: date) -> Iterable[DueItem]:
    found = feature.due(work, first, last) if feature.due else ()
    if not feature.confidential:
        return found
    entry = feature.menu[0].endpoint if feature.menu else HOME
    days = Counter(item.due_on for item in found if not item.done)
    return [
        DueItem(f"{feature.name}:{day}", f"Có {count} việc đến hạn", feature.label, entry, {}, day, OPEN)
        for day, count in days.items()
    ]
