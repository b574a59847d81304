"""What a line of JSON costs that a worker does not survive: its own row, and the run ends."""

import json
import pickle
import sys

import pytest
from running import Deadly, read_rows

from scamlint.batch.guard import GuardedWorker, PackedChunk
from scamlint.batch.options import BatchOptions
from scamlint.batch.pool import Task, blame
from scamlint.batch.records import Position, Record
from scamlint.errors import ScamlintError

OPTIONS = BatchOptions(("in.jsonl",), "out.jsonl", model="baseline", rows="full")


@pytest.mark.parametrize("place", [0, 2])
def test_a_line_that_kills_the_worker_costs_its_own_row_only(place):
    lines = [b'{"text": "Words."}'] * 4
    lines[place] = Deadly(lines[place])
    records = [Record(number, "in.jsonl", "json", line) for number, line in enumerate(lines)]
    encoded = GuardedWorker(OPTIONS).score(PackedChunk(4, pickle.dumps(records, protocol=5)))
    rows = [json.loads(line) for line in encoded.payload.splitlines()]
    assert [(row["id"], row["status"]) for row in rows] == [
        (number, "crashed" if number == place else "ok") for number in range(4)
    ]


def test_workers_that_die_at_a_record_which_is_left_out_already_end_the_run():
    task = Task(0, Position(0, 0), 4, "", 0, b"")
    left_out = []
    for _ in range(6):
        blame(task, 1, False, 30.0)
        left_out.append(len(task.failed))
    assert left_out == [0, 1, 1, 1, 1, 4]
    with pytest.raises(ScamlintError, match="even on rows without a document"):
        blame(task, 1, False, 30.0)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is enforced on Linux")
def test_a_line_that_needs_more_memory_than_it_may_costs_its_own_row_only(batch, tmp_path):
    large = '{"id": "a", "text": "Words.", "more": [' + "[]," * 3_000_000 + "[]]}"
    (tmp_path / "in.jsonl").write_text(large + '\n{"id": "b", "text": "Words."}\n')
    batch("in.jsonl", "--output", "out.jsonl", "--rows", "full", "--memory", "64")
    found = [(row["id"], row["status"]) for row in read_rows(tmp_path / "out.jsonl")]
    assert found == [("in.jsonl:1", "memory"), ("b", "ok")]
