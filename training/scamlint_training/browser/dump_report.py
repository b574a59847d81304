"""The report of a large dump, for the bench and for the pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path

from scamlint.batch import BatchOptions, run_batch
from scamlint_training.corpus import load_split

_FILES = 40
_CHARACTERS = 500


def write_dump_report(folder: Path, documents: int) -> Path:
    """Score a dump with the baseline and write its report.

    Args:
        folder: Where to write.
        documents: How many documents; beginnings of corpus documents, again and again, in files of equal size.

    Returns:
        The report, an HTML file.
    """
    (folder / "dump").mkdir()
    texts = cycle([document.text[:_CHARACTERS] for document in load_split("train")])
    for number in range(_FILES):
        share = range(number, documents, _FILES)
        posts = zip(share, islice(texts, len(share)), strict=True)
        lines = [json.dumps({"id": f"post-{row:06d}", "text": text}) for row, text in posts]
        (folder / "dump" / f"channel-{number:02d}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run_batch(BatchOptions((str(folder / "dump"),), str(folder / "results"), model="baseline"))
    report = folder / "report.html"
    command = [sys.executable, "-m", "scamlint", "report", str(folder / "results"), "--output", str(report)]
    subprocess.run([*command, "--title", "A dump of posts"], check=True, capture_output=True)
    return report
