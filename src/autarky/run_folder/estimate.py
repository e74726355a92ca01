"""An estimated table on disk: a CSV folder, and under ``evidence/`` where every cell comes from."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from autarky.estimation.estimate import Estimate
from autarky.sources.csv_folder import write_csv_folder
from autarky.sources.drawn import ARRAYS, BLOCKS, LIST


def save_estimate(estimate: Estimate, path: str | Path, recipe: bytes) -> None:
    """Writes the table and its evidence as one folder: whole, or not at all.

    Raises
    ------
    SourceError
        If the folder exists already, or cannot be written.
    """
    beside = {
        "evidence/recipe.yaml": recipe,
        "evidence/cells.csv": _cells(estimate),
        "evidence/figures.csv": _figures(estimate),
        "evidence/companions.csv": _companions(estimate),
    }
    if estimate.draws:
        beside |= {ARRAYS: _arrays(estimate), LIST: _list(estimate)}
    write_csv_folder(estimate.economy, path, beside)


def _cells(estimate: Estimate) -> bytes:
    """Every cell that is not empty: prior, value, 5–95 % over the draws, claims that bear on it, by donor."""
    low, high = estimate.ranges()
    claims = estimate.claims_of_cells()
    donors = list(estimate.by_donor)
    header = ["block", "row", "column", "value", "low", "high", "prior", *donors, "claims"]
    rows = [
        [
            *name,
            *map(_text, (estimate.cells[k], low[k], high[k], estimate.prior[k])),
            *(_text(estimate.by_donor[donor][k]) for donor in donors),
            " ".join(claims[k]),
        ]
        for k, name in enumerate(estimate.frame.names())
        if estimate.cells[k] != 0 or high[k] != 0
    ]
    return _csv(header, rows)


def _figures(estimate: Estimate) -> bytes:
    header = [
        "figure",
        "as_of",
        "bound",
        "low",
        "value",
        "high",
        "donors_alone",
        "found",
        "multiplier",
        "claims",
        "how",
    ]
    return _csv(
        header,
        (
            [
                one.reading.figure.figure,
                one.reading.figure.as_of,
                one.reading.measure.bound,
                *map(_text, (one.low, one.target, one.high, one.prior, one.found, one.multiplier)),
                " ".join(one.reading.figure.claims),
                one.reading.figure.sentence,
            ]
            for one in estimate.measures
        ),
    )


def _companions(estimate: Estimate) -> bytes:
    header = ["product", "flow", "value", "low", "high", "unit", "as_of", "claims", "citation"]
    return _csv(
        header,
        (
            [
                one.product,
                one.flow,
                *map(_text, (one.figure.value, one.figure.low, one.figure.high)),
                one.figure.unit,
                one.figure.as_of,
                " ".join(one.figure.claims),
                " ".join(one.cites),
            ]
            for one in estimate.companions
        ),
    )


def _list(estimate: Estimate) -> bytes:
    rows = ([str(k), one.donor, _text(one.rate)] for k, one in enumerate(estimate.draws))
    return _csv(["draw", "donor", "conversion_rate"], rows)


def _arrays(estimate: Estimate) -> bytes:
    """The drawn tables' blocks, stacked; written member by member, so that no clock gets into the bytes."""
    kept = [estimate.frame.gates.index(gate) for gate in estimate.economy.gates]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        blocks = [estimate.frame.blocks(one.cells) for one in estimate.draws]
        for name in BLOCKS:
            stack = np.array([block[name] for block in blocks])
            if name.startswith("imports"):
                stack = stack[:, kept]
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(stack), version=(1, 0), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), member.getvalue())
    return stream.getvalue()


def _text(number: float) -> str:
    """Six significant digits: further ones would differ between machines."""
    return f"{number + 0.0:.6g}"


def _csv(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
