"""Figures as a user has them: exported from the command line, shown in a notebook, as on the page."""

from __future__ import annotations

import base64
import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autarky.cli import main
from autarky.errors import SourceError
from autarky.report.figures import figures_of
from autarky.run_folder import read_any
from autarky.study_file import packaged_study
from browser import browser, needs_chromium, watched
from hostile import MARKUP
from made_pages import PAGES

LOOKS = ("fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "text-anchor")
MARKS = "path, rect, circle, line, polyline, polygon, text"
STYLES = f"""picture => [...picture.querySelectorAll('{MARKS}')].map(one => {{
  const look = getComputedStyle(one);
  return [one.tagName, ...{list(LOOKS)}.map(name => look.getPropertyValue(name))];
}})"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run and a plan on disk."""
    here = tmp_path_factory.mktemp("figures")
    for command, study in (("run", "demo"), ("plan", "plan")):
        (here / f"{study}.yaml").write_bytes(packaged_study(study).read_bytes())
        assert main([command, str(here / f"{study}.yaml"), "--runs", str(here / "runs"), "--quiet"]) == 0
    return here


@pytest.fixture(scope="module")
def runs(folder: Path) -> list[Path]:
    return sorted((folder / "runs").glob("2*"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


def test_export_figures_writes_every_picture_of_the_page(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for run in runs:
        target = tmp_path / run.name
        assert main(["export", str(run), "--figures", "--to", str(target)]) == 0
        assert capsys.readouterr().out.strip() == str(target)
        names = re.findall(r'<title id="([^"]*)-title">', (run / "report.html").read_text(encoding="utf-8"))
        rows = list(csv.DictReader((target / "figures.csv").read_text(encoding="utf-8").splitlines()))
        assert [row["file"] for row in rows] == [f"{name}.{end}" for name in names for end in ("svg", "png")]
        assert {path.name for path in target.iterdir()} == {"figures.csv", *(row["file"] for row in rows)}
        assert all(row["title"] and row["finding"] for row in rows)
        assert all((target / f"{name}.png").read_bytes().startswith(b"\x89PNG") for name in names)


def test_export_figures_refuses_what_exists_and_a_format(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there").mkdir()
    for arguments, said in (
        (["--to", str(tmp_path / "there")], "exists already"),
        (["--to", str(tmp_path / "a"), "--format", "csv"], "not pictures"),
        (["--to", str(tmp_path / "no" / "a")], "cannot be written"),
    ):
        assert main(["export", str(runs[0]), "--figures", *arguments]) == 2
        told = capsys.readouterr().err
        assert said in told and told.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["there"]


def test_a_page_that_was_changed_gives_no_figures(runs: list[Path], tmp_path: Path) -> None:
    copy = tmp_path / "run"
    copy.mkdir()
    for path in runs[0].iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    assert read_any(copy).figures
    (copy / "report.html").write_text("<html><body></body></html>", encoding="utf-8")
    with pytest.raises(SourceError, match="was changed after it was written"):
        _ = read_any(copy).figures


@needs_chromium
def test_a_notebook_shows_runs_without_harm_to_itself(runs: list[Path], chromium: Browser) -> None:
    """Two cards and a figure in one page whose own style would spoil them, and which they could spoil."""
    shown = [read_any(run)._repr_html_() for run in runs]
    figure = next(iter(read_any(runs[0]).figures.values()))
    host = (
        "<style>.answer, .line { display: none } p.host { color: rgb(1, 2, 3) }</style><title>host</title>"
        f"<p class='host' id='when-map-title'>mine</p>{''.join(shown)}{figure._repr_html_()}"
    )
    with watched(chromium) as found:
        page = found.page()
        page.set_content(host)
        images = page.evaluate("[...document.images].map(one => [one.complete, one.naturalWidth, one.alt])")
        assert len(images) == 3
        assert all(complete and width > 300 and alt for complete, width, alt in images)
        assert page.evaluate("getComputedStyle(document.querySelector('.host')).color") == "rgb(1, 2, 3)"
        assert page.title() == "host"
        for run in runs:
            assert read_any(run).id in page.inner_text("body")
        assert page.evaluate("document.querySelectorAll('style, script, iframe').length") == 1


@needs_chromium
@pytest.mark.parametrize("kind", sorted(PAGES))
def test_marks_look_as_on_the_page_and_no_word_is_cut_off(kind: str, chromium: Browser) -> None:
    page_text = PAGES[kind]()
    with watched(chromium, 1600, color_scheme="light") as found:
        page, alone = found.page(), found.page()
        page.set_content(page_text.replace("<details>", "<details open>"))
        for name, figure in figures_of(page_text).items():
            on_page = page.query_selector(f"svg[aria-labelledby^='{name}-title']")
            assert on_page is not None
            alone.set_content(f"<body style='margin:0'>{figure.svg()}</body>")
            drawing = alone.query_selector("svg > g")
            assert drawing is not None
            given, drawn = on_page.evaluate(STYLES), drawing.evaluate(STYLES)
            assert drawn == given, name
            outside = alone.evaluate(
                """() => { const whole = document.querySelector('svg').getBoundingClientRect();
                  return [...document.querySelectorAll('text')].filter(one => {
                    const box = one.getBoundingClientRect();
                    return box.left < -1 || box.right > whole.right + 1 || box.bottom > whole.bottom + 1;
                  }).map(one => one.textContent); }"""
            )
            assert outside == [], name


@needs_chromium
def test_a_label_that_attacks_stays_a_label_in_a_file_of_its_own(chromium: Browser) -> None:
    with watched(chromium) as found:
        page = found.page()
        for label in MARKUP:
            figure = figures_of(PAGES["plan"](label))["gantt"]
            # A picture opened alone is a document that would run a script if it had one.
            page.goto(f"data:image/svg+xml;base64,{base64.b64encode(figure.svg().encode()).decode()}")
            assert page.evaluate("document.documentElement.tagName") == "svg"
            assert page.evaluate("document.querySelectorAll('script, a, image, iframe, style').length") == 0
            assert page.title() == figure.title
