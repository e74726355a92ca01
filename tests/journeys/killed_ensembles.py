"""Runs an ensemble again and again in children that are killed (SIGKILL) at random moments, and watches.

As a program: ``killed_ensembles.py STUDY FOLDER KILLS SEED`` prints what it saw as JSON. A child is a copy of
this process, which has loaded and compiled everything already, so that the kills fall on the work.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from autarky.study import run_draws

LASTING = ("ensemble.nc", "plan.json", "report.html", "study.yaml")


def attempt(study: Path, runs: Path, seconds: float) -> bool:
    """Runs the ensemble in a child for so long; whether it had to be killed."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            run_draws(study, runs, workers=1)
            code = 0
        finally:
            os._exit(code)
    upto = time.monotonic() + seconds
    while time.monotonic() < upto:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            assert status == 0, f"the child ended with {status}"
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def blocks(runs: Path) -> dict[str, tuple[int, int]]:
    """Name → (inode, time of writing) of every block that is in place."""
    found = {path.name: path.stat() for path in runs.glob("ensemble-*/blocks/[0-9]*.nc")}
    return {name: (about.st_ino, about.st_mtime_ns) for name, about in found.items()}


def main(study: Path, folder: Path, kills: int, seed: int) -> None:
    """Kills until there have been enough kills, lets the last ensemble finish, and prints what was seen."""
    rng = random.Random(seed)
    run_draws(study, folder / "compiling", draws=1, workers=1)
    began = time.monotonic()
    undisturbed = run_draws(study, folder / "undisturbed", workers=1).path
    whole = time.monotonic() - began
    killed = finished = fullest = 0
    moments: dict[str, int] = {}
    wrong: list[str] = []
    while killed < kills or finished == 0:
        runs = folder / f"disturbed-{finished}"
        before: dict[str, tuple[int, int]] = {}
        # With all blocks there, it is given the time to end: kills should not all fall on the end.
        while attempt(
            study,
            runs,
            rng.uniform(0, (2.0 if 0 < len(before) == fullest else 0.7) * whole) if killed < kills else 60,
        ):
            killed += 1
            after = blocks(runs)
            fullest = max(fullest, len(after))
            is_whole = any(runs.glob("ensemble-*/manifest.json"))
            wrong += [
                f"{name} was made twice" for name in before if after.get(name, before[name]) != before[name]
            ]
            wrong += [f"{name} was lost" for name in before if name not in after and not is_whole]
            moment = "whole" if is_whole else f"{len(after):02d} blocks" if any(runs.glob("*")) else "nothing"
            moments[moment] = moments.get(moment, 0) + 1
            before = after
        (found,) = runs.iterdir()
        wrong += [
            f"{name} differs"
            for name in LASTING
            if (found / name).read_bytes() != (undisturbed / name).read_bytes()
        ]
        names = sorted(str(path.relative_to(found)) for path in found.rglob("*"))
        if names != sorted(path.name for path in undisturbed.iterdir()):
            wrong.append(f"left behind: {names}")
        finished += 1
    print(json.dumps({"killed": killed, "finished": finished, "moments": moments, "wrong": wrong}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
