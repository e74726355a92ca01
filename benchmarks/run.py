"""All benchmarks, in turn; prints what goes into RESULTS.md.

    python benchmarks/run.py [--quick] [--wiod PATH]

Timings are never tests. Each ratio compares two sides measured in turns in one process, each side then taken
at its better thread count.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def measure(
    table: str, threads: int, days: int, preset: str = "boario", alone: bool = False
) -> dict[str, Any]:
    """One child process of against_boario.py."""
    command = [sys.executable, str(HERE / "against_boario.py"), "--table", table, "--threads", str(threads)]
    command += ["--days", str(days), "--preset", preset, *(["--alone"] if alone else [])]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    print("#", done.stdout.strip(), flush=True)
    return dict(json.loads(done.stdout))


def best(table: str, days: int, preset: str, alone: bool = False) -> dict[str, float]:
    """Median milliseconds of each side at its better thread count."""
    runs = [measure(table, threads, days, preset, alone) for threads in (1, os.cpu_count() or 1)]
    sides = ("autarky", "bound") if alone else ("autarky", "bound", "boario")
    return {side: min(run[side]["median ms"] for run in runs) for side in sides}


def main() -> None:
    """Print the tables of RESULTS.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer days and smaller tables")
    shared = HERE.parent.parent / "shared" / "data" / "wiod2013" / "wiod2013_2011_41x35.csv.gz"
    parser.add_argument("--wiod", type=Path, default=shared, help="the WIOD 2013 world table of 2011")
    arguments = parser.parse_args()
    days = 40 if arguments.quick else 365
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    tables = [("synthetic:20x50", days)]
    if arguments.wiod.is_file():
        tables.append((str(arguments.wiod), days))
    if not arguments.quick:
        tables.append(("synthetic:80x50", days))
    print("\n| table | preset | BoARIO ms | autarky ms | bound ms | BoARIO / autarky | autarky / bound |")
    print("|---|---|---|---|---|---|---|")
    for table, length in tables:
        for preset in ("boario", "autarky"):
            ms = best(table, length, preset, alone=False)
            cells = [
                Path(table).name,
                preset,
                *(f"{ms[side]:.3g}" for side in ("boario", "autarky", "bound")),
            ]
            cells += [f"{ms['boario'] / ms['autarky']:.1f}", f"{ms['autarky'] / ms['bound']:.2f}"]
            print("| " + " | ".join(cells) + " |", flush=True)
    print("\n| n | autarky ms (preset boario) | bound ms |\n|---|---|---|")
    sizes = [(5, 50), (10, 50), (20, 50), (40, 50)] + ([] if arguments.quick else [(80, 50)])
    points = []
    for regions, sectors in sizes:
        ms = best(f"synthetic:{regions}x{sectors}", 60, "boario", alone=True)
        points.append((math.log(regions * sectors), math.log(ms["autarky"])))
        print(f"| {regions * sectors} | {ms['autarky']:.3g} | {ms['bound']:.3g} |", flush=True)
    mean_n = sum(n for n, _ in points) / len(points)
    mean_t = sum(t for _, t in points) / len(points)
    exponent = sum((n - mean_n) * (t - mean_t) for n, t in points) / sum((n - mean_n) ** 2 for n, _ in points)
    print(f"\nTime per step grows as n^{exponent:.2f} from n = {sizes[0][0] * 50} to {sizes[-1][0] * 50}.")


if __name__ == "__main__":
    main()
