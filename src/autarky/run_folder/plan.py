"""Plan folders: what planning leaves on disk, the plan or the proof that there is none, and reading it again.

``runs/<id>/{manifest.json, study.yaml, plan.json, report.html, run.log.jsonl}``. Manifest and log alone hold
clock times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from autarky.explanation import action_plan
from autarky.explanation.answer import json_ready
from autarky.explanation.stored import restored
from autarky.report.clash import render_clash
from autarky.report.plan import render_plan
from autarky.results.plan import Clash, PlanResult
from autarky.run_folder.folder import (
    LOG,
    REPORT,
    STUDY,
    Kept,
    find_folder,
    json_bytes,
    log_lines,
    read_manifest,
    save_folder,
)

FORMAT = "autarky plan 1"
PLAN = "plan.json"


@dataclass(frozen=True)
class PlanRun(Kept):
    """A plan on disk, or why there is none."""

    @property
    def is_feasible(self) -> bool:
        """Whether there is a plan."""
        return bool(self.manifest["ended"]["outcome"] == "PLANNED")

    @cached_property
    def found(self) -> PlanResult | Clash:
        """The plan, or the policies that clash.

        Raises
        ------
        SourceError
            If ``plan.json`` is not what was written.
        """
        told = json.loads(self.as_written(PLAN, "planning", "plan the study again"))
        return restored(PlanResult, told) if self.is_feasible else restored(Clash, told)

    def page(self) -> str:
        """The page, drawn from what is stored."""
        return page_of(self.found, self.manifest["inputs"])

    def text(self) -> str:
        """What is printed."""
        found = self.found
        told = action_plan.clash_text(found) if isinstance(found, Clash) else action_plan.text(found)
        return f"{told}\nreport  {self.report}"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values: where the plan lies, and all of it."""
        return {
            "run": self.id,
            "path": str(self.path),
            "report": str(self.report),
            "feasible": self.is_feasible,
            "plan" if self.is_feasible else "clash": json_ready(self.found, infinity=True),
        }


def save_plan(
    runs: Path,
    *,
    title: str,
    study: bytes,
    found: PlanResult | Clash,
    inputs: Mapping[str, Any],
    versions: Mapping[str, str],
    log: Sequence[Mapping[str, Any]],
    seconds: float,
) -> PlanRun:
    """Writes a plan folder into ``runs`` and returns it; on any error or interruption nothing is left.

    Raises
    ------
    InputError
        If the folder cannot be written.
    """
    feasible = isinstance(found, PlanResult)
    said = action_plan.clash_sentences(found) if isinstance(found, Clash) else action_plan.sentences(found)
    contents = {
        STUDY: study,
        PLAN: json_bytes(json_ready(found, infinity=True)),
        REPORT: page_of(found, inputs).encode(),
        LOG: log_lines(log),
    }
    told = {
        "headline": said[0],
        "ended": {
            "outcome": "PLANNED" if feasible else "INFEASIBLE",
            "meaning": "there is a plan" if feasible else "policies clash: there is no plan",
        },
        "inputs": dict(inputs),
        "versions": dict(versions),
    }
    return PlanRun(*save_folder(runs, title, FORMAT, PLAN, contents, told, seconds))


def page_of(found: PlanResult | Clash, inputs: Mapping[str, Any]) -> str:
    """The page of a plan, or of why there is none; ``inputs`` as in the manifest."""
    told = {"command": inputs["command"], "digests": inputs["digests"]}
    return render_clash(found, **told) if isinstance(found, Clash) else render_plan(found, **told)


def read_plan(run: str | Path, runs: str | Path = "runs") -> PlanRun:
    """The plan in a folder, given by its path or by its id in ``runs``.

    Raises
    ------
    SourceError
        If the folder is not a plan that autarky wrote.
    """
    path = find_folder(run, runs)
    return PlanRun(path, read_manifest(path, FORMAT))
