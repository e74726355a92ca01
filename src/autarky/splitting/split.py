"""Split: a table into a synthetic firm network that adds up to it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from autarky.firm_network.demography import Demography
from autarky.firm_network.from_table import Frame
from autarky.firm_network.network import FirmNetwork, Floats, Integers, Nodes
from autarky.firm_network.section import SplitTable
from autarky.splitting.balancing import balanced
from autarky.splitting.links import MAIN_INPUT, drawn_links
from autarky.splitting.sizes import COUNT_POWER, drawn_firms

MOST_NAMED = 12
"""Sectors named in a note."""


def split(
    frame: Frame,
    section: SplitTable,
    draw: int,
    *,
    demography: Demography | None = None,
    jobs: Floats | None = None,
) -> FirmNetwork:
    """A firm network drawn so that it adds up to a table: every block to 1e-9, every output, value added.

    No firm in it is a real one. Draw ``k`` is the same whatever else is drawn; ids and the number of firms
    in each sector are the same in all draws, sizes and links are not.

    Parameters
    ----------
    frame : Frame
        The table as firms have to add up to it.
    section : SplitTable
    draw : int
        Which draw, from 0.
    demography : mapping, optional
        Counted firms by sector and size, from ``read_demography``.
    jobs : array, shape (I,), persons, optional
        A firm has its share of its industry's output in its jobs too (assumption); none are counted if left
        out.

    Returns
    -------
    FirmNetwork
        ``is_synthetic``, its notes say what was assumed.

    Raises
    ------
    ScenarioError
        If there are fewer firms than industries.
    """
    chance = np.random.default_rng(np.random.SeedSequence(section.seed, spawn_key=(draw,)))
    economy, industries = frame.economy, len(frame.industry_sector)
    drawn = drawn_firms(chance, frame, section, demography or {})
    links = balanced(chance, frame, drawn, drawn_links(chance, frame, section, drawn))
    counts, firms = drawn.counts, len(drawn.share)
    alone = (counts == 1) & (np.diagonal(frame.use) > 0)
    abroad = len(frame.gate_sector)
    pairs = economy.industries.pairs
    names = [f"{region}.{sector}" if economy.is_multi_regional else sector for region, sector in pairs]

    def at_home(of_industry: Floats) -> Floats:
        return np.append(np.repeat(of_industry, counts) * drawn.share, np.zeros(abroad))

    return FirmNetwork(
        name=f"{economy.name}, firms drawn",
        year=economy.year,
        currency=economy.currency,
        unit=economy.unit,
        kinds=frame.kinds,
        essentiality=frame.essentiality,
        sectors=frame.sectors,
        regions=frame.regions,
        nodes=Nodes(
            ids=_ids(names, counts, alone, frame.gate_names),
            kind=np.append(np.repeat(frame.industry_kind, counts), frame.gate_kind),
            sector=np.append(np.repeat(frame.industry_sector, counts), frame.gate_sector),
            region=np.append(np.repeat(frame.industry_region, counts), frame.gate_region),
            output=drawn.output,
            value_added=at_home(frame.value_added),
            jobs=at_home(np.zeros(industries) if jobs is None else jobs),
            is_rest=np.append(np.repeat(alone, counts), np.zeros(abroad, dtype=bool)),
        ),
        firms=firms,
        first=links.first,
        buyer=links.buyer,
        sales=links.sales,
        provenance=economy.provenance,
        sector_names=frame.sector_names,
        is_synthetic=True,
        notes=(
            *frame.notes,
            *_notes(section, demography, jobs is not None, names, alone, len(links.sales) / firms),
        ),
    )


def _ids(
    names: list[str], counts: Integers, alone: npt.NDArray[np.bool_], abroad: tuple[str, ...]
) -> npt.NDArray[np.bytes_]:
    """``sector-00001`` and so on, ``sector-rest`` of one that sells to itself, then suppliers abroad."""
    digits = max(5, len(str(counts.max())))
    encoded = [name.encode() + b"-" for name in names]
    gates = [name.encode() for name in abroad]
    width = max(map(len, [*(name + b"0" * digits for name in encoded), *gates]))
    letters = np.zeros((counts.sum() + len(gates), width), dtype=np.uint8)
    low = 0
    for name, count, is_alone in zip(encoded, counts, alone, strict=True):
        rows = letters[low : low + count]
        rows[:, : len(name)] = np.frombuffer(name, np.uint8)
        number = np.arange(1, count + 1)
        for place in range(digits):
            rows[:, len(name) + place] = ord("0") + number // 10 ** (digits - 1 - place) % 10
        if is_alone:
            rows[0, len(name) :] = 0
            rows[0, len(name) : len(name) + 4] = np.frombuffer(b"rest", np.uint8)
        low += count
    ids = letters.view(f"S{width}")[:, 0]
    ids[low:] = gates
    return ids


def _notes(
    section: SplitTable,
    demography: Demography | None,
    has_jobs: bool,
    names: list[str],
    alone: npt.NDArray[np.bool_],
    links: float,
) -> list[str]:
    """What a reader must know of a drawn network."""
    notes = [
        "The firms are drawn by chance so that they add up to the table; none of them is a real firm, and "
        "one draw says nothing: results are told over all draws.",
    ]
    if demography:
        notes.append("Numbers and sizes of firms follow counted firms; output is in proportion to persons.")
    sizes = f"sizes follow a Pareto law with tail {section.size_tail:g}"
    where = "Where no firms are counted, t" if demography else "T"
    notes.append(
        f"{where}he number of firms of a sector grows with its output to the power {COUNT_POWER:g}, and "
        f"{sizes} (assumption)."
    )
    notes.append(
        f"Who supplies whom is drawn ({links:.1f} links per firm): every firm has a supplier of each input "
        f"worth at least {MAIN_INPUT:.0%} of its sector's output; small firms lack others (assumption)."
    )
    notes.append(
        "Value added is the same share of output in all firms of a sector"
        + (", and so are jobs (assumption)." if has_jobs else " (assumption).")
    )
    if alone.any():
        named = [name for name, one in zip(names, alone, strict=True) if one]
        more = f" and {len(named) - MOST_NAMED} more" if len(named) > MOST_NAMED else ""
        notes.append(
            "One firm stands for the whole of its sector and sells to itself: "
            f"{', '.join(named[:MOST_NAMED])}{more}."
        )
    return notes
