import json
import re

import pytest

from scamlint_training.corpus import load_split
from scamlint_training.corpus.documents import REPOSITORY
from scamlint_training.evaluate.__main__ import REPORTS, evaluate, systems_for, write_report
from scamlint_training.evaluate.page import END, START, page, readme_block, with_block
from scamlint_training.evaluate.systems import DetectorSystem, KeywordSystem


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    documents = load_split("dev")
    systems = [KeywordSystem(), DetectorSystem("baseline", "baseline")]
    write_report(evaluate(systems, documents[:40], "dev", ["A note."]), folder)
    return folder


def test_the_report_has_figures_a_page_and_plots(folder):
    results = json.loads((folder / "results.json").read_text())
    assert list(results["systems"]) == ["keyword list", "baseline"]
    assert results["documents"] == 40
    text = (folder / "README.md").read_text()
    for figure in re.findall(r"\]\((\w+\.png)\)", text):
        assert (folder / figure).read_bytes().startswith(b"\x89PNG")
    assert "A note." in text
    assert f"{results['systems']['baseline']['spans']['labels']['core']['f1']:.3f}" in text


def test_the_page_follows_from_the_stored_figures_alone(folder):
    results = json.loads((folder / "results.json").read_text())
    plots = re.findall(r"\]\((\w+\.png)\)", (folder / "README.md").read_text())
    assert page(results, plots) == (folder / "README.md").read_text()


def test_an_absent_float_model_is_said_not_hidden(folder):
    systems, notes = systems_for("baseline", None)
    assert len(systems) == 3
    assert any("No transformer was measured" in note for note in notes)


def test_the_table_replaces_only_what_stands_between_the_markers():
    readme = f"before\n{START}\nold\n{END}\nafter\n"
    assert with_block(readme, "new") == f"before\n{START}\nnew\n{END}\nafter\n"
    with pytest.raises(ValueError, match="lacks the markers"):
        with_block("no markers", "new")


def test_readme_shows_the_figures_of_the_reports():
    results = json.loads((REPORTS / "results.json").read_text(encoding="utf-8"))
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    assert readme_block(results) == readme.split(START)[1].split(END)[0].strip("\n")
    assert results["split"] == "test"
