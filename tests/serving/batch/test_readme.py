"""The batch page says what is so, and its examples run."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import scamlint.batch
from scamlint.batch.options import COLUMNS
from scamlint.batch.records import STATUSES

PAGE = (Path(scamlint.batch.__file__).parent / "README.md").read_text(encoding="utf-8")


def example(heading, number=0):
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return re.findall(r"```python\n(.*?)```", section, re.DOTALL)[number]


def test_every_column_and_status_is_described():
    statuses = PAGE.split("<!-- statuses -->\n")[1].split("<!-- end -->")[0]
    assert statuses == "".join(f"| `{name}` | {meaning} |\n" for name, meaning in STATUSES.items())
    for column in COLUMNS:
        assert f"`{column}`" in PAGE


def test_every_option_on_the_page_exists():
    said = subprocess.run(
        [sys.executable, "-m", "scamlint", "batch", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for option in set(re.findall(r"`(--[a-z-]+)", PAGE)):
        assert option in said


def test_the_python_example_runs():
    scope = {}
    exec(compile(example("Python"), "README.md", "exec"), scope)
    assert scope["rows"].column("status").to_pylist() == ["ok"]


def test_the_example_of_run_batch_runs_as_a_script(tmp_path):
    (tmp_path / "dump.jsonl").write_text('{"id": 1, "text": "Words."}\n')
    (tmp_path / "main.py").write_text(example("Python", 1))
    done = subprocess.run([sys.executable, "main.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3_000:]
    assert done.stdout.split() == ["1", "0"]
    assert (tmp_path / "results/part-00000.parquet").is_file()


@pytest.mark.slow
def test_the_spark_example_runs_in_local_mode(tmp_path):
    pytest.importorskip("pyspark", reason="PySpark is not installed; it is no dependency of the project")
    if shutil.which("java") is None:
        pytest.skip("Spark needs Java")
    script = tmp_path / "example.py"
    script.write_text(example("Spark") + "\nprint(len(rows), sum(bool(row.spans) for row in rows), rows[0].status)\n")
    environment = os.environ | {"PYSPARK_PYTHON": sys.executable}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=600, env=environment)
    assert done.returncode == 0, done.stderr[-3_000:]
    assert done.stdout.strip().splitlines()[-1] == "8 8 ok"
