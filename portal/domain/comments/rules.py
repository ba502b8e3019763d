"""What may stand in a comment, and whom it names."""

from __future__ import annotations

import re

BODY_LENGTH = 2000
MOST_MENTIONS = 10
_MENTION = re.compile(r"(?<![\w@.])@([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)")


def mentioned_names(body: str) -> list[str]:
    """The account names that follow an @, each once, in lower case. An address of mail is none."""
    return list(dict.fromkeys(found.lower() for found in _MENTION.findall(body)))


def pieces(body: str) -> list[tuple[str, str]]:
    """The text cut at its mentions: (text, "") or (what was typed, account name)."""
    found, at = [], 0
    for match in _MENTION.finditer(body):
        if match.start() > at:
            found.append((body[at : match.start()], ""))
        found.append((match.group(), match.group(1).lower()))
        at = match.end()
    return [*found, (body[at:], "")] if at < len(body) else found
