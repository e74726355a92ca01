"""The report of an ensemble in a real browser: it opens without complaint, and its pictures can be read."""

import dataclasses
import re

import pytest

from autarky.report import render_ensemble
from journeys.test_report_in_chromium import CHROMIUM, HOSTILE, browse
from made_ensembles import PARAMETERS, made_ensemble

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium or google-chrome on the PATH")


@pytest.fixture(scope="module")
def hostile_page():
    parameters = [{**row, "name": f"{HOSTILE}{k}", "sentence": HOSTILE} for k, row in enumerate(PARAMETERS)]
    result = made_ensemble(100, failed=(7,), error=HOSTILE, parameters=parameters)
    return render_ensemble(
        dataclasses.replace(result, labels={code: f"{HOSTILE}{code}" for code in result.labels})
    )


def test_the_page_opens_without_a_console_message_and_labels_do_not_run(hostile_page, tmp_path):
    path = tmp_path / "report.html"
    path.write_text(hostile_page, encoding="utf-8")
    done = browse(path, tmp_path, "--dump-dom")
    assert "CONSOLE" not in done.stderr
    assert re.search("<title>(.*?)</title>", done.stdout).group(1).startswith("No oil")
    assert "<img" not in done.stdout and "<script" not in done.stdout
    assert "&lt;img src=x" in done.stdout


def measured(page, script, folder, width=320):
    """What a script finds in a copy of the page, without its policy, in a frame so wide."""
    copy = re.sub("<meta http-equiv[^>]*>", "", page).replace("<details>", "<details open>")
    told = f"<script>document.documentElement.dataset.told = {script}</script>"
    (folder / "page.html").write_text(copy.replace("</body>", f"{told}</body>"), encoding="utf-8")
    frame = folder / "frame.html"
    frame.write_text(
        f"<iframe src='page.html' width='{width}' height='900' onload=\"document.body.append('TOLD='"
        "+this.contentDocument.documentElement.dataset.told+'=END')\"></iframe>",
        encoding="utf-8",
    )
    done = browse(frame, folder, "--dump-dom", "--allow-file-access-from-files")
    return re.search("</iframe>.*?TOLD=(.*?)=END", done.stdout, re.S).group(1)


def test_the_page_fits_320_pixels(hostile_page, tmp_path):
    assert int(measured(hostile_page, "document.documentElement.scrollWidth", tmp_path)) <= 320


def test_no_text_of_a_picture_leaves_it_and_no_two_texts_of_a_picture_meet(tmp_path):
    page = render_ensemble(made_ensemble(100))
    script = """(() => {
      const wrong = [];
      for (const svg of document.querySelectorAll('svg[role=img]')) {
        const box = svg.getBoundingClientRect();
        const texts = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
        texts.forEach(([words, a], i) => {
          const outside = a.left < box.left - 1 || a.right > box.right + 1 || a.bottom > box.bottom + 1;
          if (outside) wrong.push(words);
          for (const [other, b] of texts.slice(i + 1)) {
            const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
            const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
            if (wide > 1 && high > 3) wrong.push(words + ' on ' + other);
          }
        });
      }
      return wrong.join('; ');
    })()"""
    assert measured(page, script, tmp_path, 1000) == ""


def test_the_page_prints_with_its_tables_open(tmp_path):
    path, printed = tmp_path / "report.html", tmp_path / "report.pdf"
    text = render_ensemble(made_ensemble(100))
    path.write_text(text, encoding="utf-8")
    browse(path, tmp_path, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    folded = len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
    path.write_text(re.sub("<details>.*?</details>", "", text, flags=re.S), encoding="utf-8")
    browse(path, tmp_path, f"--print-to-pdf={printed}", "--no-pdf-header-footer")
    assert folded > len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes()))
