import signal
import subprocess
import sys
from pathlib import Path

import pytest

# The generator of the dump is a script beside the tests; they import it by its name.
sys.path.insert(0, str(Path(__file__).parent))

from running import SCAMLINT


@pytest.fixture
def heeds_ctrl_c():
    """Tests that were started in the background ignore Ctrl-C, and so would the run that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def batch(tmp_path):
    """Run ``scamlint batch`` as a user does, and return the finished process."""

    def run(*arguments, stdin=None, expect=0):
        command = [*SCAMLINT, "batch", *map(str, arguments), "--model", "baseline", "--workers", "1"]
        done = subprocess.run(command, input=stdin, capture_output=True, cwd=tmp_path, timeout=600)
        assert done.returncode == expect, done.stderr.decode()
        return done

    return run
