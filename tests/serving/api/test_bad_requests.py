"""Bodies that are wrong in every way: a right 4xx each time, and the server stays up."""

import gzip
import json
import random
import socket
import time

import psutil
import pytest

PROBLEM = "application/problem+json"


def send(server, content: bytes, path: str = "/v1/scan", **headers: str):
    return server.client.post(path, content=content, headers={"Content-Type": "application/json", **headers})


def assert_problem(reply, status: int, slug: str) -> dict:
    assert (reply.status_code, reply.headers["content-type"]) == (status, PROBLEM), reply.text
    problem = reply.json()
    assert problem["type"] == "urn:scamlint:problem:" + slug
    assert problem["status"] == status
    assert problem["request_id"] == reply.headers["x-request-id"]
    return problem


@pytest.mark.parametrize(
    ("content", "status", "slug"),
    [
        (b"", 422, "invalid-request"),
        (b"{", 400, "malformed-json"),
        (b"\xff\xfe", 400, "malformed-json"),
        (b'{"text": "a", "thresholds": {"price_hype": NaN}}', 400, "malformed-json"),
        (b'{"text": "a", "thresholds": {"price_hype": -Infinity}}', 400, "malformed-json"),
        (b'{"text": "a", "thresholds": {"price_hype": 1e999}}', 422, "invalid-request"),
        (b'{"text": "a", "thresholds": {"price_hype": ' + b"9" * 6000 + b"}}", 400, "malformed-json"),
        (b'{"text": "a", "thresholds": {"price_hype": 1.5}}', 422, "invalid-request"),
        (b'{"text": "a", "thresholds": {"nonsense": 0.5}}', 422, "invalid-request"),
        (b'{"text": "a", "labels": ["nonsense"]}', 422, "invalid-request"),
        (b'{"text": "a", "offset_unit": "bytes"}', 422, "invalid-request"),
        (b'{"text": "a", "no_such_field": 1}', 422, "invalid-request"),
        (b'{"text": "a", "segments": [{"id": "1", "text": "a"}]}', 422, "invalid-request"),
        (b'{"segments": []}', 422, "invalid-request"),
        (b'{"segments": [{"id": true, "text": "a"}]}', 422, "invalid-request"),
        (b'{"text": "\\ud83d"}', 422, "invalid-request"),
        (b'{"text": null}', 422, "invalid-request"),
        (b'{"text": ["a"]}', 422, "invalid-request"),
        (b'["text"]', 422, "invalid-request"),
        (b"[" * 200_000, 400, "malformed-json"),
        (b'{"text":' * 50_000 + b"1" + b"}" * 50_000, 400, "malformed-json"),
        (b'{"text": "' + b"a" * 1_000_001 + b'"}', 413, "too-large"),
    ],
)
def test_a_wrong_body_is_refused_with_its_reason(server, content, status, slug):
    assert_problem(send(server, content), status, slug)


def test_a_lone_surrogate_is_explained(server):
    problem = assert_problem(send(server, b'{"text": "a\\ud83d b"}'), 422, "invalid-request")
    assert "toWellFormed" in problem["detail"]
    assert problem["errors"][0]["pointer"] == "#/text"


FIELDS = {f"zanzibar{number}": 1 for number in range(100_000)}
WORDS = list(FIELDS)


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"text": "a", **FIELDS}, "#", "It has 100001 fields, this server takes 100."),
        ({"segments": [FIELDS]}, "#/segments/0", "It has 100000 fields, this server takes 100."),
        ({"segments": [1] * 20_000}, "#/segments/0", "It must be an object."),
        ({"text": "a", "thresholds": FIELDS}, "#/thresholds", "It has 100000 fields, this server takes 100."),
        ({"text": "a", "labels": WORDS}, "#/labels/0", "There is no such label; the labels are "),
        ({"text": "a", "labels": ["price_hype"] * 100_000}, "#/labels", "Its length must be at most 100."),
    ],
)
def test_a_body_that_is_wrong_in_very_many_places_is_refused_with_the_first(server, body, pointer, words):
    reply = send(server, json.dumps(body).encode())
    (error,) = assert_problem(reply, 422, "invalid-request")["errors"]
    assert error["pointer"] == pointer
    assert error["detail"].startswith(words)
    assert "zanzibar" not in reply.text


def test_a_document_of_a_batch_with_very_many_fields_gets_one_error(server):
    documents = [{"id": "a", "text": "a", **FIELDS}, {"id": "b", "text": "fine"}]
    rows = server.client.post("/v1/scan/batch", json={"documents": documents}).json()["results"]
    assert rows[0]["error"]["errors"] == [
        {"pointer": "#/documents/0", "detail": "It has 100002 fields, this server takes 100."}
    ]
    assert rows[1]["characters"] == 4


def test_no_more_than_twenty_errors_are_listed(server):
    body = {"text": 1, **dict.fromkeys(WORDS[:90], 1)}
    assert len(assert_problem(send(server, json.dumps(body).encode()), 422, "invalid-request")["errors"]) == 20


def test_a_document_of_too_many_segments_is_told_the_limit_whatever_they_are(server):
    problem = assert_problem(send(server, json.dumps({"segments": [1] * 200_000}).encode()), 413, "too-large")
    assert problem["limit"] == 20_000
    assert problem["detail"] == "The document has 200000 segments, this server takes 20000; send it in parts."


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_only_json_is_taken_so_that_web_pages_cannot_post_unasked(server, kind):
    reply = server.client.post("/v1/scan", content=b'{"text": "a"}', headers={"Content-Type": kind})
    assert_problem(reply, 415, "unsupported-media-type")


def test_a_gzip_bomb_is_not_unpacked(server):
    bomb = gzip.compress(b'{"text": "' + b"a" * 50_000_000 + b'"}')
    assert_problem(send(server, bomb, **{"Content-Encoding": "gzip"}), 415, "unsupported-media-type")


def test_unknown_addresses_and_methods_are_problems_too(server):
    assert_problem(server.client.get("/v1/nothing"), 404, "not-found")
    reply = server.client.get("/v1/scan")
    assert_problem(reply, 405, "method-not-allowed")
    assert "POST" in reply.headers["allow"]


def raw(server, request: bytes, pause: float = 0.0, rest: bytes = b"") -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall(request)
        time.sleep(pause)
        if rest:
            connection.sendall(rest)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
            head, separator, body = answer.partition(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            if separator and length and len(body) >= int(length[0].split(b":")[1]):
                break
        return answer


HEAD = b"POST /v1/scan HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"


def test_a_body_announced_as_too_large_is_refused_before_it_is_sent(server):
    answer = raw(server, HEAD + b"Content-Length: 99999999999\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"urn:scamlint:problem:too-large" in answer


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(start):
    server = start("--max-body-bytes", "1000")
    chunk = b"400\r\n" + b"a" * 0x400 + b"\r\n"
    answer = raw(server, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk)
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_slow_body_is_given_up(start):
    server = start("--body-time-limit", "0.5")
    answer = raw(server, HEAD + b"Content-Length: 100\r\n\r\n{", pause=0.1)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"slow-body" in answer
    assert server.scan(text="still there")["characters"] == 11


@pytest.mark.parametrize(
    "request_bytes",
    [
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: x\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/scan HTTP/1.1\r\n" + b"X: " + b"a" * 200_000 + b"\r\n\r\n",
    ],
)
def test_broken_http_is_refused(server, request_bytes):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        try:
            connection.sendall(request_bytes)
            answer = connection.recv(1000)
        except ConnectionError:
            answer = b""
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert server.client.get("/healthz").status_code == 200


def test_a_body_shorter_than_announced_disturbs_nobody(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
    assert server.scan(text="still there")["characters"] == 11


def strange_value(random_: random.Random, depth: int = 0):
    kinds = [None, True, -1, 2**70, 1e308, "", "a" * 50, "\ud800", "\0", "🚀", [], {}, "price_hype", "utf16"]
    if depth < 4 and random_.random() < 0.4:
        names = ["text", "segments", "id", "labels", "thresholds", "offset_unit", "documents", "kind", "x", "join"]
        if random_.random() < 0.5:
            return [strange_value(random_, depth + 1) for _ in range(random_.randrange(4))]
        return {random_.choice(names): strange_value(random_, depth + 1) for _ in range(random_.randrange(6))}
    return random_.choice(kinds)


def test_a_storm_of_strange_bodies_leaves_the_server_as_it_was(start):
    server = start("--cache-bytes", "0")
    random_ = random.Random(5)
    process = psutil.Process(server.process.pid)

    def storm(count: int) -> None:
        for _ in range(count):
            body = json.dumps(strange_value(random_)).encode()
            if random_.random() < 0.3:
                broken = bytearray(body)
                broken[random_.randrange(len(broken))] = random_.randrange(256)
                body = bytes(broken)
            path = random_.choice(["/v1/scan", "/v1/scan/batch", "/v1/feedback"])
            reply = send(server, body, path)
            assert reply.status_code in (200, 201, 400, 413, 422), (path, body, reply.text)

    storm(300)
    send(server, b"[" * 9_000_000)
    send(server, b'{"text": "' + b"a" * 9_000_000 + b'"}')
    before = process.memory_info().rss
    storm(600)
    for _ in range(5):
        assert send(server, b"[" * 9_000_000).status_code == 400
        assert send(server, b'{"text": "' + b"a" * 9_000_000 + b'"}').status_code == 413
        assert send(server, b'{"documents": [' + b"0," * 4_000_000 + b"0]}", "/v1/scan/batch").status_code == 413
    storm(100)
    assert process.memory_info().rss - before < 60_000_000
    assert server.scan(text="still there")["characters"] == 11
    assert '"level": "error"' not in server.text()
