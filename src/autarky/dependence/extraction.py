"""Hypothetical extraction: output and value added lost where an industry, an import or a partner is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import xarray as xr

from autarky.accounts import Accounts
from autarky.dependence.measured import measured
from autarky.errors import InputError, Problem, did_you_mean

Matrix = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float64]
Positions = npt.NDArray[np.intp]

KINDS = ("complete", "backward", "forward", "forward_ghosh")
"""What of an industry is extracted: all of it, its purchases, its sales, its sales in Ghosh's model."""
SWEEPS = ("product", "origin", "source", "all")
"""What is extracted at a time: imports of a product, of a partner, of both (one source), or all."""

_BLOCK = 256
"""Right-hand sides solved at a time: enough to keep the processor busy, few enough to hold in memory."""
_SOURCE = (
    "Paelinck, de Caevel & Degueldre (1965); Strassert (1968); Miller & Lahr (2001); "
    "Miller & Blair (2022), hypothetical extraction"
)
_NATIONAL = "a national table has no recipes of the suppliers abroad; see import_requirement_at_risk"
_BLIND = (
    "Nobody replaces what is extracted, and no user is starved of it: losses run upstream, to suppliers (for "
    "users see import_requirement_at_risk). Other final demand, recipes and prices stay"
)
_BLIND_GHOSH = (
    "Losses run downstream, to users, as if output could be made of any mix of inputs (Oosterhaven 1988). "
    "Nobody replaces what is extracted; other primary inputs and prices stay"
)


def hypothetical_extraction(
    accounts: Accounts, *, kind: str = "complete", by_industry: bool = False
) -> tuple[xr.DataArray, xr.DataArray]:
    """Loss from extracting industry j: ``x − x̄ = L[:, j]·c_j − e_j·d_j``, each home industry by itself.

    With s = Z·1 (sales to industries) and L[j, j] the diagonal of the Leontief inverse:

    * ``complete``: row j and column j of A and its final demand become zero; c = x_j/L[j, j], d = 0, so that
      j loses all its output x_j (Strassert 1968).
    * ``backward``: column j, its purchases; c = d = x_j/L[j, j].
    * ``forward``: row j, its sales to industries, final sales stay; c = s_j/L[j, j], d = 0.
    * ``forward_ghosh``: row j of B = Z/x in Ghosh's model ``x′ = v′(I − B)⁻¹``; industry k loses
      ``(L[j, k]·x_k − [j = k]·x_j)/L[j, j]``. Dietzenbacher & van der Linden's forward linkage. No loss of
      value added: primary inputs are what that model holds fixed.

    The whole table is factored once: no system is solved again with cells zeroed. A zeroed row and column
    is a change of rank 1 or 2 (Sherman & Morrison 1950; Woodbury 1950), and the forms above follow. The
    diagonal of L takes one solve an industry, done in blocks of right-hand sides. Cella (1984) keeps the
    industry's own block and final demand, and counts only what it trades with others.

    Parameters
    ----------
    accounts : Accounts
        The industries of its home are extracted; on a multi-regional table losses abroad are followed. To
        extract every industry of such a table, open accounts with all its regions as home.
    kind : str
        One of ``KINDS``.
    by_industry : bool
        Every losing industry by name, instead of own, others at home, and abroad.

    Returns
    -------
    output_loss, value_added_loss : DataArray, (industry, where) or (industry, losing_industry), unit of the
        table per year. Value added is lost at its base-year share of output. ``abroad`` is NaN on a national
        table, which does not see it.

    Raises
    ------
    InputError
        If the kind is unknown.

    References
    ----------
    Paelinck, de Caevel & Degueldre (1965); Strassert (1968); Cella (1984); Dietzenbacher, van der Linden &
    Steenge (1993); Dietzenbacher & van der Linden (1997); Miller & Lahr (2001); Dietzenbacher & Lahr (2013).

    Blind spots: users go on as before, as if they bought the missing input from nowhere (on a national table
    the field says: imported; Dietzenbacher, van Burken & Kondo 2019). Losses of several industries overlap
    and do not add up. They run upstream only (``forward_ghosh``: downstream, as if output could be made of
    any mix of inputs; Oosterhaven 1988).
    """
    _refuse_unknown("kind", kind, KINDS)
    x = accounts.economy.x
    sales = accounts.economy.Z.sum(axis=1)
    n, places = len(x), accounts.positions
    ghosh = kind == "forward_ghosh"
    weights = _weights(accounts)
    lost = np.zeros((2, len(places), n if by_industry else 3))
    for start in range(0, len(places), _BLOCK):
        block = places[start : start + _BLOCK]
        columns = np.arange(len(block))
        solve = accounts.world_factor.solve_transposed if ghosh else accounts.world_factor.solve
        lines = solve(_units(n, block))
        diagonal = np.where(lines[block, columns] == 0, np.nan, lines[block, columns])
        if ghosh:
            lines = lines * x[:, None]
        scale = (1.0 if ghosh else sales[block] if kind == "forward" else x[block]) / diagonal
        lines *= scale
        lines[block, columns] -= x[block] / diagonal if kind in ("backward", "forward_ghosh") else 0.0
        into = slice(start, start + len(block))
        for quantity, weight in enumerate(weights):
            if by_industry:
                lost[quantity, into] = (lines * weight[:, None]).T
            else:
                own = lines[block, columns] * weight[block]
                lost[quantity, into] = _own_home_abroad(accounts, lines, weight, own)
    if ghosh:
        lost[1] = np.nan
    if not by_industry and not accounts.economy.is_multi_regional:
        lost[:, :, 2] = np.nan
    undefined = "value added: Ghosh's model holds it fixed" if ghosh else ""
    formulas = {
        "complete": "sum_i L_ij x_j / L_jj",
        "backward": "(sum_i L_ij - 1) x_j / L_jj",
        "forward": "sum_i L_ij (Z 1)_j / L_jj",
        "forward_ghosh": "(sum_k L_jk x_k - x_j) / L_jj",
    }
    sources = _SOURCE + ("; Dietzenbacher & van der Linden (1997)" if ghosh else "")
    coords = {
        "industry": accounts.labels,
        **_losing(accounts, ("own", "others_at_home", "abroad"), by_industry),
    }
    about = f"where an industry at home is extracted ({kind})"
    arrays = _pair(accounts, lost, coords, f"extraction_{kind}", about, formulas[kind], sources, undefined)
    if ghosh:
        for array in arrays:
            array.attrs["blind_spots"] = _BLIND_GHOSH
    return arrays


def import_extraction(
    accounts: Accounts, *, by: str = "product", by_industry: bool = False
) -> tuple[xr.DataArray, xr.DataArray]:
    """Loss where suppliers S deliver nothing home: ``x − x̄ = L[:, S]·(y + z)``, multi-regional tables only.

    Rows S of A and Y become zero in the columns of home: the deliveries vanish, everyone else's final demand
    stays, and the world makes less. y: final deliveries of S home; z: their deliveries to home industries
    once home has adjusted, from ``(I + D·K)·z = D·(x_h − K·y)`` with D = A[S, home], K = L[home, S]
    (Woodbury 1950; where S is the larger, the same in home's unknowns). All of L[home, abroad] comes from as
    many solves as home has industries, whatever the number of extractions.

    The deliveries are not replaced: neither from home nor, as in the global extraction method (Dietzenbacher,
    van Burken & Kondo 2019), from elsewhere. The measure says what suppliers lose by not delivering home;
    home loses only what it sold, directly or not, to make those deliveries.

    Parameters
    ----------
    accounts : Accounts
    by : str
        ``product`` from all partners, ``origin`` (a region's all products), ``source`` (one partner's one
        product), or ``all`` at once.
    by_industry : bool
        Every losing industry by name, instead of home and abroad.

    Returns
    -------
    output_loss, value_added_loss : DataArray, (by, where) or (by, losing_industry), unit of the table per
        year. On a national table NaN, with the reason in ``undefined``.

    Raises
    ------
    InputError
        If ``by`` is unknown.

    References
    ----------
    Dietzenbacher, van der Linden & Steenge (1993); Dietzenbacher & Lahr (2013); Dietzenbacher, van Burken &
    Kondo (2019).

    Blind spots: home's users are not starved (``import_requirement_at_risk`` asks for that), nothing is
    replaced, prices stay; a partner's extraction is not the sum of its products'.
    """
    groups = _groups(accounts, by)
    about = f"where imports by home are extracted, {by} by {by}" if by != "all" else "where all imports go"
    formula = "1' L[:, S] (y + z); (I + D K) z = D (x_h - K y); D = A[S, home], K = L[home, S]"
    coords = {
        "origin" if by == "all" else by: tuple(groups),
        **_losing(accounts, ("home", "abroad"), by_industry),
    }
    if not accounts.economy.is_multi_regional:
        return _pair(
            accounts, _nothing(coords), coords, "extraction_imports", about, formula, _SOURCE, _NATIONAL
        )
    n, home = len(accounts.economy.x), accounts.positions
    abroad = np.flatnonzero(~_at_home(accounts))
    quantities = _weights(accounts)
    counted = (quantities[:, None] * _regions(accounts)).reshape(4, n).T
    rows = accounts.world_factor.solve_transposed(np.hstack([_units(n, home), counted]))[abroad]
    L_home, weighted = rows[:, : len(home)].T, rows[:, len(home) :]
    D, final = accounts.A_imported, accounts.imported_final.sum(axis=1)
    gone = np.zeros((n, len(groups) if by_industry else 0))
    lost = np.zeros((len(groups), 4))
    for g, S in enumerate(groups.values()):
        K = L_home[:, S]
        here = accounts.x - K @ final[S]
        if len(S) <= len(home):
            z = np.linalg.solve(np.eye(len(S)) + D[S] @ K, D[S] @ here)
        else:
            z = D[S] @ np.linalg.solve(np.eye(len(home)) + K @ D[S], here)
        lost[g] = (final[S] + z) @ weighted[S]
        if by_industry:
            gone[abroad[S], g] = final[S] + z
    if by_industry:
        losses = quantities[:, None] * accounts.world_factor.solve(gone).T
    else:
        losses = lost.reshape(len(groups), 2, 2).transpose(1, 0, 2)
    return _pair(accounts, losses, coords, "extraction_imports", about, formula, _SOURCE, "")


def trade_extraction(accounts: Accounts, *, by_industry: bool = False) -> tuple[xr.DataArray, xr.DataArray]:
    """Loss where home and a partner r trade nothing, each partner by itself: ``x − x̄ = L[:, T]·(g + M·x̄_T)``.

    T: industries of home and of r; M: the two blocks of A between them; g: final deliveries between them.
    ``(I + L[T, T]·M)·x̄_T = x_T − L[T, T]·g`` (Woodbury 1950); of L only these blocks are solved for.

    Multi-regional tables only. As in ``import_extraction`` nothing is replaced; here home loses its sales to
    the partner as well.

    Parameters
    ----------
    accounts : Accounts
    by_industry : bool
        Every losing industry by name, instead of home, the partner and other regions.

    Returns
    -------
    output_loss, value_added_loss : DataArray, (origin, where) or (origin, losing_industry), unit of the table
        per year; ``where``: home, partner, others. On a national table NaN, with the reason in ``undefined``.

    References
    ----------
    Dietzenbacher, van der Linden & Steenge (1993), extraction of a region's links, here with one partner;
    Dietzenbacher & Lahr (2013).

    Blind spots: losses run upstream only; nobody finds another buyer or supplier; prices stay.
    """
    groups = _groups(accounts, "origin")
    about = "where home and a partner trade nothing"
    formula = "1' L[:, T] (g + M xbar_T); (I + L_TT M) xbar_T = x_T - L_TT g; T = home and partner"
    coords = {"origin": tuple(groups), **_losing(accounts, ("home", "partner", "others"), by_industry)}
    if not accounts.economy.is_multi_regional:
        return _pair(
            accounts, _nothing(coords), coords, "extraction_trade", about, formula, _SOURCE, _NATIONAL
        )
    A, x = accounts.economy.A, accounts.economy.x
    n, home, factor = len(x), accounts.positions, accounts.world_factor
    abroad = np.flatnonzero(~_at_home(accounts))
    from_home = factor.solve(_units(n, home))
    to_home = factor.solve_transposed(_units(n, home)).T
    final = accounts.imported_final.sum(axis=1)
    gone = np.zeros((n, len(groups)))
    for g, (partner, S) in enumerate(groups.items()):
        there = abroad[S]
        among = factor.solve(_units(n, there))[there]
        L_TT = np.block([[from_home[home], to_home[:, there]], [from_home[there], among]])
        M = np.zeros_like(L_TT)
        M[: len(home), len(home) :] = A[np.ix_(home, there)]
        M[len(home) :, : len(home)] = accounts.A_imported[S]
        sold = accounts.exports_final[:, accounts.destinations.index(partner)]
        between = np.concatenate([sold, final[S]])
        T = np.concatenate([home, there])
        left = np.linalg.solve(np.eye(len(T)) + L_TT @ M, x[T] - L_TT @ between)
        gone[T, g] = between + M @ left
    losses = _weights(accounts)[:, None] * factor.solve(gone).T
    if not by_industry:
        at_home = losses[:, :, home].sum(axis=2)
        at_partner = np.zeros_like(at_home)
        for g, S in enumerate(groups.values()):
            at_partner[:, g] = losses[:, g, abroad[S]].sum(axis=1)
        losses = np.stack([at_home, at_partner, losses.sum(axis=2) - at_home - at_partner], axis=2)
    return _pair(accounts, losses, coords, "extraction_trade", about, formula, _SOURCE, "")


def import_requirement_at_risk(accounts: Accounts, *, by: str = "product") -> xr.DataArray:
    """What contains an import, directly or through inputs: ``A_m[S]·(I − A)⁻¹·w``, w what is asked for.

    For home final use f: ``imports for final use of S + A_m[S]·L·f``; for exports e: ``A_m[S]·L·e``; for
    value added v: ``Σ_j v_j·m_j``, where ``m = A_m[S]·L`` is the part of a unit of j's output that is the
    import, through all tiers at home. Three solves for any number of imports.

    Not an extraction: A and Y of home stay as they are, and the same formula holds on a national and a
    multi-regional table. That nothing at all is made without the import (the non-competitive reading) is not
    linear and is a matter for simulation; this is the part of the value that *is* the import.

    Parameters
    ----------
    accounts : Accounts
    by : str
        ``product`` from all partners, ``origin`` (all products of a partner), ``source`` (one partner's one
        product), or ``all``.

    Returns
    -------
    at_risk : DataArray, (by, contained_in), unit of the table per year
        ``contained_in``: home_final_use, exports, value_added. The first two add to the imports less
        re-exports; all are additive over imports. NaN where the table gives no imports.

    Raises
    ------
    InputError
        If ``by`` is unknown.

    References
    ----------
    Miller & Blair (2022), ch. 6 (import multipliers); Hummels, Ishii & Yi (2001), eq. 3.

    Blind spots: an average: a part worth little may stop a whole industry; tiers abroad are not followed
    (home's own products that come back are counted as foreign); base-year recipes.
    """
    groups = _groups(accounts, by)
    asked = [accounts.final.sum(axis=1), accounts.exports.sum(axis=1), accounts.value_added]
    contained = accounts.A_imported @ accounts.factor.solve(np.stack(asked, axis=1))
    contained[:, 0] += accounts.imported_final.sum(axis=1)
    values = np.array([contained[S].sum(axis=0) for S in groups.values()]).reshape(len(groups), 3)
    unknown = not accounts.sources and not accounts.economy.is_multi_regional
    array = measured(
        np.where(unknown, np.nan, values),
        {
            "origin" if by == "all" else by: tuple(groups),
            "contained_in": ("home_final_use", "exports", "value_added"),
        },
        name="import_requirement_at_risk",
        long_name="imports contained, through all tiers at home, in final use, exports and value added",
        units=accounts.economy.unit,
        formula="A_m[S] (I - A)^-1 w, w = home final use (plus its direct imports), exports, value added",
        source="Miller & Blair (2022), ch. 6; Hummels, Ishii & Yi (2001), eq. 3",
        blind="An average: an input worth little may stop a whole industry. Tiers abroad are not followed",
    )
    if unknown:
        array.attrs["undefined"] = "the table gives no imports"
    return array


def _refuse_unknown(place: str, word: str, known: Sequence[str]) -> None:
    if word not in known:
        what = f"unknown {place} {word!r}"
        raise InputError(Problem(place, what, did_you_mean(word, known) or f"one of {', '.join(known)}"))


def _units(n: int, positions: Positions) -> Matrix:
    """(n, k): right-hand sides that ask for one unit of each of k industries."""
    units = np.zeros((n, len(positions)))
    units[positions, np.arange(len(positions))] = 1.0
    return units


def _at_home(accounts: Accounts) -> npt.NDArray[np.bool_]:
    at_home = np.zeros(len(accounts.economy.x), dtype=bool)
    at_home[accounts.positions] = True
    return at_home


def _regions(accounts: Accounts) -> Matrix:
    """(2, n): one row marks the industries at home, one those abroad."""
    at_home = _at_home(accounts)
    return np.stack([at_home, ~at_home]).astype(np.float64)


def _weights(accounts: Accounts) -> Matrix:
    """(2, n): what a unit of output counts as output (1), and as value added (its base-year share)."""
    x = accounts.economy.x
    added = accounts.economy.value_added.sum(axis=0)
    share = np.divide(added, x, out=np.zeros_like(x), where=x != 0)
    return np.stack([np.ones_like(x), share])


def _own_home_abroad(accounts: Accounts, lines: Matrix, weight: Vector, own: Vector) -> Matrix:
    """(k, 3): the losses in the k columns of ``lines``, by where they fall."""
    home, abroad = (_regions(accounts) * weight) @ lines
    return np.stack([own, home - own, abroad], axis=1)


def _groups(accounts: Accounts, by: str) -> dict[str, Positions]:
    """Positions among the sources of what is extracted at a time."""
    _refuse_unknown("by", by, SWEEPS)
    if by == "all":
        return {"all": np.arange(len(accounts.sources))}
    if by == "source":
        return {label: np.array([s]) for s, label in enumerate(accounts.source_labels)}
    if by == "product":
        names, labels = [s.product for s in accounts.sources], list(accounts.economy.products)
    else:
        names = [source.partner for source in accounts.sources]
        labels = list(dict.fromkeys(names))
    return {label: np.flatnonzero([name == label for name in names]) for label in labels}


def _losing(accounts: Accounts, where: Sequence[str], by_industry: bool) -> dict[str, Sequence[str]]:
    return {"losing_industry": accounts.economy.industries.labels} if by_industry else {"where": where}


def _nothing(coords: Mapping[str, Sequence[str]]) -> Matrix:
    return np.full((2, *(len(labels) for labels in coords.values())), np.nan)


def _pair(
    accounts: Accounts,
    losses: Matrix,
    coords: Mapping[str, Sequence[str]],
    name: str,
    about: str,
    formula: str,
    source: str,
    undefined: str,
) -> tuple[xr.DataArray, xr.DataArray]:
    """Output lost and value added lost, labelled."""
    arrays = [
        measured(
            values,
            coords,
            name=f"{name}_{quantity}_loss",
            long_name=f"{quantity.replace('_', ' ')} lost {about}",
            units=accounts.economy.unit,
            formula=formula if quantity == "output" else f"{formula}, each output times value added / output",
            source=source,
            blind=_BLIND,
        )
        for quantity, values in zip(("output", "value_added"), losses, strict=True)
    ]
    for array in arrays:
        if undefined and array.isnull().all():
            array.attrs["undefined"] = undefined
    return arrays[0], arrays[1]
