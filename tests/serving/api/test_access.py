"""API keys and rate limits."""

import hashlib

import pytest

from scamlint.api.access import address_of
from scamlint.api.keys import KeyRing, key_line, new_key
from scamlint.errors import OptionError


def test_a_key_is_needed_and_only_its_hash_is_kept(start, tmp_path):
    key, other = new_key(), new_key()
    file = tmp_path / "keys"
    file.write_text(f"# who may ask\n\n{key_line('anna', key)}\n")
    assert key not in file.read_text()
    server = start("--api-keys-file", str(file))
    body = {"text": "a"}
    for headers in ({}, {"Authorization": f"Bearer {other}"}, {"Authorization": f"Basic {key}"}, {"X-API-Key": ""}):
        reply = server.client.post("/v1/scan", json=body, headers=headers)
        assert reply.status_code == 401
        assert reply.headers["www-authenticate"] == "Bearer"
    for headers in ({"Authorization": f"Bearer {key}"}, {"X-API-Key": key}):
        assert server.client.post("/v1/scan", json=body, headers=headers).status_code == 200
        assert server.client.get("/metrics", headers=headers).status_code == 200
    assert server.client.get("/metrics").status_code == 401
    assert server.client.get("/healthz").status_code == 200
    schema = server.client.get("/openapi.json").json()
    assert set(schema["components"]["securitySchemes"]) == {"bearer", "header"}
    assert '"key_name": "anna"' in server.text()
    assert key not in server.text()


def test_every_address_but_those_served_openly_needs_a_key(start, tmp_path):
    file = tmp_path / "keys"
    file.write_text(key_line("anna", new_key()))
    client = start("--api-keys-file", str(file), "--rate-limit-address", "3/minute").client
    for path in ("/", "/app.js", "/healthz", "/readyz", "/openapi.json"):
        assert client.get(path).status_code == 200, path
    for path in ("/no-such-page", "/v1/info/", "//v1/info"):
        assert client.get(path).status_code == 401, path
    assert client.get("/no-such-page").status_code == 429
    assert client.get("/").status_code == 200


def test_a_control_character_in_an_address_gets_past_no_key(start, tmp_path):
    file = tmp_path / "keys"
    file.write_text(key_line("anna", new_key()))
    client = start("--api-keys-file", str(file)).client
    paths = {"/": {"get": {}}, "/openapi.json": {"get": {}}, **client.get("/openapi.json").json()["paths"]}
    assert {"/v1/scan", "/v1/info", "/v1/feedback", "/metrics", "/healthz"} <= set(paths)
    asked = [(method, path) for path, methods in paths.items() for method in methods]
    for method, path in asked:
        for character in ("%0A", "%0D%0A", "%00", "%7F", "%C2%85"):
            reply = client.request(method, path + character, json={"text": "a"} if method == "post" else None)
            assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json"), path
            assert reply.json()["type"] == "urn:scamlint:problem:not-found"


def test_a_key_can_be_withdrawn_while_the_server_runs(tmp_path, monkeypatch):
    monkeypatch.setattr("scamlint.api.keys._LOOK_AGAIN", 0.0)
    key = new_key()
    file = tmp_path / "keys"
    file.write_text(key_line("anna", key))
    ring = KeyRing(file)
    assert ring.name_of(key) == "anna"
    file.write_text("# nobody\n")
    assert ring.name_of(key) is None
    file.write_text("broken while it is written")
    assert ring.name_of(key) is None


def test_a_keys_file_that_cannot_be_used_is_said_once_in_the_log_and_no_key_is_shown(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr("scamlint.api.keys._LOOK_AGAIN", 0.0)
    key = new_key()
    file = tmp_path / "keys"
    file.write_text(key_line("anna", key))
    ring = KeyRing(file)
    file.write_text("anna secret-in-plain-text\n")
    for _ in range(3):
        assert ring.name_of(key) == "anna"
    (message,) = [record.getMessage() for record in caplog.records]
    assert "stay in force" in message
    assert "line 1" in message
    assert "secret" not in message
    file.write_text("# nobody\n")
    assert ring.name_of(key) is None


def test_wrong_keys_files_are_refused_with_the_line(tmp_path):
    file = tmp_path / "keys"
    with pytest.raises(OptionError, match="cannot be read"):
        KeyRing(file)
    file.write_text("anna secret-in-plain-text\n")
    with pytest.raises(OptionError, match="line 1") as error:
        KeyRing(file)
    assert "secret" not in str(error.value)
    with pytest.raises(OptionError, match="cannot name a key"):
        key_line("anna maria", "key")


def test_the_stored_hash_is_plain_sha256():
    assert key_line("a", "key") == "a sha256:" + hashlib.sha256(b"key").hexdigest()


def test_requests_beyond_the_rate_are_told_when_to_come_back(start, tmp_path):
    keys = [new_key(), new_key()]
    file = tmp_path / "keys"
    file.write_text("\n".join(key_line(f"user{number}", key) for number, key in enumerate(keys)))
    server = start("--api-keys-file", str(file), "--rate-limit-key", "3/minute", "--rate-limit-address", "9/minute")
    statuses = [server.client.get("/v1/labels", headers={"X-API-Key": keys[0]}).status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert server.client.get("/v1/labels", headers={"X-API-Key": keys[1]}).status_code == 200
    replies = [server.client.get("/v1/labels", headers={"X-API-Key": "guess"}) for _ in range(5)]
    assert [reply.status_code for reply in replies] == [401, 401, 401, 429, 429]
    assert 1 <= int(replies[-1].headers["retry-after"]) <= 60
    assert replies[-1].json()["type"] == "urn:scamlint:problem:rate-limited"
    assert server.client.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1:2", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("::ffff:c000:208", "192.0.2.8"),
        ("no address", "unknown"),
        (None, "unknown"),
    ],
)
def test_a_client_is_counted_by_its_ipv4_address_or_its_ipv6_network(host, address):
    assert address_of({"client": (host, 1) if host else None}) == address
