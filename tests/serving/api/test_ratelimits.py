"""Rate limits: what a client is told, and where requests are counted."""

import importlib.util
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from limits import parse_many

from scamlint.api.ratelimits import check_storage, in_words
from scamlint.errors import OptionError


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", port)) == 0


class Redis:
    """A Redis server of our own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)]
        self._process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        end = time.monotonic() + 30
        while not listens(self.port):
            assert time.monotonic() < end, "Redis did not start"
            time.sleep(0.05)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed (Debian: apt-get install redis-server)")
    running = Redis(tmp_path)
    yield running
    running.stop()


CLIENTS = [
    pytest.param(
        scheme,
        marks=pytest.mark.skipif(
            importlib.util.find_spec(client) is None,
            reason=f"{client} is not installed (pip install 'limits[{extra}]')",
        ),
    )
    for scheme, client, extra in (
        ("async+redis", "coredis", "async-redis"),
        ("async+valkey", "valkey", "async-valkey"),
    )
]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("4/5 minutes", "4 requests per 5 minutes"),
        ("600/minute", "600 requests per minute"),
        ("1 per hour", "1 request per hour"),
        ("1/2 days", "1 request per 2 days"),
    ],
)
def test_a_limit_is_said_as_it_was_set(written, said):
    assert in_words(parse_many(written)[0]) == said


def test_a_client_is_told_the_limit_that_it_met(start):
    server = start("--rate-limit-address", "4/5 minutes")
    replies = [server.client.get("/v1/labels") for _ in range(5)]
    assert [reply.status_code for reply in replies] == [200] * 4 + [429]
    assert "4 requests per 5 minutes for each address" in replies[-1].json()["detail"]
    assert 60 < int(replies[-1].headers["retry-after"]) <= 300


@pytest.mark.parametrize(
    ("storage", "words"),
    [
        ("foo://x", "async+redis://127.0.0.1:6379"),
        ("memory://", "async+memory://"),
        ("redis://anna:hunter2@127.0.0.1", "async+redis://127.0.0.1:6379"),
        ("", "async+memory://"),
        ("nonsense", "async+memory://"),
        ("async+foo://anna:hunter2@x", "async+foo://x"),
        ("async+memcached://127.0.0.1:11211", "cannot be used"),
    ],
)
def test_a_storage_that_cannot_be_used_is_refused_in_one_sentence(storage, words):
    with pytest.raises(OptionError) as error:
        check_storage(storage)
    assert words in str(error.value)
    assert "hunter2" not in str(error.value)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("scheme", "client", "extra"),
    [
        ("async+redis", "coredis", "async-redis"),
        ("async+rediss", "coredis", "async-redis"),
        ("async+valkey", "valkey", "async-valkey"),
        ("async+mongodb", "motor", "async-mongodb"),
    ],
)
def test_a_missing_package_is_named_with_the_command_that_installs_it(scheme, client, extra):
    if importlib.util.find_spec(client) is not None:
        pytest.skip(f"{client} is installed")
    with pytest.raises(OptionError, match="needs a package") as error:
        check_storage(f"{scheme}://anna:hunter2@127.0.0.1:6379")
    assert f"pip install 'limits[{extra}]'" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("storage", ["foo://x", "memory://", "async+mongodb://x"])
def test_the_server_does_not_start_with_a_storage_that_cannot_be_used(tmp_path, storage, workers):
    options = [
        "--port",
        "0",
        "--workers",
        workers,
        "--rate-limit-address",
        "60/minute",
        "--rate-limit-storage",
        storage,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "scamlint", "serve", *options],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "SCAMLINT_MODEL": "baseline"},
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("scamlint: The rate-limit storage ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("scheme", CLIENTS)
def test_servers_that_share_a_storage_count_together(start, redis, scheme):
    options = ("--rate-limit-address", "6/minute", "--rate-limit-storage", f"{scheme}://127.0.0.1:{redis.port}")
    servers = [start("--workers", "2", *options), start(*options)]
    statuses = [server.client.get("/v1/labels").status_code for server in servers * 4]
    assert statuses == [200] * 6 + [429] * 2


@pytest.mark.parametrize("scheme", CLIENTS)
def test_a_storage_that_stops_is_said_and_taken_up_again(start, redis, scheme):
    storage = f"{scheme}://127.0.0.1:{redis.port}"
    server = start("--rate-limit-address", "600/minute", "--rate-limit-storage", storage)
    assert server.client.get("/v1/labels").status_code == 200
    redis.stop()
    reply = server.client.get("/v1/labels")
    assert (reply.status_code, reply.json()["type"]) == (503, "urn:scamlint:problem:unavailable")
    assert int(reply.headers["retry-after"]) >= 1
    assert server.client.get("/healthz").status_code == 200
    with pytest.raises(OptionError, match="does not answer"):
        check_storage(storage)
    redis.start()
    end = time.monotonic() + 30
    while server.client.get("/v1/labels").status_code != 200:
        assert time.monotonic() < end, "the storage is not taken up again"
        time.sleep(0.1)
