"""A table looked at before anything is run: what its own identities say of it, and what it depends on."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from autarky import sources
from autarky.checks import Finding, Status, check, refusal
from autarky.dependence.measure import Measures, Paths, measure
from autarky.economy import Economy
from autarky.errors import InputError, Problem, did_you_mean
from autarky.explanation import dependence
from autarky.report.measures import render_measures


@dataclass(frozen=True)
class Audit:
    """A table, as it was asked for, and what the checks find in it."""

    table: str
    economy: Economy
    findings: tuple[Finding, ...]

    @property
    def passes(self) -> bool:
        """Whether no check fails; warnings do not count."""
        return not any(finding.status is Status.FAIL for finding in self.findings)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What fails, with a remedy; empty if the table passes."""
        return tuple(
            replace(problem, place=f"{self.table}, {problem.place}") for problem in refusal(self.findings)
        )

    def text(self) -> str:
        """The table, its findings one per line, and their number by status."""
        economy = self.economy
        gates = f" · {len(economy.gates)} import gates" if economy.gates else ""
        title = (
            f"{economy.name} · {economy.year} · {len(economy.industries)} industries{gates} · {economy.unit}"
        )
        return "\n".join(
            (title, *map(str, self.findings), " · ".join(f"{n} {s}" for s, n in self._counts().items()))
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        economy = self.economy
        return {
            "table": {
                "name": economy.name,
                "year": economy.year,
                "industries": len(economy.industries),
                "gates": len(economy.gates),
                "unit": economy.unit,
                "imports": str(economy.import_treatment),
                "digest": economy.digest,
            },
            "passes": self.passes,
            "counts": self._counts(),
            "findings": [asdict(finding) for finding in self.findings],
        }

    def _counts(self) -> dict[str, int]:
        found = [finding.status for finding in self.findings]
        return {status.value: found.count(status) for status in Status}


def check_table(
    table: str | Path, format: str | None = None, options: Mapping[str, Any] | None = None
) -> Audit:
    """A table, from a path or embedded, held against every check.

    Raises
    ------
    InputError
        If there is no such table, or if it cannot be read at all.
    """
    economy = find_table(table, format, options)
    return Audit(str(table), economy, check(economy))


def find_table(
    table: str | Path, format: str | None = None, options: Mapping[str, Any] | None = None
) -> Economy:
    """A table, from a path or embedded.

    Raises
    ------
    InputError
        If there is no such table, or if it cannot be read at all.
    """
    path, known = Path(table), sources.embedded_names()
    if format is not None and format not in sources.FORMATS:
        formats = tuple(sources.FORMATS)
        raise InputError(Problem("--format", f"unknown format {format!r}", did_you_mean(format, formats)))
    if str(table) in known and not path.exists():
        return sources.embedded(str(table))
    if path.exists() or len(path.parts) > 1:
        return sources.read_table(path, format, **(options or {}))
    remedy = f"give a file, a folder, or an embedded table ({', '.join(known)})"
    raise InputError(Problem(str(table), "no such table", remedy))


@dataclass(frozen=True)
class MeasuredTable:
    """What a table's home depends on, and the command that measured it."""

    measures: Measures
    command: str
    warnings: tuple[str, ...]
    """Checks that the table fails: it is measured all the same, and what comes out is as wrong as it is."""

    def text(self) -> str:
        """The largest numbers of each measure, after the checks that the table fails."""
        return "\n".join((*self.warnings, dependence.text(self.measures)))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: every number."""
        return {**dependence.to_dict(self.measures), "warnings": list(self.warnings)}

    @property
    def page(self) -> str:
        """All measures with their formulas, sources and blind spots."""
        accounts = self.measures.accounts
        economy = accounts.economy
        return render_measures(
            "Where it depends on others",
            dependence.provenance(economy),
            accounts.home,
            {family.question: family.measures for family in self.measures.families},
            names=dependence.long_names(economy),
            command=self.command,
            digests={**dict(economy.provenance.files), "economy": economy.digest},
            notes=(*self.warnings, *economy.provenance.notes),
        )


def measure_table(
    table: str | Path,
    home: Sequence[str] = (),
    families: Sequence[str] = (),
    format: str | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    paths: Paths | None = None,
    other_years: Sequence[str | Path] = (),
    progress: Callable[[str, int, int], None] | None = None,
) -> MeasuredTable:
    """What a table's home, a country or a bloc of regions, depends on.

    Raises
    ------
    InputError
        If there is no such table, region or family, or if the table cannot be read at all.
    """
    economy = find_table(table, format, options)
    years = [find_table(year, format, options) for year in other_years]
    found = measure(economy, home, families=families, paths=paths, other_years=years, progress=progress)
    named = [part for region in home for part in ("--home", region)]
    named += [part for family in families for part in ("--family", family)]
    named += ["--format", format] if format else []
    named += [part for name, value in (options or {}).items() for part in ("--option", f"{name}={value}")]
    named += [part for year in other_years for part in ("--year", _place(year))]
    failed = tuple(
        f"The table fails the check {finding.check!r}: {finding.message}"
        for finding in check(economy)
        if finding.status is Status.FAIL
    )
    return MeasuredTable(found, shlex.join(["autarky", "measure", _place(table), *named]), failed)


def _place(table: str | Path) -> str:
    """A table as a command names it, without the folders of this machine."""
    return Path(table).name if Path(table).exists() else str(table)
