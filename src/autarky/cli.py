"""The command line: each verb parses, calls one public function, and prints or saves what it returns.

stdout is the result, stderr is progress and problems. Exit codes: 0 done, 2 bad input, 3 infeasible,
4 internal error, 130 interrupted. What is slow to import is imported inside the verb: ``--help`` is instant.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from autarky.errors import AutarkyError, InfeasibleError, InputError, Problem, StoppedError

app = typer.Typer(
    name="autarky",
    help="If imports stop: what stops, when, why, and what does it do to people?",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="Print the result (or the problems) as JSON.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on stderr.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program an error arose.")]
Runs = Annotated[Path, typer.Option("--runs", help="Folder that holds the run folders.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run folder, or its name in --runs.")]
To = Annotated[Path | None, typer.Option("--to", help="Where to write; never over another file.")]

RUNS = Path("runs")


@app.callback(invoke_without_command=True)
def _autarky(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        import autarky

        print(f"autarky {autarky.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())


@app.command()
def demo(runs: Runs = RUNS, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Run North Korea's border closure of 2020 over its draws and print the answer."""
    from autarky.inquiry import how_far_off
    from autarky.study_file import packaged_study

    ensemble(study=packaged_study("border-closure-2020"), runs=runs, json=json, quiet=quiet)
    if not json:
        print(how_far_off())


@app.command()
def doctor(json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """Versions, cores, memory, writable places, and what extras are missing."""
    from autarky.doctor import examine

    health = examine()
    _show(json, health.to_dict(), health.text())
    if not health.is_well:
        raise typer.Exit(2)


@app.command()
def check(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="A table's file or folder, or an embedded one.")
    ],
    format: Annotated[str | None, typer.Option("--format", help="How the table is laid out.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="What the reader wants to know besides: name=value.")
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Audit a table: balance, signs, totals, units. Diagnoses, never repairs; exits 2 if a check fails."""
    from autarky.audit import check_table

    audit = check_table(table, format, _options(option or []))
    _show(json, audit.to_dict(), audit.text())
    if not audit.passes:
        # As JSON the findings are whole already, and one document is all there may be.
        raise typer.Exit(2) if json else InputError(audit.problems)


@app.command()
def measure(
    economy: Annotated[
        str, typer.Argument(metavar="ECONOMY", help="A table's file or folder, or an embedded one.")
    ],
    home: Annotated[
        list[str] | None, typer.Option("--home", help="Region that counts as home; several make a bloc.")
    ] = None,
    family: Annotated[
        list[str] | None, typer.Option("--family", help="Only this family of measures; may be repeated.")
    ] = None,
    year: Annotated[
        list[str] | None,
        typer.Option("--year", metavar="TABLE", help="The same table in another year, for GeoDep."),
    ] = None,
    paths_of: Annotated[
        list[str] | None,
        typer.Option("--paths-of", help="Final use whose structural paths are sought; may be repeated."),
    ] = None,
    share: Annotated[
        float, typer.Option("--share", help="Part of its imports that paths are to carry.")
    ] = 0.99,
    depth: Annotated[int, typer.Option("--depth", min=0, help="Most rounds of supply in a path.")] = 64,
    seconds: Annotated[
        float, typer.Option("--seconds", help="Most time for the paths of one final use.")
    ] = 60,
    format: Annotated[str | None, typer.Option("--format", help="How the table is laid out.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--option", help="What the reader wants to know besides: name=value.")
    ] = None,
    to: To = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure what a table's home depends on, by the names and formulas of the literature. --to: the page."""
    from autarky.audit import measure_table
    from autarky.dependence.measure import Paths

    _refuse_existing(to)
    with _progress(quiet or json, "measuring", "families") as progress:
        found = measure_table(
            economy,
            home or [],
            family or [],
            format,
            _options(option or []),
            paths=Paths(tuple(paths_of or ()), share, depth, seconds),
            other_years=year or [],
            progress=progress,
        )
    _told(json, to, found)


@app.command()
def estimate(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="A recipe file, or one that comes with autarky.")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write the table to.")] = None,
    draws: Annotated[int | None, typer.Option("--draws", min=0, help="Tables drawn beside it.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed, other draws.")] = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Estimate a table from figures with sources: every cell with its claims and its range."""
    from autarky.inquiry import estimate_table

    with _progress_of_draws(quiet or json) as progress:
        found = estimate_table(recipe, out, draws=draws, seed=seed, progress=progress)
    _show(json, found.to_dict(), found.text())


@app.command()
def new(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="The file to write.")],
    example: Annotated[str, typer.Option("--from", help="Study to begin from.")] = "demo",
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a commented study file in which every option is shown."""
    from autarky.study_file import packaged_study, read_study

    packaged = packaged_study(example)
    _save(study, packaged.read_bytes())
    verb = "run" if read_study(packaged).scenario is not None else "plan"
    _show(json, {"study": str(study)}, f"{study} written; edit it, then: autarky {verb} {study}")


@app.command()
def run(
    study: Annotated[Path | None, typer.Argument(metavar="STUDY", help="The study file.")] = None,
    verify: Annotated[
        str | None, typer.Option("--verify", metavar="RUN", help="Run this run again and compare every byte.")
    ] = None,
    no_variants: Annotated[
        bool, typer.Option("--no-variants", help="Faster: do not run the other declared choices as well.")
    ] = False,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Simulate a study, keep the run in a folder, and print the answer. With --verify: run a run again."""
    if (study is None) == (verify is None):
        raise InputError(
            Problem("autarky run", "needs either STUDY or --verify RUN", "see autarky run --help")
        )
    from autarky.study import run_study, verify_run

    if verify is not None:
        with _progress(quiet or json) as progress:
            verification = verify_run(verify, runs, progress=progress)
        _show(json, verification.to_dict(), verification.text())
        if verification.differences:
            raise typer.Exit(2)
        return
    assert study is not None
    with _progress(quiet or json) as progress:
        done = run_study(study, runs, variants=not no_variants, progress=progress)
    _show(json, done.to_dict, done.text)


@app.command()
def why(
    run: RunName,
    industry: Annotated[str, typer.Argument(metavar="INDUSTRY", help="Its code or its name.")],
    day: Annotated[
        int | None,
        typer.Option("--day", help="Only the output lost on this day, counted from the first shock."),
    ] = None,
    relieve: Annotated[
        list[str] | None,
        typer.Option("--relieve", help="An input that would not have run out; all: each that bound."),
    ] = None,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Why an industry made less in a run: what bound it, since when, and so on back to the cut."""
    from autarky.study import why_it_fell

    with _progress(quiet or json) as progress:
        found = why_it_fell(run, industry, runs, day=day, relieve=relieve or [], progress=progress)
    _show(json, found.to_dict, found.text)


@app.command()
def lifelines(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study file that cuts imports.")],
    budget: Annotated[
        float | None,
        typer.Option("--budget", min=0.0, max=1.0, help="Most imports to keep, as a share of those cut."),
    ] = None,
    candidates: Annotated[
        int, typer.Option("--candidates", min=1, help="Most imports chosen one after the other.")
    ] = 30,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; by default one for each core.")
    ] = None,
    no_variants: Annotated[
        bool, typer.Option("--no-variants", help="Faster: do not run the other declared choices as well.")
    ] = False,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run a study and rank its imports by what keeping them would save, and its stocks by days bought."""
    from autarky.study import keep_first

    with _progress(quiet or json, what="") as progress:
        done = keep_first(
            study,
            runs,
            budget=budget,
            candidates=candidates,
            workers=workers,
            variants=not no_variants,
            progress=progress,
        )
    _show(json, done.to_dict, done.text)


@app.command()
def plan(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study file that has a plan.")],
    frontier: Annotated[
        bool, typer.Option("--frontier", help="Also the largest livelihood by import budget, and how soon.")
    ] = False,
    window: Annotated[
        int | None,
        typer.Option("--window", min=1, help="Also plan again each period, knowing only so many ahead."),
    ] = None,
    draws: Annotated[
        int, typer.Option("--draws", min=0, help="Also plan for so many draws of what is not known.")
    ] = 0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other draws.")] = 0,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes for draws; by default one per core.")
    ] = None,
    no_days: Annotated[
        bool, typer.Option("--no-days", help="Faster: do not live through the plan day by day.")
    ] = False,
    no_variants: Annotated[
        bool, typer.Option("--no-variants", help="Faster: do not plan under the other choices as well.")
    ] = False,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the action plan of a study, or say which policies clash and by how much (exit code 3)."""
    from autarky.planner import Asked, plan_study

    asked = Asked(frontier, window, draws, seed, days=not no_days, variants=not no_variants)
    with _progress(quiet or json, doing="planning", what="") as progress:
        done = plan_study(study, runs, asked=asked, workers=workers, progress=progress)
    _show(json, done.to_dict, done.text)
    if not done.is_feasible:
        raise typer.Exit(InfeasibleError.exit_code)


@app.command()
def firms(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A study that has firms, or a folder of firms and links.")
    ],
    cut: Annotated[
        list[str] | None,
        typer.Option(
            "--cut", metavar="PARTNER.PRODUCT[=SHARE]", help="A supplier abroad loses this share, or all."
        ),
    ] = None,
    close: Annotated[
        list[str] | None,
        typer.Option("--close", metavar="FIRM[=SHARE]", help="A firm loses this share of capacity, or all."),
    ] = None,
    why: Annotated[
        list[str] | None,
        typer.Option("--why", metavar="FIRM", help="Trace the shortage of this firm; may be repeated."),
    ] = None,
    top: Annotated[
        int | None, typer.Option("--top", min=1, help="Firms and suppliers abroad in the ranking.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--every", help="The failure of every firm, also of a network beyond 200,000.")
    ] = False,
    no_days: Annotated[
        bool, typer.Option("--no-days", help="Faster: rank and cut, without living through the days.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Threads or processes; by default one per core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="Scheduler of a Dask cluster to use.")
    ] = None,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Rank firms and suppliers abroad by what their failure costs, follow a cut firm by firm, and say why."""
    from autarky.firms import Asked, ask_firms

    asked = Asked(
        cut=_shares("--cut", cut or []),
        close=_shares("--close", close or []),
        why=tuple(why or ()),
        top=top,
        every=every,
        days=not no_days,
    )
    with _progress(quiet or json, doing="firms", what="") as progress:
        done = ask_firms(file, runs, asked=asked, workers=workers, cluster=cluster, progress=progress)
    _show(json, done.to_dict, done.text)


@app.command()
def attribute(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study file, or the name of one.")],
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="Losses count from this day on.")
    ] = None,
    draws: Annotated[
        int | None, typer.Option("--draws", min=1, help="Ranges over so many draws of what is uncertain.")
    ] = None,
    pairs: Annotated[
        int, typer.Option("--pairs", min=1, help="Pairs of orders tried where causes are more than six.")
    ] = 64,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Another seed, other orders.")] = 0,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; by default one for each core.")
    ] = None,
    runs: Runs = RUNS,
    to: To = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Share a study's loss out over the causes of its shocks (Shapley values). --to writes the page."""
    from autarky.inquiry import attribute_study

    _refuse_existing(to)
    with _progress(quiet or json, doing="sharing out", what="") as progress:
        found = attribute_study(
            study,
            runs,
            since=since,
            draws=draws,
            pairs=pairs,
            seed=seed,
            workers=workers,
            progress=progress,
        )
    _told(json, to, found)


@app.command()
def compare(
    what: Annotated[
        list[str], typer.Argument(metavar="STUDY|RUN…", help="A study that has alternatives, or 2 to 5 runs.")
    ],
    draws: Annotated[
        int, typer.Option("--draws", min=0, help="Of a study: so many draws, the same in every alternative.")
    ] = 0,
    seed: Annotated[
        int | None, typer.Option("--seed", min=0, help="Another seed, other draws; by default the study's.")
    ] = None,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Lay a study's alternatives, or runs, side by side: who loses what, what holds in all, what flips."""
    from autarky.comparer import compare_any

    with _progress(quiet or json, doing="comparing", what="") as progress:
        done = compare_any(what, runs, draws=draws, seed=seed, progress=progress)
    _show(json, done.to_dict, done.text)


@app.command()
def ensemble(
    study: Annotated[Path, typer.Argument(metavar="STUDY", help="A study file that says what is uncertain.")],
    draws: Annotated[int | None, typer.Option("--draws", min=1, help="Number of draws.")] = None,
    design: Annotated[str | None, typer.Option("--design", help="How the draws are spread.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Another seed, other draws.")] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; by default one for each core.")
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="Scheduler of a Dask cluster to use.")
    ] = None,
    precision: Annotated[
        str, typer.Option("--precision", help="float64, or float32: half the memory.")
    ] = "float64",
    keep_draws: Annotated[bool, typer.Option("--keep-draws", help="Keep every draw's days as well.")] = False,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Run many draws of a study and print the answer with its ranges. The same command resumes."""
    from autarky.study import run_draws

    with _progress_of_draws(quiet or json) as progress:
        done = run_draws(
            study,
            runs,
            draws=draws,
            design=design,
            seed=seed,
            precision=precision,
            workers=workers,
            cluster=cluster,
            keep_draws=keep_draws,
            progress=progress,
        )
    _show(json, done.to_dict, lambda: done.answer.text(report=str(done.report)))


@app.command()
def backtest(
    past: Annotated[str, typer.Argument(metavar="PAST", help="Study to calibrate on.")] = "sanctions-2017",
    future: Annotated[
        str, typer.Argument(metavar="FUTURE", help="Study to predict.")
    ] = "border-closure-2020",
    claims: Annotated[str, typer.Option("--claims", help="Claims with observed growth.")] = "north-korea",
    observed: Annotated[
        Path | None, typer.Option("--observed", help="CSV year,industry,growth_pct: scored besides.")
    ] = None,
    draws: Annotated[int, typer.Option("--draws", min=20, help="Draws of each study.")] = 200,
    permutations: Annotated[
        int, typer.Option("--permutations", min=0, help="Runs with import exposures permuted.")
    ] = 200,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Processes; by default one for each core.")
    ] = None,
    to: To = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Hold the model against what was observed, beside simple baselines. --to writes the page."""
    from autarky.inquiry import backtest_studies

    _refuse_existing(to)
    with _progress_of_draws(quiet or json) as progress:
        found = backtest_studies(
            past,
            future,
            evidence=claims,
            observed=observed,
            draws=draws,
            permutations=permutations,
            workers=workers,
            progress=progress,
        )
    _told(json, to, found)


@app.command()
def claims(
    sentences: Annotated[
        str, typer.Argument(metavar="SENTENCES", help="A file of sentences, or those of a country.")
    ] = "north-korea",
    study: Annotated[str, typer.Option("--study", help="Study whose runs they are held against.")] = (
        "border-closure-2020"
    ),
    claims: Annotated[str, typer.Option("--claims", help="Figures they are held against.")] = "north-korea",
    draws: Annotated[int, typer.Option("--draws", min=2, help="Draws of the study.")] = 100,
    partner: Annotated[str, typer.Option("--partner", help="Partner whose trade is cut alone.")] = "CHINA",
    least: Annotated[
        float, typer.Option("--least", min=0.5, max=1.0, help="Share of draws that makes a sentence hold.")
    ] = 0.9,
    to: To = None,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Hold each testable sentence of the sources against figures and runs. --to writes the page."""
    from autarky.inquiry import judge_sentences

    _refuse_existing(to)
    with _progress_of_draws(quiet or json) as progress:
        found = judge_sentences(
            sentences,
            study,
            evidence=claims,
            draws=draws,
            partner=partner,
            least=least,
            progress=progress,
        )
    _told(json, to, found)


@app.command()
def report(
    run: RunName,
    beside: Annotated[
        list[str] | None,
        typer.Option(
            "--with",
            metavar="OTHER",
            help="A plan, comparison, ensemble or run with lifelines of the same economy; again for more.",
        ),
    ] = None,
    to: To = None,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw the page of a run again, from its stored numbers."""
    from autarky.study import report_again

    found, page = report_again(run, runs, others=beside or ())
    target = to if to is not None else Path(f"{found.id}.html")
    _save(target, page.encode())
    _show(json, {"run": found.id, "report": str(target)}, str(target))


@app.command()
def export(
    run: RunName,
    format: Annotated[
        str | None, typer.Option("--format", help="netcdf, csv or xlsx; netcdf if left out, csv of a plan.")
    ] = None,
    figures: Annotated[
        bool, typer.Option("--figures", help="The pictures of the page as SVG (and PNG), in a folder.")
    ] = False,
    to: To = None,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Export the numbers of a run (netCDF, or one table per variable as CSV or XLSX), or its pictures."""
    from autarky.run_folder import export_figures, export_run, read_any

    found = read_any(run, runs)
    if figures and format is not None:
        raise InputError(Problem("--format", "says how to write numbers, not pictures", "leave it out"))
    target = export_figures(found, to) if figures else export_run(found, format, to)
    _show(json, {"run": run, "export": str(target)}, str(target))


@app.command()
def serve(
    folder: Annotated[
        Path, typer.Option("--folder", help="Where uploaded tables, studies and jobs are kept, in .autarky.")
    ] = Path(),
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Where on 127.0.0.1; 0: any that is free.")
    ] = 8765,
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Serve the workbench on this machine alone: studies, tables, runs and reports in a browser."""
    from autarky.workbench import serve as serve_workbench

    def told(link: str) -> None:
        _show(json, {"link": link}, f"workbench  {link}   (stop it with Ctrl-C)")
        sys.stdout.flush()

    serve_workbench(folder, runs, port=port, told=told)
    if not (quiet or json):
        print("stopped; what was waiting or running goes on at the next start", file=sys.stderr)


catalogued = typer.Typer(help="The run folders: list them, or make their catalogue anew.")
app.add_typer(catalogued, name="runs")


@catalogued.command("list")
def list_runs(runs: Runs = RUNS, json: Json = False, quiet: Quiet = False, debug: Debug = False) -> None:
    """List the run folders, the newest first, each with the first sentence of its answer."""
    from autarky.run_folder.catalogue import Catalogue, as_lines

    entries = Catalogue(runs).entries()
    _show(json, [vars(entry) for entry in entries], "\n".join(as_lines(entries)) or f"no runs in {runs}")


@catalogued.command()
def reindex(
    folder: Annotated[
        Path, typer.Option("--folder", help="Folder of the workbench: the catalogue lies in its .autarky.")
    ] = Path(),
    runs: Runs = RUNS,
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Make the workbench's catalogue anew from the run folders, which are the truth."""
    from autarky.run_folder.catalogue import BROKEN, Catalogue

    catalogue = Catalogue(runs, folder / ".autarky" / "catalogue.sqlite")
    entries = catalogue.reindex()
    broken = {entry.id: entry.headline for entry in entries if entry.kind == BROKEN}
    told = [
        f"{len(entries)} in the catalogue of {runs}",
        *(f"{name}: {what}" for name, what in broken.items()),
    ]
    _show(json, {"runs": len(entries), "broken": broken}, "\n".join(told))


@app.command()
def schema(
    of: Annotated[str, typer.Argument(metavar="OF", help="study, claims or recipe.")] = "study",
    json: Json = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Print the JSON Schema of a kind of file, for editors."""
    from autarky.schemas import schema_text

    print(schema_text(of), end="")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command; returns its exit code. The only place where errors are caught."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python must not complain again while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def _run(given: list[str]) -> int:
    is_json = "--json" in given
    problems: list[Problem]
    reason: BaseException
    try:
        code = int(app(given, prog_name="autarky", standalone_mode=False) or 0)
        if code == 130:
            raise KeyboardInterrupt  # which typer has turned into a number
        return code
    except SystemExit as error:
        raise BrokenPipeError from error  # the only reason for which typer leaves in this mode
    except (InputError, InfeasibleError) as error:
        problems, code, reason = list(error.problems), error.exit_code, error
    except StoppedError as error:
        problems, code, reason = [error.problem], error.exit_code, error
    except AutarkyError as error:
        problems, code, reason = [Problem("autarky", str(error), _DEBUG)], error.exit_code, error
    except TyperException as error:
        problems, code, reason = [_misused(error)], 2, error
    except (KeyboardInterrupt, typer.Abort) as error:
        problems, code, reason = [Problem("autarky", "interrupted", "nothing was written")], 130, error
    except BrokenPipeError:
        raise
    except Exception as error:
        what = f"internal error: {type(error).__name__}: {error}"
        problems, code, reason = [Problem("autarky", what, _DEBUG)], 4, error
    if "--debug" in given:
        traceback.print_exception(reason)
    if is_json:
        print(json.dumps({"error": [vars(problem) for problem in problems], "exit_code": code}, indent=2))
    else:
        for problem in problems:
            print(_printable(str(problem)), file=sys.stderr)
    return code


_DEBUG = "run again with --debug to see where, and report it"


def _misused(error: TyperException) -> Problem:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "autarky"
    what = error.format_message().rstrip(".")
    return Problem(command, what[:1].lower() + what[1:], f"see {command} --help")


def _options(given: list[str]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    for name, equals, _ in pairs:
        if not (name and equals):
            raise InputError(
                Problem("--option", f"{name!r} is not name=value", "write for instance year=2014")
            )
    return {name: value for name, _, value in pairs}


def _shares(option: str, given: list[str]) -> tuple[tuple[str, float], ...]:
    """Names with the share that each loses; all of it where there is no share."""
    found = []
    for one in given:
        name, _, share = one.rpartition("=") if "=" in one else (one, "", "1")
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if not name or not 0 < value <= 1:
            remedy = "write for instance ABROAD.334=0.5: half of it is lost; NAME=1 if NAME has '=' in it"
            raise InputError(Problem(option, f"{one!r} is not NAME or NAME=SHARE, a share up to 1", remedy))
        found.append((name, value))
    return tuple(found)


def _show(as_json: bool, value: Any, text: Any) -> None:
    """Prints one or the other; a function is called only if its value is wanted."""
    wanted = value if as_json else text
    wanted = wanted() if callable(wanted) else wanted
    print(json.dumps(wanted, indent=2, ensure_ascii=False) if as_json else wanted)


def _told(as_json: bool, to: Path | None, found: Any) -> None:
    """Prints what an inquiry found, and writes its page where one is asked for."""
    if to is not None:
        _save(to, found.page.encode())
    _show(as_json, found.to_dict(), found.text() + (f"\nreport  {to}" if to is not None else ""))


def _refuse_existing(path: Path | None) -> None:
    """Says so before a minute's work, not after it."""
    if path is not None and path.exists():
        raise InputError(Problem(str(path), "exists already", "choose another name"))


def _save(path: Path, content: bytes) -> None:
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError as error:
        raise InputError(Problem(str(path), "exists already", "choose another name")) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise InputError(
            Problem(str(path), f"cannot be written: {reason}", "choose another place")
        ) from error


def _printable(line: str) -> str:
    """Without control characters, which could move the cursor of a terminal."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in line)


@contextmanager
def _progress(
    is_quiet: bool, doing: str = "simulating", what: str = "days"
) -> Iterator[Callable[[str, int, int], None] | None]:
    """On stderr a bar of days for each simulation, if somebody is looking."""
    if is_quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn(doing + " {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn(what),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done)

        yield told


@contextmanager
def _progress_of_draws(is_quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """On stderr draws done, their rate and the time that remains: a bar if somebody looks, else ten lines."""
    if is_quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield _Milestones()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("simulating"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("draws {task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        pace = _Pace()
        task = bar.add_task("", total=None, rate="")

        def told(done: int, total: int) -> None:
            rate, _ = pace.learn(done, total)
            bar.update(task, completed=done, total=total, rate=f"· {rate:.1f} draws/s" if rate else "")

        yield told


class _Pace:
    """How fast draws are done since the first word."""

    def __init__(self) -> None:
        self.first: tuple[int, float] | None = None

    def learn(self, done: int, total: int) -> tuple[float, float]:
        """(draws per second, seconds that remain); 0 as long as nothing is known."""
        now = time.monotonic()
        self.first = self.first or (done, now)
        count, seconds = done - self.first[0], now - self.first[1]
        rate = count / seconds if count and seconds > 0 else 0.0
        return rate, (total - done) / rate if rate else 0.0


class _Milestones:
    """A line on stderr for each tenth of the draws."""

    def __init__(self) -> None:
        self.pace, self.tenths = _Pace(), -1

    def __call__(self, done: int, total: int) -> None:
        rate, left = self.pace.learn(done, total)
        if (tenths := 10 * done // total) > self.tenths:
            self.tenths = tenths
            about = f" · {rate:.1f} draws/s · {left:.0f} s remain" if rate else ""
            print(f"{done} of {total} draws{about}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
