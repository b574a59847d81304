"""Helpers of the batch tests."""

import json
import sys
from pathlib import Path

SCAMLINT = [sys.executable, "-m", "scamlint"]


def read_rows(path):
    """Return the rows of a JSONL result, or of a folder of Parquet parts."""
    if Path(path).is_dir():
        from pyarrow import dataset

        return dataset.dataset(str(path), format="parquet").to_table().to_pylist()
    return [json.loads(line) for line in Path(path).read_text().splitlines()]
