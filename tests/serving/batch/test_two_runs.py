"""No second run writes where one is at work, and a manifest that two runs wrote is not believed."""

import json
import os
import signal
import subprocess

import pytest
from running import SCAMLINT, read_rows, wait_for_parts
from soak import LIMITS, start

from scamlint.batch.manifest import MANIFEST_FILE

WORDS = "Earn guaranteed returns of 2% daily with zero risk."


@pytest.mark.parametrize(("name", "again"), [("out", "--resume"), ("out.jsonl", "--resume"), ("out", "--overwrite")])
def test_a_second_run_on_one_output_is_refused_while_the_first_is_alive(tmp_path, name, again):
    documents, output = tmp_path / "in.jsonl", tmp_path / name
    documents.write_text("".join(f'{{"id": "{n}", "text": "{WORDS}"}}\n' for n in range(1_500)))
    folder = tmp_path / "out.jsonl.parts" if name == "out.jsonl" else output
    first = start(documents, output, "--part-rows", "100", "--workers", "1")
    wait_for_parts(folder, 1, first)
    first.send_signal(signal.SIGSTOP)  # it waits until the second one has had its chance
    try:
        command = [*SCAMLINT, "batch", documents, "--output", output, *LIMITS, "--workers", "1", again]
        second = subprocess.run(command, capture_output=True, timeout=300)
    finally:
        first.send_signal(signal.SIGCONT)
    assert second.returncode == 2
    assert f"Another run is writing {output} right now".encode() in second.stderr
    assert b"Traceback" not in second.stderr
    _, said = first.communicate(timeout=300)
    assert first.returncode == 0, said.decode()
    assert [row["id"] for row in read_rows(output)] == [str(n) for n in range(1_500)]
    assert not list(tmp_path.rglob(".lock")), "nothing is left of the lock"


def test_a_manifest_that_names_a_part_twice_is_refused(batch, tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "a", "text": WORDS}))
    batch("in.jsonl", "--output", "out")
    manifest = tmp_path / "out" / MANIFEST_FILE
    run, part, end = manifest.read_bytes().splitlines(keepends=True)
    manifest.write_bytes(run + part + part + end)
    said = batch("in.jsonl", "--output", "out", "--resume", expect=2).stderr
    assert b"names part-00000.parquet twice; use --overwrite" in said
    assert sorted(os.listdir(tmp_path / "out")) == [MANIFEST_FILE, "part-00000.parquet"]
    batch("in.jsonl", "--output", "out", "--overwrite")
