"""Every paper whose Word template the office may change: what the modules of this package declare as WORD_PAPER."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache

import portal.exports
from portal.exports._word_fields import WordPaper


@cache
def word_papers() -> Mapping[str, WordPaper]:
    """The papers by their code."""
    found: dict[str, WordPaper] = {}
    for module in pkgutil.iter_modules(portal.exports.__path__):
        if module.name.endswith("_word"):
            paper: WordPaper = importlib.import_module(f"portal.exports.{module.name}").WORD_PAPER
            found[paper.code] = paper
    return found
