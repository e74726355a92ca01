"""Aggregation: a table in another classification, by a concordance that is a file; a region as a nation."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

from autarky.economy import (
    ABROAD,
    Economy,
    FinalUseKind,
    FinalUser,
    Gate,
    ImportTreatment,
    Industries,
)
from autarky.errors import EconomyError, Problem, SourceError, did_you_mean
from autarky.estimation.labelled_csv import number, read_rows

Matrix = npt.NDArray[np.float64]

HEADER = ("of", "source", "target", "share", "basis")
_TOLERANCE = 1e-9
_CLOSE = 1e-12
_ROUNDS = 10_000


@dataclass(frozen=True)
class Concordance:
    """Which sectors of one classification become which of another, ``Σ_target share = 1`` per source."""

    name: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    """In the order in which the table will have them."""
    shares: Matrix
    """Share of each source's output that becomes each target, (targets, sources), dimensionless."""
    components: tuple[tuple[str, str], ...] = ()
    """(value added component, what it is called in the other classification)."""
    notes: tuple[str, ...] = ()
    """One sentence for each split or assumption."""


def concordance_names() -> tuple[str, ...]:
    """The names of the concordances that come with autarky."""
    folder = resources.files("autarky") / "data" / "concordances"
    return tuple(
        sorted(item.name.removesuffix(".csv") for item in folder.iterdir() if item.name.endswith(".csv"))
    )


def packaged_concordance(name: str) -> Concordance:
    """A concordance that comes with autarky, by its name in ``concordance_names()``.

    Raises
    ------
    SourceError
        There is none of that name; the nearest names are given.
    """
    if name not in concordance_names():
        raise SourceError(
            Problem("concordance", f"{name!r} is unknown", did_you_mean(name, concordance_names()))
        )
    with resources.as_file(resources.files("autarky") / "data" / "concordances" / f"{name}.csv") as path:
        return read_concordance(path)


def read_concordance(path: str | Path) -> Concordance:
    """Read a concordance: columns ``of`` (sector or component), ``source``, ``target``, ``share``, ``basis``.

    Targets keep the order of their first appearance. A source that stands in several rows is split among
    their targets; its shares add to 1 and each row says on what ``basis``.

    Raises
    ------
    SourceError
        Other columns, shares that are no numbers or do not add to 1, a split without a basis: all at once.
    """
    path = Path(path)
    _, rows = read_rows(path, HEADER)
    problems: list[Problem] = []
    shares: dict[tuple[str, str], float] = {}
    components: dict[str, str] = {}
    notes: list[str] = []
    for of, source, target, share_text, basis in rows:
        place = f"{path}, {of or 'row'} {source!r} → {target!r}"
        share = number(share_text, f"{place}, share")
        if isinstance(share, Problem):
            problems.append(share)
            continue
        if not source or not target:
            problems.append(Problem(place, "names no source or no target", "give both codes"))
        elif of == "component":
            if source in components or share != 1:
                problems.append(Problem(place, "a component is split", "give it one target, share 1"))
            components[source] = target
        elif of != "sector":
            problems.append(Problem(place, f"{of!r} is unknown", "write sector or component"))
        elif (source, target) in shares:
            problems.append(Problem(place, "stands twice", "keep one"))
        elif not 0 < share <= 1:
            problems.append(Problem(place, f"share {share:g} is not between 0 and 1", "correct it"))
        else:
            shares[source, target] = share
            if share < 1 and not basis:
                problems.append(
                    Problem(place, "a split without a basis", "say where the share comes from, or assumption")
                )
            if basis:
                split = f"{share:g} of {source}" if share < 1 else source
                notes.append(f"{split} counts as {target}: {basis}.")
    sources = tuple(dict.fromkeys(source for source, _ in shares))
    targets = tuple(dict.fromkeys(target for _, target in shares))
    table = np.zeros((len(targets), len(sources)))
    for (source, target), share in shares.items():
        table[targets.index(target), sources.index(source)] = share
    if not problems:
        problems += [
            Problem(f"{path}, sector {source!r}", f"its shares add to {total:g}", "make them add to 1")
            for source, total in zip(sources, table.sum(axis=0), strict=True)
            if abs(total - 1) > _TOLERANCE
        ]
    if not sources and not problems:
        problems.append(Problem(str(path), "has no sector", "give one row per sector"))
    if problems:
        raise SourceError(problems)
    return Concordance(path.stem, sources, targets, table, tuple(components.items()), tuple(notes))


def aggregate(economy: Economy, concordance: Concordance, *, pattern: Economy | None = None) -> Economy:
    """The table in the concordance's targets: ``Z' = S Z Sᵀ``, ``Y' = S Y``, and so for imports and v.

    A source that is split among targets has one recipe for all of them. Each user buys the targets in the
    shares of the concordance; with a ``pattern`` users differ as they do there, and the shares hold for the
    source's output in total, not for what is imported. Inventories follow the shares. Final users of one
    kind become one, nonprofit institutions households.

    Parameters
    ----------
    economy : Economy
        A national table; its sectors are sources of the concordance.
    concordance : Concordance
    pattern : Economy, optional
        A table already in the targets, which tells how users differ in what they buy of a split source.

    Returns
    -------
    Economy
        Balanced as far as the table given is; its notes say what was split and on what basis.

    Raises
    ------
    EconomyError
        Several regions; sectors, imported products or components that the concordance lacks: all at once.

    References
    ----------
    Miller & Blair (2022), section 4.9 (aggregation matrix S).
    """
    _refuse_unknown(economy, concordance, pattern)
    S = concordance.shares[:, [concordance.sources.index(code) for code in economy.industries.sectors]]
    sectors = concordance.targets
    region = economy.industries.regions[0]
    users = tuple(dict.fromkeys(map(_merged, economy.final_users)))
    F = _membership([_merged(user) for user in economy.final_users], users)
    # Uses by target user, still by source product.
    home = np.hstack([economy.Z @ S.T, economy.Y @ F.T])
    abroad = np.hstack([economy.imports_intermediate @ S.T, economy.imports_final @ F.T])
    use = None if pattern is None else _use(pattern, sectors, users)
    made, bought = _weights(S, home, use), _weights(S, None, use)
    names = dict(concordance.components)
    components = tuple(dict.fromkeys(names.get(name, name) for name in economy.value_added_names))
    C = _membership([names.get(name, name) for name in economy.value_added_names], components)
    product = {code: i for i, code in enumerate(economy.industries.sectors)}
    partners = tuple(dict.fromkeys(gate.partner for gate in economy.gates))
    gates, imports = [], []
    for partner in partners:
        rows = np.zeros_like(home)
        for gate, values in zip(economy.gates, abroad, strict=True):
            if gate.partner == partner:
                rows[product[gate.product]] += values
        imports.append(np.einsum("tsu,su->tu", bought, rows))
        gates += [Gate(partner, code) for code in sectors]
    used = np.einsum("tsu,su->tu", made, home)
    n = len(sectors)
    imported = np.vstack(imports) if imports else np.zeros((0, used.shape[1]))
    provenance = economy.provenance
    how = f"Aggregated from {len(economy.industries)} to {n} sectors by the concordance {concordance.name}."
    if pattern is not None and (S > 0).sum() > S.shape[1]:
        how += f" Users of what is split differ as in {pattern.name}."
    reported = economy.reported_output
    return replace(
        economy,
        name=f"{economy.name}, {n} sectors",
        industries=Industries((region,), sectors),
        sector_names=sectors,
        Z=used[:, :n],
        final_users=users,
        Y=used[:, n:],
        value_added_names=components,
        value_added=C @ economy.value_added @ S.T,
        gates=tuple(gates),
        imports_intermediate=imported[:, :n],
        imports_final=imported[:, n:],
        adjustments=economy.adjustments @ S.T,
        reported_output=None if reported is None else S @ reported,
        decimals=_decimals(economy.decimals, int((S > 0).sum(axis=1).max()) ** 2),
        declared_gaps=(),
        provenance=replace(provenance, notes=(*provenance.notes, how, *_notes_in_use(economy, concordance))),
    )


def national(economy: Economy, region: str) -> Economy:
    """One region of a multi-regional table as a national table with a true import matrix.

    Imports of all other regions come through gates of ``ABROAD`` by product; their use of the region's
    products, intermediate and final, is one final user ``exports``.

    Raises
    ------
    EconomyError
        The region is none of the table's.
    """
    regions, sectors = economy.industries.regions, economy.industries.sectors
    if region not in regions:
        raise EconomyError(
            Problem(economy.name, f"has no region {region!r}", did_you_mean(region, list(regions)))
        )
    n = len(sectors)
    here = slice(regions.index(region) * n, (regions.index(region) + 1) * n)
    own = [k for k, user in enumerate(economy.final_users) if user.region == region]
    # A discrepancy belongs to no region: it stays what it is instead of being exported.
    gaps = [k for k, user in enumerate(economy.final_users) if user.kind is FinalUseKind.DISCREPANCY]
    others = [k for k in range(len(economy.final_users)) if k not in own and k not in gaps]
    exports = economy.Z[here].sum(axis=1) - economy.Z[here, here].sum(axis=1)
    exports = exports + economy.Y[here][:, others].sum(axis=1)
    users = [economy.final_users[k] for k in (*own, *gaps)]

    def from_abroad(block: Matrix) -> Matrix:
        by_product: Matrix = block.reshape(len(regions), n, -1).sum(axis=0)
        return by_product - block[here]

    return replace(
        economy,
        name=f"{economy.name}, {region}",
        industries=Industries((region,), sectors),
        Z=economy.Z[here, here],
        final_users=(*users, FinalUser(ABROAD, "exports", FinalUseKind.EXPORTS)),
        Y=np.column_stack([economy.Y[here][:, [*own, *gaps]], exports]),
        value_added=economy.value_added[:, here],
        import_treatment=ImportTreatment.MATRIX,
        gates=tuple(Gate(ABROAD, sector) for sector in sectors),
        imports_intermediate=from_abroad(economy.Z[:, here]),
        imports_final=np.column_stack([from_abroad(economy.Y[:, own]), np.zeros((n, len(gaps) + 1))]),
        adjustments=economy.adjustments[:, here],
        reported_output=None if economy.reported_output is None else economy.reported_output[here],
        decimals=_decimals(economy.decimals, len(economy.industries)),
        declared_gaps=(),
        provenance=replace(
            economy.provenance,
            notes=(*economy.provenance.notes, f"{region} was taken out of the world table as a nation."),
        ),
    )


def _refuse_unknown(economy: Economy, concordance: Concordance, pattern: Economy | None) -> None:
    problems = []
    if economy.is_multi_regional:
        remedy = "take one region out of it first (estimation.national)"
        problems.append(Problem(economy.name, f"has {len(economy.industries.regions)} regions", remedy))
    place = f"{economy.name}, concordance {concordance.name}"
    for code in economy.products:
        if code not in concordance.sources:
            remedy = did_you_mean(code, concordance.sources)
            problems.append(Problem(place, f"does not know the sector {code!r}", remedy))
        elif code not in economy.industries.sectors:
            what = f"product {code!r} is bought abroad only"
            problems.append(Problem(place, what, "leave the gate out, or give it a sector"))
    if pattern is not None:
        problems += [
            Problem(f"{pattern.name}, as a pattern", f"has no sector {code!r}", "aggregate it the same way")
            for code in concordance.targets
            if code not in pattern.industries.sectors
        ]
    if problems:
        raise EconomyError(problems)


def _merged(user: FinalUser) -> FinalUser:
    kind = FinalUseKind.HOUSEHOLDS if user.kind is FinalUseKind.NONPROFIT else user.kind
    return FinalUser(user.region, kind.value, kind)


def _membership(names: Sequence[object], groups: Sequence[object]) -> Matrix:
    """1 where a name is a member of a group, (groups, names)."""
    return np.array([[float(name == group) for name in names] for group in groups]).reshape(
        len(groups), len(names)
    )


def _use(pattern: Economy, sectors: tuple[str, ...], users: tuple[FinalUser, ...]) -> Matrix:
    """Use of each target, home and imported, by each target user; none by stocks and errors, (t, t + f)."""
    at = [pattern.industries.sectors.index(code) for code in sectors]
    kinds = [user.kind for user in map(_merged, pattern.final_users)]
    F = _membership(kinds, [user.kind for user in users])
    use = np.hstack([pattern.Z[np.ix_(at, at)], pattern.Y[at] @ F.T])
    for gate, inputs, final in zip(
        pattern.gates, pattern.imports_intermediate, pattern.imports_final, strict=True
    ):
        if gate.product in sectors:
            use[sectors.index(gate.product)] += np.concatenate([inputs[at], F @ final])
    steady = [user.kind not in (FinalUseKind.INVENTORIES, FinalUseKind.DISCREPANCY) for user in users]
    use[:, len(sectors) :] *= steady
    return np.maximum(use, 0.0)


def _weights(S: Matrix, home: Matrix | None, use: Matrix | None) -> npt.NDArray[np.float64]:
    """Share of target t in what user u buys of source s, (t, s, u); over t they add to 1.

    With a pattern ``w[t, s, u] ∝ k[t] · use[t, u]``: k such that ``Σ_u w · home[s, u] = S[t, s] · x[s]``, or
    1 where no home sales are given.
    """
    if use is None:
        return S[:, :, None]
    weights = np.repeat(S[:, :, None], use.shape[1], axis=2)
    for s in np.flatnonzero((S > 0).sum(axis=0) > 1):
        parts = np.flatnonzero(S[:, s] > 0)
        # Where the pattern knows no use of any part, or the flow has no plain sign, shares stay as stated.
        known = use[parts].sum(axis=0) > 0
        if home is not None:
            known &= home[s] > 0
        w = use[np.ix_(parts, known)] / use[np.ix_(parts, known)].sum(axis=0)
        if home is None or _scaled(w, home[s, known], S[parts, s]):
            weights[np.ix_(parts, [s], known)] = w[:, None, :]
    return weights


def _scaled(w: Matrix, sales: Matrix, shares: Matrix) -> bool:
    """Scale rows of ``w`` in place until ``w @ sales`` has the shares; False if no scaling does."""
    total = sales.sum()
    for _ in range(_ROUNDS if total else 0):
        reached = w @ sales / total
        if not (reached > 0).all():
            return False
        if np.abs(reached - shares).max() < _CLOSE:
            return True
        w *= (shares / reached)[:, None]
        w /= w.sum(axis=0)
    return False


def _decimals(decimals: int | None, cells: int) -> int | None:
    """Decimals that a sum of ``cells`` printed cells still has: one fewer for each factor of ten."""
    return None if decimals is None else decimals - math.ceil(math.log10(max(1, cells)))


def _notes_in_use(economy: Economy, concordance: Concordance) -> tuple[str, ...]:
    known = set(economy.industries.sectors)
    return tuple(note for note in concordance.notes if _source_of(note) in known)


def _source_of(note: str) -> str:
    words = note.split(" counts as ")[0]
    return words.rsplit(" of ", 1)[-1]
