"""Helpers of the batch tests."""

import json
import os
import signal
import sys
import time
from pathlib import Path

import psutil
import pytest

from scamlint.batch.manifest import MANIFEST_FILE

SCAMLINT = [sys.executable, "-m", "scamlint"]


class Deadly(bytes):
    """A line of JSON that ends the process which parses it, as a fault in native code does."""

    def strip(self, *_):
        os.kill(os.getpid(), signal.SIGKILL)


def read_rows(path):
    """Return the rows of a JSONL result, or of a folder of Parquet parts."""
    if Path(path).is_dir():
        from pyarrow import dataset

        return dataset.dataset(str(path), format="parquet").to_table().to_pylist()
    return [json.loads(line) for line in Path(path).read_text().splitlines()]


def wait_for_parts(output, count, process):
    """Wait until a run has finished so many parts."""
    manifest = output / MANIFEST_FILE
    while process.poll() is None:
        if manifest.exists() and manifest.read_bytes().count(b'"part"') >= count:
            return
        time.sleep(0.02)
    pytest.fail("the run ended before it could be stopped")


def children_of(process, count=1):
    """Wait until a run has so many readers and workers; return their process ids. A run starts its reader first."""
    while process.poll() is None:
        found = [child.pid for child in psutil.Process(process.pid).children() if _is_child(child)]
        if len(found) >= count:
            return sorted(found)
        time.sleep(0.005)
    pytest.fail("the run ended before its children could be found")


def _is_child(process):
    try:
        return "spawn_main" in " ".join(process.cmdline())
    except psutil.Error:
        return False
