"""The report in a real browser: it opens without complaint, fits a telephone, hostile labels stay text."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from autarky.dependence.measured import measured
from autarky.explanation import answer
from autarky.report import render, render_measures
from autarky.report.clash import render_clash
from autarky.report.plan import render_plan
from made_chains import chain, gate, tree
from made_lifelines import countdown, lifelines
from made_plans import made_clash, made_plan
from made_results import NATIONAL, national_result

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium or google-chrome on the PATH")

HOSTILE = "</script><img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"


def browse(path, folder, *arguments):
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        *arguments,
        path.as_uri(),
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)


@pytest.fixture(scope="module")
def hostile_page():
    result = national_result(labels={code: f"{HOSTILE}{code}" for code in NATIONAL})
    return render(
        result,
        answer(result),
        chains=[chain(tree(5), gate(0.1), name=HOSTILE)],
        lifelines=lifelines(20, name=HOSTILE),
        countdown=countdown(12, 8, name=HOSTILE),
    )


@pytest.fixture(scope="module")
def page_of_measures():
    codes = [f"{HOSTILE}{k}" for k in range(8)]
    about = {"name": HOSTILE, "long_name": HOSTILE, "units": "1", "formula": "(I − A)⁻¹" * 20, "source": "s"}
    wide, narrow = (
        measured([[0.5] * 8] * size, {"origin": codes[:size], "industry": codes}, **about, blind="b")
        for size in (8, 4)
    )
    return render_measures("Dependence", {"name": "Arcadia"}, ["ARC"], {"One": [wide], "Two": [narrow]})


@pytest.fixture(scope="module")
def page_of_plan():
    plan = made_plan(title=HOSTILE)
    hostile = [replace(step, name=f"{HOSTILE}{step.name}", why=HOSTILE) for step in plan.steps]
    return render_plan(replace(plan, steps=tuple(hostile)))


@pytest.fixture(scope="module")
def page_of_clash():
    return render_clash(made_clash(title=HOSTILE, policies=(HOSTILE, "import ceilings")))


@pytest.mark.parametrize("which", ["page_of_plan", "page_of_clash"])
def test_a_plan_opens_without_a_console_message_and_its_labels_do_not_run(which, request, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(request.getfixturevalue(which), encoding="utf-8")
    done = browse(path, tmp_path, "--dump-dom")
    assert "CONSOLE" not in done.stderr
    assert "<title>run</title>" not in done.stdout
    assert "<img" not in done.stdout and "<script" not in done.stdout
    assert "&lt;img src=x" in done.stdout


def test_the_page_opens_without_a_console_message_and_labels_do_not_run(hostile_page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(hostile_page, encoding="utf-8")
    done = browse(path, tmp_path, "--dump-dom")
    assert "CONSOLE" not in done.stderr
    assert re.search("<title>(.*?)</title>", done.stdout).group(1).startswith("Crude oil embargo")
    assert "<img" not in done.stdout and "<script" not in done.stdout
    assert "&lt;img src=x" in done.stdout


def test_the_policy_stops_what_would_be_injected(hostile_page, tmp_path):
    """The same page with a script and an image let in: the policy refuses both, and says so."""
    path = tmp_path / "report.html"
    injected = "<script>document.title='run'</script><img src='x.png' onerror=\"document.title='run'\">"
    path.write_text(hostile_page.replace("</main>", f"{injected}</main>"), encoding="utf-8")
    done = browse(path, tmp_path, "--dump-dom")
    assert "CONSOLE" in done.stderr and "Content Security Policy" in done.stderr
    assert "<title>run</title>" not in done.stdout


@pytest.mark.parametrize(
    ("which", "has_wide_tables"),
    [("hostile_page", True), ("page_of_measures", True), ("page_of_plan", True), ("page_of_clash", False)],
)
def test_the_page_fits_320_pixels_and_its_tables_scroll_in_their_own_boxes(
    which, has_wide_tables, request, tmp_path
):
    """Measured by a script in a copy without the policy: the page itself cannot run one."""
    written = request.getfixturevalue(which)
    measure = (
        "<script>document.documentElement.setAttribute('data-wide', document.documentElement.scrollWidth);"
        "document.documentElement.setAttribute('data-box', "
        "Math.max(...[...document.querySelectorAll('.scroll')].map(box => box.scrollWidth)))</script>"
    )
    copy = re.sub("<meta http-equiv[^>]*>", "", written).replace("<details>", "<details open>")
    (tmp_path / "page.html").write_text(copy.replace("</body>", f"{measure}</body>"), encoding="utf-8")
    # A headless window cannot be this narrow; a frame can.
    frame = tmp_path / "frame.html"
    frame.write_text(
        "<iframe src='page.html' width='320' height='900' onload=\"document.body.append('WIDE='"
        "+this.contentDocument.documentElement.dataset.wide+' BOX='"
        '+this.contentDocument.documentElement.dataset.box)"></iframe>',
        encoding="utf-8",
    )
    done = browse(frame, tmp_path, "--dump-dom", "--allow-file-access-from-files")
    wide, box = map(int, re.search(r"WIDE=(\d+) BOX=(\d+)", done.stdout).groups())
    assert wide <= 320
    assert (box > 320) == has_wide_tables


def test_the_page_prints_with_its_tables_open(tmp_path):
    path, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    result = national_result()
    text = render(result, answer(result))
    path.write_text(text, encoding="utf-8")
    browse(path, tmp_path, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    folded = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    path.write_text(re.sub("<details>.*?</details>", "", text, flags=re.S), encoding="utf-8")
    browse(path, tmp_path, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    assert folded > len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
