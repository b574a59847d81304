"""Exporting feedback: no judgement is lost for another one, and no database is made up."""

import json
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from scamlint.api.export import to_document
from scamlint.api.feedback import Feedback, FeedbackStore

GOOD = {"kind": "missed", "label": "price_hype", "characters": 15}


def export(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "scamlint", "feedback", "export", *options]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feedback.sqlite"


def texts(done: subprocess.CompletedProcess[str]) -> set[str]:
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["text"] for line in done.stdout.splitlines()}


def test_a_text_full_of_parentheses_is_exported(file: Path) -> None:
    store = FeedbackStore(f"sqlite:///{file}")
    store.add({**GOOD, "text": "( " * 1_200 + "x"})
    store.add({**GOOD, "text": "it will go 100x"})
    store.close()
    assert texts(export("--database", f"sqlite:///{file}")) == {"( " * 1_200 + "x", "it will go 100x"}


def test_a_damaged_row_costs_no_other(file: Path) -> None:
    store = FeedbackStore(f"sqlite:///{file}")
    names = [store.add({**GOOD, "text": f"it will go {number}x"}) for number in range(6)]
    store.close()
    database = sqlite3.connect(file)
    for name, change in zip(
        names[:4],
        ("text = x'ff'", "text = cast(x'ff' AS text)", "created = 'yesterday'", "comment = x'ff'"),
        strict=True,
    ):
        database.execute(f"UPDATE feedback SET {change} WHERE id = ?", (name,))
    database.commit()
    database.close()
    done = export("--database", f"sqlite:///{file}")
    assert texts(done) >= {"it will go 4x", "it will go 5x"}
    assert done.stderr == "2 written; 4 have values that cannot be read.\n"


@pytest.mark.parametrize("name", ["sqlite:///{}/typo.sqlite", "sqlite:///file:{}/typo.sqlite?uri=true", "sqlite://"])
def test_a_database_that_does_not_exist_is_refused_and_not_made(name: str, tmp_path: Path) -> None:
    output = tmp_path / "out.jsonl"
    done = export("--database", name.format(tmp_path), "--output", str(output))
    assert done.returncode == 2
    assert "does not exist" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        (datetime(2025, 6, 1, 14, 30), "2025-06-01T14:30:00+00:00"),
        (datetime(2025, 6, 1, 14, 30, tzinfo=timezone.utc), "2025-06-01T14:30:00+00:00"),
        (datetime(2025, 6, 1, 14, 30, tzinfo=timezone(timedelta(hours=2))), "2025-06-01T12:30:00+00:00"),
    ],
)
def test_the_time_of_a_judgement_is_told_in_utc(stored: datetime, said: str) -> None:
    row = Feedback(
        id="1", created=stored, text="it will go 100x", **{k: GOOD[k] for k in ("kind", "label", "characters")}
    )
    assert to_document(row)["review"]["created"] == said
