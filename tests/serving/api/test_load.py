"""Many at once: shared runs, a bounded queue, no starving, no work for those who left."""

import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest


def post(server, **body):
    return httpx.post(server.url + "/v1/scan", json=body, timeout=120, trust_env=False, verify=False)


def wait_until(condition, seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("model", ["baseline", "minilm"])
def test_concurrent_requests_get_the_answers_of_single_ones(start, pitch, model):
    server = start("--cache-bytes", "0", "--model", model)
    texts = [f"Number {number}. " + pitch * (number % 3) for number in range(40)]

    def answer(reply):
        assert reply["timings"]["cached"] is False
        return reply["spans"], reply["scores"], reply["level"]

    alone = [answer(server.scan(text=text)) for text in texts]
    with ThreadPoolExecutor(16) as pool:
        together = list(pool.map(lambda text: answer(post(server, text=text).json()), texts))
    documents = [{"id": number, "text": text} for number, text in enumerate(texts)]
    batch = server.client.post("/v1/scan/batch", json={"documents": documents}).json()["results"]
    assert len({result["timings"]["model_ms"] for result in batch}) < len(texts), "they shared no run"
    assert together == alone
    assert [answer(result) for result in batch] == alone


def test_small_requests_are_answered_while_huge_ones_run(start, huge):
    server = start("--cache-bytes", "0")
    finished: list[str] = []

    def ask(name: str, text: str) -> int:
        status = post(server, text=text).status_code
        finished.append(name)
        return status

    with ThreadPoolExecutor(8) as pool:
        large = [pool.submit(ask, "huge", str(number) + huge) for number in range(2)]
        wait_until(lambda: server.client.get("/healthz").status_code == 200)
        time.sleep(0.3)
        small = [pool.submit(ask, "small", f"Only {number} words here.") for number in range(5)]
        assert {job.result() for job in [*large, *small]} == {200}
    assert finished[-1] == "huge"
    assert finished.index("huge") >= 5


def test_a_batch_of_many_documents_lets_single_requests_in_between(start, huge):
    server = start("--cache-bytes", "0", "--max-batch-documents", "500", "--queue-time", "60")
    documents = [{"id": number, "text": f"{number}{huge[:5_000]}"} for number in range(150)]
    order: list[str] = []

    def batch() -> None:
        reply = httpx.post(
            server.url + "/v1/scan/batch", json={"documents": documents}, timeout=120, trust_env=False, verify=False
        )
        assert [row["id"] for row in reply.json()["results"]] == list(range(150))
        order.append("batch")

    worker = threading.Thread(target=batch)
    worker.start()
    wait_until(lambda: server.metric("scamlint_queue_documents") > 10)
    assert post(server, text="One quick question.").status_code == 200
    order.append("single")
    worker.join()
    assert order == ["single", "batch"]


def test_a_full_queue_says_when_to_come_back(start, huge):
    server = start("--queue-documents", "1", "--cache-bytes", "0")
    with ThreadPoolExecutor(12) as pool:
        replies = list(pool.map(lambda number: post(server, text=f"{number}{huge[:100_000]}"), range(12)))
    accepted = [reply for reply in replies if reply.status_code == 200]
    refused = [reply for reply in replies if reply.status_code == 429]
    assert len(accepted) + len(refused) == 12
    assert accepted
    assert refused
    for reply in refused:
        assert reply.json()["type"] == "urn:scamlint:problem:overloaded"
        assert int(reply.headers["retry-after"]) >= 1
    assert server.metric("scamlint_rejections_total") == len(refused)
    assert post(server, text="Later there is room again.").status_code == 200


def test_work_of_clients_that_left_is_dropped(start, huge):
    server = start("--cache-bytes", "0", "--queue-time", "600")
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(post, server, text="0" + huge)
        time.sleep(0.2)
        gone = []
        for number in range(1, 6):
            body = json.dumps({"text": f"{number}{huge}"}).encode()
            connection = socket.create_connection(("127.0.0.1", server.port))
            head = "POST /v1/scan HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            gone.append(connection)
        wait_until(lambda: server.metric("scamlint_queue_documents") == 5)
        for connection in gone:
            connection.close()
        assert first.result().status_code == 200
        wait_until(lambda: server.metric("scamlint_queue_documents") == 0)
    assert post(server, text="Next, please.").status_code == 200
    assert server.metric("scamlint_document_characters_count") == 2
    wait_until(lambda: server.text().count('"status": 499') == 5)


def test_work_beyond_the_time_limit_is_given_up(start, huge):
    server = start("--time-limit", "0.05", "--cache-bytes", "0")
    reply = post(server, text=huge)
    assert reply.status_code == 504
    assert reply.json()["type"] == "urn:scamlint:problem:time-limit"
    wait_until(lambda: post(server, text="Short ones fit.").status_code == 200)


def test_limits_are_those_announced(start):
    server = start("--max-characters", "100", "--max-segments", "2", "--max-batch-documents", "2")
    limits = server.client.get("/v1/info").json()["limits"]
    assert (limits["characters"], limits["segments"], limits["batch_documents"]) == (100, 2, 2)
    assert post(server, text="🚀" * 100).status_code == 200
    assert post(server, text="🚀" * 101).json()["limit"] == 100
    segments = [{"id": str(number), "text": "a"} for number in range(3)]
    assert post(server, segments=segments).status_code == 413
    documents = [{"id": "a", "text": "a" * 101}, {"id": "b", "text": "fine"}]
    rows = server.client.post("/v1/scan/batch", json={"documents": documents}).json()["results"]
    assert rows[0]["error"]["type"] == "urn:scamlint:problem:too-large"
    assert rows[1]["characters"] == 4
    assert server.client.post("/v1/scan/batch", json={"documents": [*documents, {}]}).status_code == 413
