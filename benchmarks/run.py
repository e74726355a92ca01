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


def measure(table: str, threads: int, days: int, **options: Any) -> dict[str, Any]:
    """One child process of against_boario.py."""
    command = [sys.executable, str(HERE / "against_boario.py"), "--table", table, "--threads", str(threads)]
    command += ["--days", str(days)]
    for name, value in options.items():
        command += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    print("#", done.stdout.strip(), flush=True)
    return dict(json.loads(done.stdout))


def best(table: str, days: int, **options: Any) -> dict[str, float]:
    """Median milliseconds per scenario and step of each side at its better thread count."""
    runs = [measure(table, threads, days, **options) for threads in (1, os.cpu_count() or 1)]
    sides = [side for side in ("autarky", "memory", "arithmetic", "boario") if side in runs[0]]
    return {side: min(run[side]["median ms"] for run in runs) for side in sides}


def exponent(points: list[tuple[float, float]]) -> float:
    """Slope of a straight line through the logarithms of the points."""
    logs = [(math.log(x), math.log(y)) for x, y in points]
    mean_x, mean_y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    over = sum((x - mean_x) * (y - mean_y) for x, y in logs)
    return over / sum((x - mean_x) ** 2 for x, _ in logs)


def against_boario(tables: list[tuple[str, int]]) -> None:
    """Ratios of time per scenario and step."""
    print("\n| table | preset | draws | precision | BoARIO ms | autarky ms | memory ms | arithmetic ms "
          "| BoARIO / autarky | autarky / bound |")  # fmt: skip
    print("|---" * 10 + "|")
    for table, days in tables:
        for preset in ("boario", "autarky"):
            for draws, precision in ((1, "float64"), (64, "float64"), (64, "float32")):
                ms = best(table, days, preset=preset, draws=draws, precision=precision)
                cells = [Path(table).name, preset, str(draws), precision]
                cells += [f"{ms[side]:.3g}" for side in ("boario", "autarky", "memory", "arithmetic")]
                bound = max(ms["memory"], ms["arithmetic"])
                cells += [f"{ms['boario'] / ms['autarky']:.0f}", f"{ms['autarky'] / bound:.1f}"]
                print("| " + " | ".join(cells) + " |", flush=True)


def growth(quick: bool) -> None:
    """How time per scenario and step grows with industries, flows and scenarios side by side."""
    regions = [5, 10, 20, 40] + ([] if quick else [80])
    with_n = [(r * 50.0, best(f"synthetic:{r}x50", 60, draws=64, alone=True)["autarky"]) for r in regions]
    with_flows = []
    for density in (0.05, 0.1, 0.3, 1.0):
        ms = [
            measure(f"synthetic:40x50@{density}", t, 60, draws=64, alone=True)
            for t in (1, os.cpu_count() or 1)
        ]
        with_flows.append((float(ms[0]["flows"]), min(run["autarky"]["median ms"] for run in ms)))
    with_k = [
        (float(k), best("synthetic:20x50", 60, draws=k, alone=True)["autarky"]) for k in (1, 8, 16, 64, 256)
    ]
    for name, points in (("industries", with_n), ("flows", with_flows), ("scenarios", with_k)):
        print(f"\n| {name} | ms per scenario and step |\n|---|---|")
        for x, y in points:
            print(f"| {x:,.0f} | {y:.3g} |")
        print(f"\nGrows as {name}^{exponent(points):.2f}.")


def main() -> None:
    """Print the tables of RESULTS.md."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="fewer days and smaller tables")
    shared = HERE.parent.parent / "shared" / "data" / "wiod2013" / "wiod2013_2011_41x35.csv.gz"
    parser.add_argument("--wiod", type=Path, default=shared, help="the WIOD 2013 world table of 2011")
    arguments = parser.parse_args()
    days = 40 if arguments.quick else 100
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    tables = [("synthetic:20x50", days)]
    if arguments.wiod.is_file():
        tables.append((str(arguments.wiod), days))
    if not arguments.quick:
        tables.append(("synthetic:80x50", 75))
    against_boario(tables)
    growth(arguments.quick)


if __name__ == "__main__":
    main()
