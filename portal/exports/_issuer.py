"""In whose name a paper goes out (Nghị định 30/2020/NĐ-CP): the body, the one above it, who signs, the number."""

from __future__ import annotations

from dataclasses import dataclass

PROVINCIAL_KINDS = frozenset({"department", "public_service"})
SUBORDINATE, PARTY_BODY = "subordinate", "party_body"
COMMITTEE, COMMITTEE_IN_FULL = "UBND ", "Ủy ban nhân dân"
PROVINCIAL_PARTY = "Tỉnh ủy Hưng Yên"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The body that issues a paper. `parent_name` is the body right above it, `symbol` its sign in numbers (SNV)."""

    name: str
    level_code: str
    kind_code: str
    place: str
    head_title: str
    symbol: str
    parent_name: str = ""

    @property
    def superior(self) -> str:
        """The province for its sở, the sở for what lies below it; a People's Committee names none."""
        if self.kind_code in PROVINCIAL_KINDS or self.level_code == SUBORDINATE:
            return self.parent_name
        return PROVINCIAL_PARTY if self.kind_code == PARTY_BODY else ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The name as it heads a paper: UBND huyện Văn Giang is written out on two lines."""
        if not self.name.startswith(COMMITTEE):
            return (self.name,)
        return (COMMITTEE_IN_FULL, self.name.removeprefix(COMMITTEE))

    @property
    def authority(self) -> tuple[str, ...]:
        """The lines above a signature: the head's title, for a People's Committee "TM. ỦY BAN NHÂN DÂN" before it."""
        committee = (f"TM. {COMMITTEE_IN_FULL}",) if self.name.startswith(COMMITTEE) else ()
        return (*committee, self.head_title or "Thủ trưởng đơn vị")

    def number(self, kind: str, given: str = "") -> str:
        """What stands after "Số:": the number that is known, else a blank and the sign: "        /DS-SNV"."""
        return given or f"        /{kind}-{self.symbol}".rstrip("-")
