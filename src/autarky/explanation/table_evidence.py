"""Table evidence: the figures behind an estimated table, each with all claims on it, used or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from autarky.errors import EvidenceError
from autarky.estimation.reading import packaged_recipes, read_recipe
from autarky.evidence import Claim, Evidence, evidence_folder, read_evidence
from autarky.explanation.grounds import GroundClaim, GroundFigure
from autarky.explanation.wording import rounded
from autarky.sources.figures_behind import RECIPE, FigureBehind, figures_behind, folder_behind


def table_evidence(table: str | Path) -> tuple[GroundFigure, ...]:
    """The figures behind a table, those that bear on most of it first; empty for one that is not estimated.

    ``table`` is an embedded table's name, or a path. A claim whose file is no longer there is left out: how
    its figure was settled is told all the same.

    Raises
    ------
    SourceError, EvidenceError
        If the table's evidence, or a file of claims, cannot be read.
    """
    found = figures_behind(table)
    if not found:
        return ()
    evidence = _claims(folder_behind(table) / RECIPE)
    return tuple(
        GroundFigure(one.figure, one.as_of, one.how, one.share, tuple(_told(one, evidence))) for one in found
    )


def _claims(recipe: Path) -> Evidence:
    """The claims that a recipe names, as far as they are there: beside it, or among those packaged."""
    paths = []
    for name in read_recipe(recipe).recipe.claims if recipe.is_file() else ():
        places = [recipe.parent / name, *(packaged.parent / name for packaged in packaged_recipes().values())]
        if (path := next((path for path in places if path.is_file()), None)) is not None:
            paths.append(path)
            continue
        try:
            paths.append(evidence_folder(name))
        except EvidenceError:
            continue
    return read_evidence(paths) if paths else Evidence((), {})


def _told(figure: FigureBehind, evidence: Evidence) -> Iterator[GroundClaim]:
    """The claims on a figure, those used first, in the order in which they were used."""
    held = {claim.id: claim for claim in evidence.claims if claim.id in figure.claims}
    on = evidence.on(figure.figure, figure.as_of)
    used = [held[id] for id in figure.claims if id in held]
    yield from (_claim(claim, evidence, True) for claim in used)
    yield from (_claim(claim, evidence, False) for claim in on if claim.id not in figure.claims)


def _claim(claim: Claim, evidence: Evidence, used: bool) -> GroundClaim:
    source, (low, high) = evidence.sources[claim.source], claim.range
    span = "" if low == high else f" ({rounded(low, 3)} to {rounded(high, 3)})"
    return GroundClaim(
        says=f"{rounded(claim.value, 4)}{span} {claim.unit}",
        source=f"{source.publisher}: {source.title}",
        date=source.date,
        url=source.url,
        reliability=claim.reliability,
        credibility=claim.credibility,
        kind=claim.kind,
        used=used,
    )
