"""What goes out to another tool comes back as it was."""

import json
import xml.etree.ElementTree as ET

import pytest

from scamlint import label_names
from scamlint_training.corpus import doccano, labelstudio
from scamlint_training.corpus.commands import main
from scamlint_training.corpus.documents import Document, GoldSpan, load_corpus
from scamlint_training.corpus.markup import MarkupError
from scamlint_training.corpus.transfer import IMPORT_FORMS, choose, merge, parse, render


def run(*arguments):
    with pytest.raises(SystemExit) as exit_:
        main([str(argument) for argument in arguments])
    return exit_.value.code


@pytest.mark.parametrize("form", IMPORT_FORMS)
def test_the_whole_corpus_comes_back_unchanged(form):
    documents = choose(("train", "dev", "test"))
    assert len(documents) > 1000
    assert parse(form, render(form, documents), "x") == documents


@pytest.mark.parametrize("form", IMPORT_FORMS)
def test_emoji_right_to_left_text_and_two_labels_on_the_same_words_come_back(form, documents):
    assert parse(form, render(form, documents), "x") == documents


def test_the_inline_form_refuses_what_it_cannot_hold():
    overlapping = Document(
        "d", "one two three", (GoldSpan(0, 7, "price_hype"), GoldSpan(4, 13, "social_proof")), "faq", "neutral", "f"
    )
    with pytest.raises(MarkupError, match="d: Spans overlap in part"):
        render("inline", [overlapping])
    with pytest.raises(MarkupError, match="d: the inline form cannot hold"):
        render("inline", [Document("d", " indented", (), "faq", "neutral", "f")])


def test_label_studio_sees_every_label_and_the_words_of_each_span(documents):
    config = ET.fromstring(labelstudio.labeling_config())
    assert [label.get("value") for label in config.iter("Label")] == list(label_names())
    result = labelstudio.to_tasks(documents)[0]["annotations"][0]["result"]
    assert [one["value"]["text"] for one in result] == ["Join today", "earn 2% a day"]


def test_label_studio_offsets_in_utf16_units_are_recognised_by_the_words(documents):
    (task,) = labelstudio.to_tasks(documents[:1])
    for one in task["annotations"][0]["result"]:
        one["value"]["start"] += 1
        one["value"]["end"] += 1
    assert list(labelstudio.from_tasks([task])) == documents[:1]


def test_label_studio_offsets_that_do_not_fit_the_words_are_refused(documents):
    (task,) = labelstudio.to_tasks(documents[:1])
    task["annotations"][0]["result"][0]["value"]["start"] += 5
    with pytest.raises(MarkupError, match="do not give the words"):
        list(labelstudio.from_tasks([task]))


def test_a_cancelled_label_studio_annotation_does_not_count(documents):
    (task,) = labelstudio.to_tasks(documents[:1])
    task["annotations"].append({"was_cancelled": True, "result": []})
    assert list(labelstudio.from_tasks([task])) == documents[:1]


def test_doccano_entities_are_read_too(documents):
    rows = []
    for row in doccano.to_rows(documents):
        label = row.pop("label")
        rows.append(
            {
                **row,
                "entities": [{"id": 1, "start_offset": s, "end_offset": e, "label": name} for s, e, name in label],
                "relations": [],
            }
        )
    assert list(doccano.from_rows(rows)) == documents


@pytest.mark.parametrize(("form", "content"), [("doccano", '{"text": "x"}'), ("labelstudio", '[{"data": {}}]')])
def test_an_incomplete_file_is_refused_with_a_sentence(form, content):
    with pytest.raises(MarkupError, match="1 of the"):
        parse(form, content, "x")


def test_a_corrected_export_replaces_its_documents_in_place(corpus, documents, tmp_path, capsys):
    out = tmp_path / "out.json"
    assert run("--corpus", corpus, "export", "--form", "labelstudio", "--id", "a-4", "--output", out) == 0
    tasks = json.loads(out.read_text(encoding="utf-8"))
    tasks[0]["annotations"][0]["result"].pop()
    out.write_text(json.dumps(tasks), encoding="utf-8")
    assert run("--corpus", corpus, "import", "--form", "labelstudio", out) == 0
    assert "1 documents replaced, 0 added" in capsys.readouterr().out
    train = {document.id: document for document in load_corpus(corpus)["train"]}
    assert [span.label for span in train["a-4"].spans] == ["guaranteed_return"]
    assert train["a-1"] == documents[0]


def test_new_documents_go_to_the_split_of_their_family(corpus, documents):
    new = Document("new-1", "Fine.", (), "faq", "neutral", documents[1].family)
    with pytest.raises(ValueError, match="--block"):
        merge([new], None, corpus)
    assert merge([new], "b99", corpus) == {"replaced": 0, "added": 1}
    assert new in load_corpus(corpus)["dev"]
