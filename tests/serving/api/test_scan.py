"""POST /v1/scan: what a client sends and what it gets back."""

import json
import shutil
import subprocess

import pytest

from scamlint import Detector, label_names
from scamlint.offsets import OFFSET_UNITS

PREFIX = "🚀🚀 𝒀𝒐𝒖 é e\u0301 مرحبا 👨‍👩‍👧 "


def sliced(text: str, start: int, end: int, unit: str) -> str:
    if unit == "utf16":
        return text.encode("utf-16-le")[2 * start : 2 * end].decode("utf-16-le")
    if unit == "utf8":
        return text.encode()[start:end].decode()
    return text[start:end]


def test_a_scan_equals_what_the_library_finds(server, pitch):
    reply = server.scan(text=pitch)
    report = Detector.load("baseline").scan(pitch).to_dict()
    assert reply["spans"], "the pitch must be flagged, or this test shows nothing"
    assert [{**span} for span in reply["spans"]] == report["spans"]
    assert (reply["scores"], reply["level"], reply["model"]) == (report["scores"], report["level"], report["model"])
    assert reply["characters"] == len(pitch)
    assert reply["language"]["code"] == "en"
    assert reply["warnings"] == []


@pytest.mark.parametrize("unit", OFFSET_UNITS)
def test_offsets_slice_the_right_words_behind_emoji(server, pitch, unit):
    text = PREFIX + pitch
    reply = server.scan(text=text, offset_unit=unit)
    assert reply["offset_unit"] == unit
    assert reply["spans"]
    for span in reply["spans"]:
        assert sliced(text, span["start"], span["end"], unit) == span["text"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_slices_utf16_offsets(server, pitch):
    segments = [{"id": "a", "text": PREFIX + pitch[:60]}, {"id": "b", "text": pitch[60:], "join": "none"}]
    program = """
      const [url, text, segments] = JSON.parse(require('fs').readFileSync(0, 'utf8'));
      const ask = async (body) => (await fetch(url + '/v1/scan', {method: 'POST', body: JSON.stringify(body),
        headers: {'Content-Type': 'application/json'}})).json();
      (async () => {
        const whole = await ask({text, offset_unit: 'utf16'});
        const parts = await ask({segments, offset_unit: 'utf16'});
        const pairs = whole.spans.map((s) => [text.slice(s.start, s.end), s.text]);
        parts.segments.forEach((segment, i) => segment.spans.forEach((s) =>
          pairs.push([segments[i].text.slice(s.start, s.end), s.text])));
        const bytes = await ask({text, offset_unit: 'utf8'});
        const buffer = Buffer.from(text, 'utf8');
        bytes.spans.forEach((s) => pairs.push([buffer.subarray(s.start, s.end).toString('utf8'), s.text]));
        const points = await ask({text});
        points.spans.forEach((s) => pairs.push([Array.from(text).slice(s.start, s.end).join(''), s.text]));
        console.log(JSON.stringify(pairs));
      })();
    """
    sent = json.dumps([server.url, PREFIX + pitch, segments])
    done = subprocess.run(["node", "-e", program], input=sent, capture_output=True, text=True, check=True, timeout=60)
    pairs = json.loads(done.stdout)
    assert len(pairs) >= 8
    assert all(left == right for left, right in pairs)


def test_a_span_that_crosses_segments_comes_back_in_parts_of_one_group(server):
    texts = ["Our robot pays a guaran", "teed profit of 2% every day with zero risk", ", always."]
    segments = [{"id": index, "text": text, "join": "none"} for index, text in enumerate(texts)]
    whole = server.scan(text="".join(texts))
    reply = server.scan(segments=segments)
    assert "spans" not in reply
    assert [segment["id"] for segment in reply["segments"]] == [0, 1, 2]
    parts: dict[int, str] = {}
    for segment, text in zip(reply["segments"], texts, strict=True):
        for span in segment["spans"]:
            assert text[span["start"] : span["end"]] == span["text"]
            parts[span["group"]] = parts.get(span["group"], "") + span["text"]
    assert len(reply["segments"][0]["spans"]) > 0
    assert len(reply["segments"][1]["spans"]) > 0
    assert sorted(parts.values()) == sorted(span["text"] for span in whole["spans"])


def test_labels_and_thresholds_choose_what_is_reported(server, pitch):
    label = server.scan(text=pitch)["spans"][0]["label"]
    only = server.scan(text=pitch, labels=[label])
    assert {span["label"] for span in only["spans"]} == {label}
    assert set(only["scores"]) == {label}
    assert server.scan(text=pitch, labels=[label], thresholds={label: 1.0})["spans"] == []
    more = server.scan(text=pitch, thresholds=dict.fromkeys(label_names(), 0.0))["spans"]
    assert len(more) >= len(server.scan(text=pitch)["spans"])


def test_explain_adds_what_the_label_means(server, pitch):
    assert "explanation" not in server.scan(text=pitch)["spans"][0]
    span = server.scan(text=pitch, explain=True)["spans"][0]
    assert span["explanation"]["text"]
    assert span["explanation"]["url"].startswith("https://")


def test_an_empty_text_has_an_empty_answer(server):
    reply = server.scan(text="")
    assert (reply["spans"], reply["level"], reply["characters"]) == ([], "none", 0)
    assert reply["language"] == {"code": "und", "confidence": 0.0}


def test_text_that_is_not_english_is_answered_with_a_warning(server):
    german = "Unser Roboter zahlt Ihnen jeden Tag einen garantierten Gewinn von zwei Prozent, ganz ohne Risiko."
    reply = server.scan(text=german)
    assert reply["language"]["code"] == "de"
    assert [warning["code"] for warning in reply["warnings"]] == ["language-not-supported"]
    assert set(reply["scores"]) == set(label_names())


def test_a_batch_keeps_order_and_gives_a_bad_document_an_error(server, pitch):
    documents = [
        {"id": "one", "text": pitch},
        {"id": "two"},
        "no object",
        {"id": 4, "text": 5},
        {"id": "five", "text": "A quiet day."},
        {"id": "six", "text": "\ud800"},
        None,
        {"id": "eight", "text": pitch, "extra": 1},
        {"id": "nine", "text": "\u0000" + pitch},
    ]
    body = json.dumps({"documents": documents, "offset_unit": "utf8"})
    reply = server.client.post("/v1/scan/batch", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code == 200, reply.text
    rows = reply.json()["results"]
    assert [row["id"] for row in rows] == ["one", "two", None, 4, "five", "six", None, "eight", "nine"]
    assert ["error" in row for row in rows] == [False, True, True, True, False, True, True, True, False]
    assert rows[1]["error"]["type"] == "urn:scamlint:problem:invalid-request"
    single = server.scan(text=pitch, offset_unit="utf8")
    assert {**rows[0], "timings": 0} == {"id": "one", **single, "timings": 0}


def test_a_second_scan_is_answered_from_memory_in_any_unit(server, pitch):
    text = "Only asked here. " + pitch
    assert server.scan(text=text)["timings"]["cached"] is False
    again = server.scan(text=text, offset_unit="utf16", explain=True)
    assert again["timings"]["cached"] is True
    assert again["spans"]


def test_labels_and_info_describe_the_service(server):
    labels = server.client.get("/v1/labels").json()["labels"]
    assert [label["name"] for label in labels] == list(label_names())
    info = server.client.get("/v1/info").json()
    assert info["model"]["name"] == "baseline"
    assert info["limits"]["body_bytes"] == 10_000_000
    assert info["offset_units"] == list(OFFSET_UNITS)


def test_an_unknown_model_is_refused_by_name(server):
    reply = server.client.post("/v1/scan", json={"text": "a", "model": "gpt"})
    assert reply.status_code == 422
    assert "baseline" in reply.json()["detail"]
