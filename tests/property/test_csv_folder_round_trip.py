"""Whatever an economy holds, the CSV folder gives it back to the last bit."""

from __future__ import annotations

import tempfile
from dataclasses import fields
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autarky.economy import (
    DeclaredGap,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
    Provenance,
)
from autarky.sources.csv_folder import read_csv_folder, write_csv_folder

# Everything but line ends other than \n, nulls, halves of characters: those are refused (see the unit tests).
# Commas, quotes, semicolons, blanks inside, all scripts, '=1+1' are in.
characters = st.characters(codec="utf-8", exclude_characters="\r\0")
texts = st.text(characters, max_size=12)
full_texts = texts.filter(lambda text: bool(text.strip()))
labels = full_texts.map(str.strip).filter(lambda label: "." not in label)
numbers = st.floats(allow_nan=False, allow_infinity=False)


def label_lists(least: int, most: int = 3) -> st.SearchStrategy[list[str]]:
    return st.lists(labels, min_size=least, max_size=most, unique=True)


@st.composite
def economies(draw: st.DrawFn) -> Economy:
    industries = Industries(tuple(draw(label_lists(1))), tuple(draw(label_lists(1))))
    n = len(industries)
    users = [
        FinalUser(draw(st.sampled_from(industries.regions)), category, draw(st.sampled_from(FinalUseKind)))
        for category in draw(label_lists(1))
    ]
    components, adjustments = draw(label_lists(0)), draw(label_lists(0))
    gates = draw(st.lists(st.builds(Gate, labels, labels), max_size=3, unique=True))
    c, g = len(users), len(gates)

    def block(rows: int, columns: int) -> np.ndarray:
        return draw(arrays(np.float64, (rows, columns), elements=numbers))

    return Economy(
        name=draw(full_texts),
        year=draw(st.integers(1000, 9999)),
        currency=draw(full_texts),
        unit=draw(full_texts),
        valuation=draw(full_texts),
        industries=industries,
        Z=block(n, n),
        final_users=tuple(users),
        Y=block(n, c),
        value_added_names=tuple(components),
        value_added=block(len(components), n),
        import_treatment=draw(st.sampled_from(ImportTreatment)),
        provenance=Provenance(
            title=draw(texts),
            citation=draw(full_texts),
            licence=draw(texts),
            url=draw(texts),
            files=tuple(
                draw(st.lists(st.tuples(texts, st.text("0123456789abcdef", max_size=8)), max_size=2))
            ),
            notes=tuple(draw(st.lists(texts, max_size=3))),
        ),
        gates=tuple(gates),
        imports_intermediate=block(g, n),
        imports_final=block(g, c),
        adjustment_names=tuple(adjustments),
        adjustments=block(len(adjustments), n),
        reported_output=draw(st.none() | arrays(np.float64, n, elements=numbers)),
        decimals=draw(st.none() | st.integers(-9, 9)),
        sector_names=tuple(draw(st.lists(texts, min_size=k, max_size=k)))
        if (k := len(industries.sectors)) and draw(st.booleans())
        else (),
        declared_gaps=tuple(draw(st.lists(st.builds(DeclaredGap, labels, texts, texts), max_size=2))),
    )


@settings(max_examples=60)
@given(economies())
def test_an_economy_survives_the_csv_folder_to_the_last_bit(economy: Economy) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "economy"
        write_csv_folder(economy, path)
        again = read_csv_folder(path)
    for field in fields(Economy):
        one, other = getattr(economy, field.name), getattr(again, field.name)
        if isinstance(one, np.ndarray):
            # tobytes tells -0.0 from 0.0, which == does not.
            assert (one.shape, one.tobytes()) == (other.shape, other.tobytes()), field.name
        else:
            assert one == other, field.name
    assert again.digest == economy.digest
