"""Stopping, dying, recovering, logging."""

import os
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

CANARY = "zanzibarquokka"


def post(url: str, text: str) -> int:
    return httpx.post(url + "/v1/scan", json={"text": text}, timeout=120, trust_env=False, verify=False).status_code


def workers_of(server) -> set[int]:
    """Return the ids of the server processes that live."""
    found = set()
    for child in psutil.Process(server.process.pid).children():
        try:
            if child.status() != psutil.STATUS_ZOMBIE and "resource_tracker" not in " ".join(child.cmdline()):
                found.add(child.pid)
        except psutil.Error:
            continue
    return found


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stop_signal_loses_nothing_that_was_accepted(start, pitch, workers):
    # Pages of promises, which the transformer reads word by word: none is done before all six are in.
    page = f"{pitch}\n" * 250
    server = start("--cache-bytes", "0", "--queue-time", "600", "--workers", workers, "--model", "minilm")
    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(post, server.url, f"{number} {page}") for number in range(6)]
        end = time.monotonic() + 30
        # All six are in (the seventh asks for the metrics), and some of them wait.
        while server.metric("scamlint_requests_in_progress") < 7 or server.metric("scamlint_queue_documents") < 2:
            assert time.monotonic() < end
            time.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        assert [job.result() for job in jobs] == [200] * 6
    assert server.process.wait(30) in (0, -signal.SIGTERM)
    with pytest.raises(httpx.ConnectError):
        post(server.url, "too late")


def test_a_killed_worker_is_replaced_and_the_service_goes_on(start):
    server = start("--workers", "2")
    failed: list[Exception] = []
    answered = 0
    stopping = threading.Event()
    lock = threading.Lock()

    def client(number: int) -> None:
        nonlocal answered
        count = 0
        while not stopping.is_set():
            count += 1
            try:
                if post(server.url, f"Client {number} asks for the time {count}.") == 200:
                    with lock:
                        answered += 1
            except httpx.TransportError as error:
                failed.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(1.0)
        before = workers_of(server)
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        end = time.monotonic() + 60
        while len(workers_of(server) - before) < 1:
            assert time.monotonic() < end
            time.sleep(0.1)
        time.sleep(1.0)
    finally:
        stopping.set()
        for thread in threads:
            thread.join()
    assert answered > 50
    assert len(failed) <= 4, "at most one request of each client was with the killed worker"
    assert post(server.url, "And on it goes.") == 200
    assert server.metric("scamlint_requests_total") >= answered


def test_logs_and_metrics_never_hold_words_keys_or_addresses_of_pages(start, tmp_path, pitch):
    server = start("--log-level", "debug")
    key = f"secret{CANARY}"
    headers = {
        "Authorization": f"Bearer {key}",
        "X-Request-ID": f"{CANARY} not an id",
        "Content-Type": "application/json",
    }
    text = f"{pitch} {CANARY} {'a' * 10}"
    client = server.client
    client.post("/v1/scan", json={"text": text, "explain": True}, headers=headers)
    client.post("/v1/scan", json={"segments": [{"id": CANARY, "text": text}]}, headers=headers)
    client.post("/v1/scan/batch", json={"documents": [{"id": CANARY, "text": text}, {CANARY: 1}]}, headers=headers)
    client.post("/v1/feedback", json={"kind": "wrong_flag", "text": CANARY, "comment": CANARY, "store_text": True})
    for body in (
        f'{{"text": "{CANARY}',
        f'{{"{CANARY}": 1}}',
        f'{{"text": "a", "labels": ["{CANARY}"]}}',
        f'"{CANARY}"',
    ):
        client.post("/v1/scan", content=body, headers=headers)
    client.get(f"/{CANARY}", params={"q": CANARY})
    client.get("/v1/scan", params={"text": CANARY})
    client.request(CANARY.upper(), "/v1/scan")
    handshake = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    client.get(f"/{CANARY}", headers=handshake | {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="})
    metrics = client.get("/metrics").text
    server.stop()
    assert "/v1/scan/batch" in server.text()
    assert CANARY not in server.text().lower()
    assert CANARY not in metrics.lower()


def test_every_reply_carries_an_id_and_safe_headers(server):
    given = server.client.get("/healthz", headers={"X-Request-ID": "abc-1"})
    assert given.headers["x-request-id"] == "abc-1"
    made = server.client.get("/healthz", headers={"X-Request-ID": "a b\tc"}).headers["x-request-id"]
    assert re.fullmatch(r"[0-9a-f]{32}", made)
    assert given.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in given.headers["content-security-policy"]
    page = server.client.get("/")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("options", "origin", "allowed"),
    [
        ((), "chrome-extension://" + "a" * 32, True),
        ((), "moz-extension://6b2e0e4c-0d9a-4a57-8d2f-1d5f0c0b8f11", True),
        ((), "https://example.org", False),
        ((), "https://chrome-extension.example.org", False),
        (("--cors-origins", "https://example.org,https://*.example.net"), "https://example.org", True),
        (("--cors-origins", "https://example.org,https://*.example.net"), "https://a.example.net", True),
        (("--cors-origins", "https://example.org,https://*.example.net"), "https://example.org.evil.com", False),
        (("--cors-origins", "https://example.org,https://*.example.net"), "https://exampleXorg", False),
    ],
)
def test_browsers_may_call_from_allowed_origins_only(options, origin, allowed):
    import re

    from scamlint.api.origins import origin_pattern
    from scamlint.api.settings import Settings

    given = {"cors_origins": options[1]} if options else {}
    assert bool(re.fullmatch(origin_pattern(Settings(**given).cors_origins), origin)) is allowed


def test_an_extension_may_read_replies_and_errors(server):
    origin = {"Origin": "chrome-extension://" + "a" * 32}
    asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    assert server.client.options("/v1/scan", headers=asked).headers["access-control-allow-origin"] == origin["Origin"]
    for body in ({"text": "a"}, {"text": 1}):
        reply = server.client.post("/v1/scan", json=body, headers=origin)
        assert reply.headers["access-control-allow-origin"] == origin["Origin"]
    other = server.client.post("/v1/scan", json={"text": "a"}, headers={"Origin": "https://example.org"})
    assert "access-control-allow-origin" not in other.headers
