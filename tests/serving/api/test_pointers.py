"""What a client reads when a field is wrong: a plain sentence, and a pointer to the place in what it sent."""

import json
from urllib.parse import unquote

import pytest

ID = "An id is an integer, or a string of 1 to 256 characters."
# Words that only a reader of the server's code would understand.
INTERNALS = ("0x", "function", "Input", "[key]", "dictionary", "instance", "Document", "pydantic", "_")


def place(pointer: str, body: object) -> object:
    """Follow a JSON pointer in the form of a URI fragment (RFC 6901)."""
    assert pointer.startswith("#")
    assert pointer.isascii()
    for part in unquote(pointer[1:]).split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        body = body[int(name)] if isinstance(body, list) else body[name]
    return body


def errors_of(server, path: str, body: object) -> list[dict]:
    reply = server.client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert (reply.status_code, reply.json()["type"]) == (422, "urn:scamlint:problem:invalid-request"), reply.text
    errors = reply.json()["errors"]
    assert reply.json()["detail"] == f"{errors[0]['pointer']}: {errors[0]['detail']}"
    return errors


def assert_plain(sentence: str) -> None:
    assert sentence.endswith(".")
    words = sentence.partition("the labels are")[0]
    assert not [word for word in INTERNALS if word in words], sentence


@pytest.mark.parametrize("wrong", [1e2, 1.5, True, "", None, [], {}, "a" * 257])
def test_a_wrong_id_is_explained_and_pointed_to(server, wrong):
    body = {"segments": [{"id": "fine", "text": "a"}, {"id": wrong, "text": "a"}]}
    assert errors_of(server, "/v1/scan", body) == [{"pointer": "#/segments/1/id", "detail": ID}]
    documents = {"documents": [{"id": "fine", "text": "a"}, {"id": wrong, "text": "a"}]}
    results = server.client.post("/v1/scan/batch", json=documents).json()["results"]
    assert "error" not in results[0]
    assert results[1]["id"] is None
    assert results[1]["error"]["detail"] == f"#/documents/1/id: {ID}"
    assert results[1]["error"]["errors"] == [{"pointer": "#/documents/1/id", "detail": ID}]


@pytest.mark.parametrize("good", [0, -5, 2**70, "0", "a b", "🚀", "a" * 256])
def test_a_good_id_comes_back_as_it_was_sent(server, good):
    assert server.scan(segments=[{"id": good, "text": "a"}])["segments"][0]["id"] == good
    results = server.client.post("/v1/scan/batch", json={"documents": [{"id": good, "text": "a"}]}).json()["results"]
    assert results[0]["id"] == good


@pytest.mark.parametrize(
    ("body", "pointer", "words"),
    [
        ({"text": "a", "thresholds": {"x": 0.5}}, "#/thresholds/x", "There is no such label; the labels are "),
        ({"text": "a", "thresholds": {"[key]": 0.5}}, "#/thresholds/%5Bkey%5D", "There is no such label"),
        ({"text": "a", "thresholds": {"x": {"y": 1}}}, "#/thresholds/x", "There is no such label"),
        ({"text": "a", "thresholds": {"a/b~c 100%": 0.5}}, "#/thresholds/a~1b~0c%20100%25", "There is no such label"),
        ({"text": "a", "thresholds": {"é🚀": 0.5}}, "#/thresholds/%C3%A9%F0%9F%9A%80", "There is no such label"),
        ({"text": "a", "thresholds": {"\ud800": 0.5}}, "#/thresholds", "There is no such label"),
        ({"text": "a", "thresholds": {"x" * 9_000: 0.5}}, "#/thresholds", "There is no such label"),
        ({"text": "a", "thresholds": {"price_hype": 2}}, "#/thresholds/price_hype", "less than or equal to 1"),
        ({"text": "a", "thresholds": [0.5]}, "#/thresholds", "It must be an object."),
        ({"text": "a", "labels": ["price_hype", "x"]}, "#/labels/1", "There is no such label; the labels are "),
        ({"text": "a", "labels": "price_hype"}, "#/labels", "It must be an array."),
        ({"text": "a", "explain": 1}, "#/explain", "It must be a valid boolean."),
        ({"text": "a", "offset_unit": "bytes"}, "#/offset_unit", "It must be 'codepoint', 'utf16' or 'utf8'."),
        ({"text": "a", "\ud800": 1}, "#", "well-formed Unicode"),
        ({"text": "a", "no such field": 1}, "#/no%20such%20field", "There is no such field."),
        ({"text": 5}, "#/text", "It must be a valid string."),
        ({"segments": ["a"]}, "#/segments/0", "It must be an object."),
        ({"segments": []}, "#/segments", "Its length must be at least 1."),
        (
            {"segments": [{"id": 1, "text": "a", "join": "x"}]},
            "#/segments/0/join",
            "It must be 'auto', 'none', 'space'",
        ),
        ({"text": "a", "segments": [{"id": 1, "text": "a"}]}, "#", "Give either text or segments."),
        ([], "#", "It must be an object."),
    ],
)
def test_a_wrong_field_is_explained_and_pointed_to(server, body, pointer, words):
    errors = errors_of(server, "/v1/scan", body)
    assert errors[0]["pointer"] == pointer
    assert words in errors[0]["detail"]
    for error in errors:
        place(error["pointer"], body)
        assert_plain(error["detail"])


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("/v1/scan", {"segments": [{"id": 1}]}, "#/segments/0/text"),
        ("/v1/scan/batch", {}, "#/documents"),
        ("/v1/feedback", {"text": "a"}, "#/kind"),
        ("/v1/feedback", {"kind": "wrong_flag", "text": "a", "model": {"name": "minilm"}}, "#/model/version"),
    ],
)
def test_a_field_that_lacks_is_pointed_to_where_it_should_be(server, path, body, pointer):
    errors = errors_of(server, path, body)
    assert errors[0] == {"pointer": pointer, "detail": "This field is needed."}
    place(pointer.rpartition("/")[0], body)


@pytest.mark.parametrize("wrong", ["no object", None, 5, []])
def test_a_document_that_is_no_object_is_pointed_to(server, wrong):
    documents = {"documents": [{"id": "fine", "text": "a"}, wrong]}
    error = server.client.post("/v1/scan/batch", json=documents).json()["results"][1]["error"]
    assert error["detail"] == "#/documents/1: It must be an object."


def test_no_body_at_all_is_said_so(server):
    for content in (b"", b"null"):
        reply = server.client.post("/v1/scan", content=content, headers={"Content-Type": "application/json"})
        assert (reply.status_code, reply.json()["detail"]) == (422, "The body must be a JSON object.")
