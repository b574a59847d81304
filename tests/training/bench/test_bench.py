import json

import pytest

from scamlint_training.bench import Options, Row
from scamlint_training.bench.__main__ import Part, as_page, machine, part_names, run, write
from scamlint_training.bench.browser import longest_stretch
from scamlint_training.bench.material import mostly_clean_documents, page_of
from scamlint_training.corpus import load_split


@pytest.mark.parametrize(
    ("value", "goal", "met"),
    [(0.9, ">= 0.8", True), (0.7, ">= 0.8", False), (0.5, "<= 0.6", True), (0.7, "<= 0.6", False), (1.0, "", None)],
)
def test_a_missed_goal_is_seen(value, goal, met):
    assert Row("x", value, "s", goal).met is met


def test_a_goal_that_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="A goal reads"):
        _ = Row("x", 1.0, "s", "fast").met


def test_every_part_can_be_run():
    assert {"latency", "throughput"} <= set(part_names())
    assert "material" not in part_names()


def test_a_partial_run_keeps_the_figures_of_other_parts(tmp_path):
    here = machine()
    write({"a": Part("baseline", here | {"processor": "a slow one"}, [Row("one", 1.0, "s")])}, tmp_path)
    write({"b": Part("minilm", here, [Row("two", 9.0, "s", "<= 3")])}, tmp_path)
    stored = json.loads((tmp_path / "bench.json").read_text())
    assert set(stored["parts"]) == {"a", "b"}
    assert stored["parts"]["b"]["rows"][0]["met"] is False
    assert "**no**" in as_page(stored)
    assert "a slow one" in as_page(stored), "a figure stays with the machine that it was measured on"
    assert as_page(stored) == (tmp_path / "bench.md").read_text()


def test_the_baseline_is_measured_in_characters_a_second():
    rows = run(["throughput"], Options("baseline", quick=True))["throughput"].rows
    assert rows[0].unit == "characters/s"
    assert rows[0].value > 1000


def test_the_page_has_the_stated_length_and_the_dump_is_mostly_clean():
    assert len(page_of(5000)) == 5000
    held_out = [*load_split("dev"), *load_split("test")]
    flagged = {document.text for document in held_out if document.spans}
    dump = mostly_clean_documents(200_000)
    assert set(dump) <= {document.text for document in held_out}
    assert 0 < sum(text in flagged for text in dump) / len(dump) < 0.06


def test_the_longest_stretch_of_a_script_spans_collections_but_not_pauses():
    def frame(name, url=""):
        return {"functionName": name, "url": url}

    profile = {
        "nodes": [
            {"id": 1, "callFrame": frame("(root)"), "children": [2, 3, 4, 6]},
            {"id": 2, "callFrame": frame("(idle)")},
            {"id": 3, "callFrame": frame("(garbage collector)")},
            {"id": 4, "callFrame": frame("read", "chrome-extension://a/reader.js"), "children": [5]},
            {"id": 5, "callFrame": frame("createTreeWalker")},
            {"id": 6, "callFrame": frame("render", "https://example.com/app.js")},
        ],
        "samples": [2, 4, 5, 3, 4, 2, 4, 5, 6, 6, 6, 6],
        "timeDeltas": [1000] * 12,
    }
    assert longest_stretch(profile, "chrome-extension://") == 4.0
    assert longest_stretch(profile, "https://") == 4.0
    assert longest_stretch(profile, "https://elsewhere") == 0.0
