"""One JSONL file in, one out: a row for each line, in order, whatever the line holds."""

import gzip
import json
import subprocess
import sys

import pytest

from scamlint import Detector

PITCH = "🚀 Earn guaranteed returns of 2% daily with zero risk. Invite friends and earn a 10% referral bonus."


def rows(path):
    return [json.loads(line) for line in path.read_bytes().decode("ascii").split("\n")[:-1]]


@pytest.fixture
def hostile_lines(tmp_path):
    path = tmp_path / "in.jsonl"
    big = PITCH + "\n" + "Nothing is promised here, day after day.\n" * 125_000
    lines = [
        json.dumps({"id": "good", "text": PITCH}).encode(),
        json.dumps({"id": "empty", "text": ""}).encode(),
        json.dumps({"id": "large", "text": big}).encode(),
        b'{"id": "latin", "text": "caf\xe9"}',
        b'{"id": "no text"}',
        b'{"id": "nul", "text": "a\\u0000b"}',
        b'{"id": "raw nul", "text": "a\x00b"}',
        b'{"id": "lone", "text": "\\ud83d Earn guaranteed returns of 2% daily"}',
        b'{"id": "broken", "text": "cut',
        b"[1]",
        b"",
        b'{"id": 7, "text": "The last line has no end."}',
    ]
    path.write_bytes(b"\n".join(lines))
    return path


def test_every_line_becomes_a_row_in_order_with_the_fields_and_scores_of_scan(batch, hostile_lines, tmp_path):
    done = batch("in.jsonl", "--output", "out.jsonl")
    found = rows(tmp_path / "out.jsonl")
    ids = ["good", "empty", "large", "latin", "no text", "nul", "raw nul", "lone"]
    assert [row["id"] for row in found] == [*ids, "in.jsonl:9", "in.jsonl:10", "in.jsonl:11", 7]
    failed = [row["id"] for row in found if row["error"] is not None]
    assert failed == ["latin", "no text", "in.jsonl:9", "in.jsonl:10", "in.jsonl:11"]
    assert b"12 documents in, 12 rows out" in done.stderr
    assert not (tmp_path / "out.jsonl.parts").exists()

    report = Detector.load("baseline").scan(PITCH)
    assert report.spans, "the example must have something to find"
    row = found[0]
    assert list(row) == ["id", "spans", "scores", "model", "error"]
    assert row["spans"] == [
        {"start": span.start, "end": span.end, "label": span.label, "score": round(span.score, 4)}
        for span in report.spans
    ]
    assert row["scores"] == report.to_dict()["scores"]
    assert row["model"] == str(report.model)


def test_strict_ends_with_status_3_when_a_line_is_bad(batch, tmp_path):
    (tmp_path / "good.jsonl").write_text('{"id": 1, "text": "Words."}\n')
    batch("good.jsonl", "--output", "out.jsonl", "--strict")
    (tmp_path / "bad.jsonl").write_text('{"id": 1, "text": "Words."}\n{')
    batch("bad.jsonl", "--output", "out.jsonl", "--overwrite")
    batch("bad.jsonl", "--output", "out.jsonl", "--overwrite", "--strict", expect=3)
    assert len(rows(tmp_path / "out.jsonl")) == 2


def test_a_line_over_the_limit_costs_its_own_row_only(batch, tmp_path):
    lines = [
        b"x" * 30_000,
        json.dumps({"id": "a", "text": "Words."}).encode(),
        b'{"id": "b", "text": "' + b"y" * 30_000,
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    batch("in.jsonl", "--output", "out.jsonl", "--max-bytes", "20000")
    found = rows(tmp_path / "out.jsonl")
    assert [(row["id"], bool(row["error"])) for row in found] == [
        ("in.jsonl:1", True),
        ("a", False),
        ("in.jsonl:3", True),
    ]


def test_a_long_line_in_another_encoding_is_one_row_too(batch, tmp_path):
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "' + b"\xe9" * 50 + b'"}\n{"text": "\xe9"}\n' + b"x" * 21)
    batch("in.jsonl", "--output", "out.jsonl", "--encoding", "latin-1", "--max-bytes", "20", "--rows", "full")
    assert [row["status"] for row in rows(tmp_path / "out.jsonl")] == ["too_large", "ok", "too_large"]


def test_numbers_that_json_does_not_have_become_null(batch, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "Words.", "rate": NaN, "more": [1.5, -Infinity]}\n')
    batch("in.jsonl", "-o", "out.jsonl", "--keep", "rate", "--keep", "more")
    assert "NaN" not in (tmp_path / "out.jsonl").read_text()
    (row,) = rows(tmp_path / "out.jsonl")
    assert (row["rate"], row["more"]) == (None, [1.5, None])


def test_standard_input_is_read_as_jsonl(batch, tmp_path):
    batch("-", "--output", "out.jsonl", stdin=b'{"id": "x", "text": "Words."}\n{')
    assert [row["id"] for row in rows(tmp_path / "out.jsonl")] == ["x", "stdin:2"]


def test_a_utf_16_file_is_read(batch, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": "é", "text": "Wörter."}\n' * 2, encoding="utf-16")
    batch("in.jsonl", "--output", "out.jsonl")
    assert [(row["id"], row["error"]) for row in rows(tmp_path / "out.jsonl")] == [("é", None)] * 2


def test_other_columns_can_be_named_and_kept(batch, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"key": 4, "body": "Words.", "tags": ["a"], "when": null}\n')
    batch(
        "in.jsonl", "-o", "out.jsonl", "--text-column", "body", "--id-column", "key", "--keep", "tags", "--keep", "when"
    )
    (row,) = rows(tmp_path / "out.jsonl")
    assert (row["id"], row["tags"], row["when"], row["error"]) == (4, ["a"], None, None)


def test_misuse_is_one_sentence_and_status_2(batch, tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "Words."}\n')
    for arguments, words in [
        (["missing.jsonl", "-o", "out.jsonl"], b"does not exist"),
        (["in.jsonl", "-o", "out.jsonl", "--keep", "score", "--keep", "score"], b"named twice"),
        (["in.jsonl", "-o", "out.jsonl", "--keep", "spans"], b"cannot be kept"),
        (["in.jsonl", "-o", "out.jsonl", "--label", "nonsense"], b"no label"),
        (["in.jsonl", "-o", "out.jsonl", "--encoding", "utf9"], b"no encoding 'utf9'"),
        (["in.jsonl", "-o", "out.jsonl", "--encoding", "base64"], b"no encoding 'base64'"),
        (["in.jsonl", "-o", "out.csv", "--rows", "short"], b"JSONL only"),
        (["-", "-o", "out.jsonl", "--resume"], b"second time"),
        (["in.jsonl", "-o", "out.jsonl", "--threshold", "price_hype"], b"as in price_hype:0.8"),
        (["in.jsonl", "-o", "out.jsonl", "--threshold", "nonsense:x"], b"as in guaranteed_return:0.8"),
    ]:
        done = batch(*arguments, expect=2)
        assert words in done.stderr
        assert b"Traceback" not in done.stderr


def test_rows_are_short_when_one_jsonl_file_goes_in_and_one_comes_out(batch, tmp_path):
    line = b'{"id": 1, "text": "Words."}\n'
    (tmp_path / "in.jsonl").write_bytes(line)
    (tmp_path / "in.jsonl.gz").write_bytes(gzip.compress(line))
    (tmp_path / "in.csv").write_text("id,text\n1,Words.\n")
    short = {"id", "spans", "scores", "model", "error"}
    for inputs, is_short in [
        (["in.jsonl"], True),
        (["in.jsonl.gz"], True),
        (["in.jsonl", "in.jsonl.gz"], False),
        (["*.jsonl"], False),
        (["in.csv"], False),
    ]:
        batch(*inputs, "--output", "out/rows.jsonl", "--overwrite")
        assert [set(row) == short for row in rows(tmp_path / "out/rows.jsonl")] == [is_short] * len(inputs)


def test_plain_jsonl_needs_no_extra(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"id": 1, "text": "Words."}\nbad\n')
    code = (
        "import sys\n"
        "class Missing:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in ('pyarrow', 'fsspec', 'resiliparse', 'pypdfium2', 'docx', 'warcio'):\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Missing())\n"
        "from scamlint.batch import BatchOptions, run_batch\n"
        "if __name__ == '__main__':\n"
        "    print(run_batch(BatchOptions(('in.jsonl',), 'out.jsonl', model='baseline', workers=1)).rows)\n"
        "    run_batch(BatchOptions(('in.jsonl',), 'out', model='baseline', workers=1))\n"
    )
    (tmp_path / "main.py").write_text(code)
    done = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, timeout=600)
    assert done.stdout.strip() == b"2"
    assert b"pip install 'scamlint[files]'" in done.stderr
    (tmp_path / "main.py").write_text(
        code.replace("'out.jsonl'", "'url.jsonl'").replace("'in.jsonl'", "'s3://a/b.jsonl'")
    )
    done = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, timeout=600)
    said = done.stderr.decode().splitlines()[-1]
    assert said.endswith("Reading a URL needs fsspec: run pip install 'scamlint[files]'.")
    assert "The reader" not in done.stderr.decode()
