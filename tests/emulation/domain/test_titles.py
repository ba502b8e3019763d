"""Recognising titles as people write them, over the real catalogue."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.domain.emulation.catalogue_models import EmulationTitle
from portal.domain.emulation.titles import TitleIndex, title_form

SEED = Path(__file__).parents[3] / "seed" / "data" / "emulation_titles.csv"


@pytest.fixture
def index(session: Session) -> TitleIndex:
    return TitleIndex(session.scalars(select(EmulationTitle).order_by(EmulationTitle.rank)))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("LĐTT", "LDTT"),
        ("lao động  tiên tiến", "LDTT"),
        ("CSTĐCS", "CSTDCS"),
        ("CSTĐ-CS", "CSTDCS"),
        ("Chiến sỹ thi đua cơ sở", "CSTDCS"),
        ("Tập thể LĐXS.", "TTLDXS"),
        ("Bằng khen UBND tỉnh", "BKT"),
        ("Cờ Chính phủ", "CTDCP"),
        ("Huân chương Lao động hạng III", "HCLD3"),
    ],
)
def test_writings_are_recognised(index: TitleIndex, written: str, code: str) -> None:
    found = index.match(written)
    assert found is not None
    assert found.code == code


@pytest.mark.parametrize("written", ["", None, "Chiến sĩ", "Bằng", "Lao động"])
def test_nothing_is_guessed(index: TitleIndex, written: str | None) -> None:
    assert index.match(written) is None


def test_every_writing_of_the_catalogue_leads_to_its_title(index: TitleIndex) -> None:
    with SEED.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            for written in [row["code"], row["name"], row["short_name"], *row["aliases"].split("|")]:
                found = index.match(written) if written else None
                assert not written or (found is not None and found.code == row["code"]), written


def test_the_nearest_are_suggested(index: TitleIndex) -> None:
    assert index.suggest("Chiến sĩ thi đua cơ sơr")[0].code == "CSTDCS"
    assert "BKT" in [title.code for title in index.suggest("Bằng khen tỉnh Hưng Yên")]
    assert index.suggest("Lao động tiên tiến xuất sắc", most=1)[0].code in ("LDTT", "TTLDXS")
    assert index.suggest("") == []
    assert index.suggest("xyz") == []


@pytest.mark.property
@given(st.text())
def test_the_compared_form_is_stable(text: str) -> None:
    once = title_form(text)
    assert title_form(once) == once
    assert title_form(f"  {text.upper()} ") == title_form(text.upper())
