"""The Ray engine on a real cluster of several nodes gives the rows of the local engine, also when a process dies."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from running import SCAMLINT, read_rows

pytest.importorskip("ray", reason="Ray is not installed: pip install 'scamlint[ray]'")

PITCH = "Earn guaranteed returns of 2% daily with zero risk. Invite friends and earn a 10% referral bonus."


def in_order(rows):
    return sorted(rows, key=lambda row: (row["source"], row["id"]))


@pytest.mark.slow
def test_a_cluster_with_a_killed_process_gives_the_rows_of_the_local_engine(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for part in range(4):
        lines = [json.dumps({"id": f"{part}-{n}", "text": f"{PITCH} Number {n}. " * 8}) for n in range(300)]
        (folder / f"{part}.jsonl").write_text("\n".join([*lines, "broken"]))
    (folder / "page.html").write_text(f"<p>{PITCH}</p>")
    (folder / "cut.pdf").write_bytes(b"%PDF-1.4 cut")
    script = Path(__file__).parent / "ray_cluster.py"
    done = subprocess.run([sys.executable, script, folder, tmp_path / "ray"], capture_output=True, timeout=900)
    assert done.returncode == 0, done.stderr.decode()[-3_000:]
    assert b"nodes=3 killed=1 documents=1206 rows=1206" in done.stdout
    limits = ["--model", "baseline", "--timeout", "5", "--memory", "512"]
    command = [*SCAMLINT, "batch", str(folder), "--output", str(tmp_path / "local"), *limits]
    subprocess.run(command, check=True, capture_output=True, timeout=900)
    assert in_order(read_rows(tmp_path / "ray")) == in_order(read_rows(tmp_path / "local"))
