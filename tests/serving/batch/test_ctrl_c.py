"""What a run that was stopped leaves behind, and what it says about going on."""

import os
import signal
import subprocess
import time

import pytest
from running import SCAMLINT

from scamlint.batch.options import BatchOptions
from scamlint.cli.batch import how_to_go_on

LINE = b'{"id": "a", "text": "Words."}\n'


@pytest.fixture
def start(tmp_path):
    """Start a run over standard input, with a folder of its own for temporary files."""
    (tmp_path / "tmp").mkdir()
    processes = []

    def run(*more, **how):
        command = [*SCAMLINT, "batch", "-", "--output", "out.jsonl", "--model", "baseline", "--workers", "1", *more]
        environment = os.environ | {"TMPDIR": str(tmp_path / "tmp")}
        pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
        processes.append(subprocess.Popen(command, cwd=tmp_path, env=environment, **pipes, **how))
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_while_standard_input_comes_leaves_none_of_it_and_says_how_to_start_anew(start, tmp_path):
    process = start()
    process.stdin.write(LINE * 10_000)
    process.stdin.flush()
    deadline = time.monotonic() + 300
    while not any(path.stat().st_size for path in tmp_path.glob("tmp/*/stdin")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert list((tmp_path / "tmp").iterdir()) == []
    words = "A run over standard input cannot go on; run the same command with --overwrite to start anew."
    assert said.decode().splitlines()[-1] == f"scamlint: stopped. {words}"
    _, said = start("--overwrite").communicate(LINE, timeout=300)
    assert b"1 documents in, 1 rows out" in said
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_full_disk_leaves_nothing_of_standard_input(start, tmp_path):
    resource = pytest.importorskip("resource", reason="Windows has no limit on the size of files")

    def small_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    process = start(preexec_fn=small_files)
    _, said = process.communicate(LINE * 10_000, timeout=300)
    assert process.returncode == 70
    assert b"File too large" in said
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("engine", "options", "advice"),
    [
        ("local", {}, "Run the same command with --resume to go on."),
        ("local", {"resume": True}, "Run the same command again to go on."),
        ("local", {"overwrite": True}, "Run the same command with --resume in place of --overwrite to go on."),
        ("ray", {}, "A run on Ray cannot go on; run the same command with --overwrite to start anew."),
        ("ray", {"overwrite": True}, "A run on Ray cannot go on; run the same command again to start anew."),
    ],
)
def test_after_ctrl_c_the_advice_fits_the_command(engine, options, advice):
    assert how_to_go_on(BatchOptions(("in",), "out", **options), engine) == advice
