"""The chain's end as a signed file: kept outside the database, it shows later that a tail was cut off."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.core.keyring import KeyRing, UnknownKey

PURPOSE = "audit-head"


class BadHead(ValueError):
    """The file is no head of this portal's chain, or was altered."""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where the chain ended: its last link's number and hash."""

    seq: int
    hash: str


def dump_head(keyring: KeyRing, head: ChainHead, at: datetime) -> str:
    """The head as signed JSON."""
    facts: dict[str, Any] = {"seq": head.seq, "hash": head.hash, "at": at.isoformat(), "key_id": keyring.current}
    facts["signature"] = keyring.sign(PURPOSE, _message(facts))
    return json.dumps(facts, indent=2, sort_keys=True)


def load_head(keyring: KeyRing, text: str) -> ChainHead:
    """The head of a file. Raises BadHead."""
    try:
        facts = json.loads(text)
        signature, key_id = facts.pop("signature"), facts["key_id"]
        genuine = hmac.compare_digest(str(signature), keyring.sign(PURPOSE, _message(facts), key_id))
        head = ChainHead(int(facts["seq"]), str(facts["hash"]))
    except (ValueError, KeyError, TypeError, AttributeError, UnknownKey) as error:
        raise BadHead("Tệp không phải mốc nhật ký của cổng này.") from error
    if not genuine:
        raise BadHead("Chữ ký của tệp mốc không đúng: tệp đã bị sửa.")
    return head


def _message(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, sort_keys=True).encode()
