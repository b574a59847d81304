"""Feedback, on SQLite and on a real PostgreSQL server."""

import json
import os
import pwd
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from scamlint.api.feedback import Base, FeedbackStore
from scamlint.api.metrics import Metrics
from scamlint.api.settings import Settings
from scamlint.api.state import Service
from scamlint.errors import OptionError

_BINARIES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def _as_postgres() -> list[str]:
    """Return the prefix that runs a command as a user that PostgreSQL accepts; it refuses root."""
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Start a PostgreSQL server of our own; return its URL."""
    if not _BINARIES:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError:
            pytest.skip("PostgreSQL refuses to run as root and there is no user postgres")
    if shutil.which("setpriv") is None:
        pytest.skip("setpriv (util-linux) is not installed")
    binaries = _BINARIES[-1]
    folder = Path(tempfile.mkdtemp(prefix="scamlint-pg-"))
    folder.chmod(0o777)
    data = folder / "data"
    run = _as_postgres()
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*run, binaries / "initdb", "-D", data, "-U", "tester", "--auth=trust", "--no-sync"], **quiet)
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    subprocess.run([*run, binaries / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"], **quiet)
    yield f"postgresql://tester@/postgres?host={folder}"
    subprocess.run([*run, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop"], **quiet)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/feedback.sqlite"
    return request.getfixturevalue("postgres")


def export(database: str) -> tuple[list[dict], str]:
    done = subprocess.run(
        [sys.executable, "-m", "scamlint", "feedback", "export", "--database", database],
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def stored_before(database: str) -> int:
    """Make the database when there is none, and return how many documents it gives."""
    FeedbackStore(database).close()
    return len(export(database)[0])


def test_feedback_is_kept_and_exported_as_corpus_documents(start, database):
    known = stored_before(database)
    server = start("--feedback-database", database)
    given = [
        {
            "kind": "wrong_flag",
            "label": "guaranteed_return",
            "text": "guaranteed 2% 🚀",
            "before": "Nobody can promise a ",
            "after": " profit.\0",
            "store_text": True,
            "score": 0.9,
            "comment": "a warning",
            "model": {"name": "baseline", "version": "1"},
        },
        {"kind": "missed", "label": "price_hype", "text": " it will go 100x. ", "store_text": True},
        {
            "kind": "wrong_label",
            "label": "price_hype",
            "expected_label": "social_proof",
            "text": "all join",
            "store_text": True,
        },
        {"kind": "missed", "label": "price_hype", "text": "these words are private"},
    ]
    for body in given:
        reply = server.client.post("/v1/feedback", json=body)
        assert reply.status_code == 201, reply.text
        assert reply.json()["text_stored"] is body.get("store_text", False)
    server.stop()
    documents, said = export(database)
    documents = documents[known:]
    assert "1 have no stored text" in said
    assert [document["review"]["kind"] for document in documents] == ["wrong_flag", "missed", "wrong_label"]
    assert documents[0]["text"] == "Nobody can promise a guaranteed 2% 🚀 profit.\ufffd"
    assert documents[0]["spans"] == []
    marked = [[(d["text"][s["start"] : s["end"]], s["label"]) for s in d["spans"]] for d in documents[1:]]
    assert marked == [[("it will go 100x", "price_hype")], [("all join", "social_proof")]]
    assert "private" not in json.dumps(documents)
    assert set(documents[0]) >= {"id", "text", "spans", "genre", "stance", "family", "tags"}


@pytest.mark.parametrize(
    ("report", "pointer", "words"),
    [
        ({"kind": "missed", "text": "a"}, "#/label", "Say which label these words should carry."),
        ({"kind": "missed", "text": "a", "label": None}, "#/label", "Say which label"),
        ({"kind": "wrong_label", "text": "a", "label": "price_hype"}, "#/expected_label", "Say which label is right"),
        ({"kind": "wrong_label", "text": "a"}, "#/expected_label", "wrong_flag"),
        (
            {"kind": "wrong_label", "text": "a", "label": "price_hype", "expected_label": "price_hype"},
            "#/expected_label",
            "send another one",
        ),
        ({"kind": "wrong_flag", "text": "a", "expected_label": "price_hype"}, "#/expected_label", "leave it out"),
        (
            {"kind": "missed", "text": "a", "label": "price_hype", "expected_label": "price_hype"},
            "#/expected_label",
            "leave it out",
        ),
        ({"kind": "wrong_flag", "text": " \t\n\u2003"}, "#/text", "white space"),
        ({"kind": "missed", "text": "\u00a0", "label": "price_hype"}, "#/text", "white space"),
        ({"kind": "wrong_flag", "text": ""}, "#/text", "at least 1"),
        ({"kind": "wrong_flag", "text": "a" * 20_001}, "#/text", "at most 20000"),
    ],
)
def test_a_report_that_does_not_say_what_is_right_is_refused(server, report, pointer, words):
    reply = server.client.post("/v1/feedback", json=report)
    assert (reply.status_code, reply.json()["type"]) == (422, "urn:scamlint:problem:invalid-request"), reply.text
    assert reply.json()["errors"][0]["pointer"] == pointer
    assert words in reply.json()["detail"]


@pytest.mark.parametrize(
    "report",
    [
        {"kind": "wrong_flag", "text": "risk free", "label": "guaranteed_return", "score": 0.9, "store_text": False},
        {"kind": "wrong_label", "text": "risk free", "label": "guaranteed_return", "expected_label": "price_hype"},
        {
            "kind": "wrong_flag",
            "text": "a",
            "label": "guaranteed_return",
            "before": "",
            "after": "",
            "store_text": True,
        },
        {
            "kind": "missed",
            "text": "🚀",
            "label": "price_hype",
            "before": "",
            "after": " soon",
            "store_text": True,
            "model": {"name": "minilm", "version": "1"},
        },
    ],
)
def test_reports_in_the_form_of_the_page_and_the_extension_are_taken(server, report):
    assert server.client.post("/v1/feedback", json=report).status_code == 201


def test_what_earlier_versions_took_is_never_exported_as_a_document_without_spans(database):
    known = stored_before(database)
    store = FeedbackStore(database)
    for row in (
        {"kind": "missed", "text": "it will go 100x"},
        {"kind": "wrong_label", "text": "all join", "label": "price_hype"},
        {"kind": "wrong_label", "text": "all join", "label": "price_hype", "expected_label": "price_hype"},
        {"kind": "wrong_flag", "text": "all join", "label": "price_hype", "expected_label": "social_proof"},
        {"kind": "missed", "text": " \n ", "label": "price_hype", "before": "Words before it"},
        {"kind": "missed", "text": "🚀🚀", "label": "price_hype", "before": "to the moon "},
        {"kind": "wrong_flag", "text": " ", "label": "price_hype", "before": "Words before it"},
        {"kind": "wrong_flag", "text": "a fine sentence", "label": "price_hype"},
    ):
        store.add({"characters": len(row["text"]), **row})
    store.close()
    documents, said = export(database)
    assert [document["text"] for document in documents[known:]] == ["a fine sentence"]
    assert "4 have no label that is right" in said
    assert "3 have no letter or digit in the text" in said


def test_words_that_may_not_be_kept_are_nowhere_in_the_file(start, tmp_path):
    server = start()
    body = {"kind": "wrong_flag", "text": "zanzibarquokka", "before": "zanzibarquokka", "after": "zanzibarquokka"}
    assert server.client.post("/v1/feedback", json=body).status_code == 201
    server.stop()
    files = [path.read_bytes() for path in server.folder.rglob("*") if path.is_file()]
    assert files
    assert not any(b"zanzibarquokka" in content for content in files)


def test_the_migrations_make_what_the_models_say(database):
    store = FeedbackStore(database)
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()
    store.close()


def test_many_processes_may_open_a_new_database_at_once(database):
    def open_and_add(number: int) -> str:
        store = FeedbackStore(database)
        name = store.add({"kind": "missed", "characters": number})
        store.close()
        return name

    with ThreadPoolExecutor(8) as pool:
        names = set(pool.map(open_and_add, range(8)))
    store = FeedbackStore(database)
    assert names <= set(store.ids())
    store.close()


@pytest.mark.parametrize("url", ["nonsense", "oracle://a/b", "sqlite:////no/such/folder/a.sqlite", "mongodb://a"])
def test_a_wrong_database_is_refused_in_one_sentence(url):
    with pytest.raises(OptionError, match=r"database"):
        FeedbackStore(url)


def test_a_password_is_not_shown_in_errors():
    with pytest.raises(OptionError) as error:
        FeedbackStore("postgresql://anna:hunter2@127.0.0.1:9/none?connect_timeout=1")
    assert "hunter2" not in str(error.value)


def test_a_report_that_cannot_be_stored_now_is_told_when_to_come_back(start):
    server = start()
    with closing(sqlite3.connect(server.folder / "feedback.sqlite")) as connection:
        connection.execute("alter table feedback rename to elsewhere")
    reply = server.client.post("/v1/feedback", json={"kind": "wrong_flag", "text": "a"})
    assert (reply.status_code, reply.json()["type"]) == (503, "urn:scamlint:problem:unavailable")
    assert 1 <= int(reply.headers["retry-after"]) <= 60
    with closing(sqlite3.connect(server.folder / "feedback.sqlite")) as connection:
        connection.execute("alter table elsewhere rename to feedback")
    assert server.client.post("/v1/feedback", json={"kind": "wrong_flag", "text": "a"}).status_code == 201


def test_a_database_that_was_away_when_a_worker_started_is_opened_for_a_later_report(tmp_path):
    folder = tmp_path / "later"
    settings = Settings(feedback_database=f"sqlite:///{folder}/feedback.sqlite")
    service = Service(settings, Metrics())
    assert service.open_feedback() is None
    folder.mkdir()
    store = service.open_feedback()
    assert store is not None
    assert service.open_feedback() is store
    store.close()


def test_without_feedback_the_route_says_so_and_not_to_come_back(start):
    server = start("--no-feedback")
    reply = server.client.post("/v1/feedback", json={"kind": "wrong_flag", "text": "a"})
    assert (reply.status_code, reply.json()["type"]) == (503, "urn:scamlint:problem:unavailable")
    assert "retry-after" not in reply.headers
    assert server.scan(text="a")["characters"] == 1
