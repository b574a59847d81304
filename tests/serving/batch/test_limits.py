"""Limits: a busy or stopped machine makes no document late."""

import os
import signal
import subprocess
import sys
import time

import pytest

from scamlint.batch.limits import CPU_LIMIT_EXIT, waits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="states of processes are read from /proc")


def state_becomes(pid, expected):
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if waits(pid) == expected:
            return True
        time.sleep(0.05)
    return False


def test_a_process_that_computes_or_is_stopped_does_not_count_as_waiting():
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    asleep = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        assert state_becomes(busy.pid, False)
        assert state_becomes(asleep.pid, True)
        os.kill(asleep.pid, signal.SIGSTOP)
        assert state_becomes(asleep.pid, False)
    finally:
        for process in (busy, asleep):
            process.kill()
            process.wait()


def test_the_kernel_ends_a_process_at_its_limit_of_processor_time():
    code = "from scamlint.batch.limits import arm_cpu_limit\narm_cpu_limit(0.2)\nwhile True: pass"
    assert subprocess.run([sys.executable, "-c", code], timeout=120).returncode == CPU_LIMIT_EXIT
