"""Addresses that come from outside: only paths of this portal are gone to."""

from __future__ import annotations


def local_path(address: str | None, otherwise: str) -> str:
    """The address when it is a path of this portal (/thi-dua?nam=2023), else `otherwise`: never another host."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return otherwise
    if "\\" in address or any(ord(c) < 33 or ord(c) == 127 for c in address):
        return otherwise
    return address
