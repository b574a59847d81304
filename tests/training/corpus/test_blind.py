"""A blind annotator sees ids and texts; the words handed back are found where they stand."""

import pytest

from scamlint_training.corpus.agreement import read_annotations
from scamlint_training.corpus.blind import parse_blind, render_blind
from scamlint_training.corpus.commands import main
from scamlint_training.corpus.documents import GoldSpan, load_split
from scamlint_training.corpus.markup import MarkupError


def found(texts, *lines, identifier="a-1"):
    """Return label and words of each span found in one document."""
    spans = parse_blind("\n".join([f"=== {identifier}", *lines]), texts)[identifier]
    return [(span.label, texts[identifier][span.start : span.end]) for span in spans]


@pytest.fixture
def texts(documents):
    return {document.id: document.text for document in documents}


def test_the_export_shows_the_text_and_nothing_else_about_it(documents):
    content = render_blind(documents)
    for document in documents:
        assert f"=== {document.id}\n{document.text}\n" in content
        for hidden in (document.family, document.genre, document.stance, "guaranteed_return"):
            assert hidden not in content


def test_words_are_found_past_line_breaks_and_hidden_characters(texts):
    assert found(texts, "authority_borrowing | Backed by Harvard, Stanford and the IMF", identifier="a-2") == [
        ("authority_borrowing", "Backed by Harvard,\n  Stanford and the IMF")
    ]
    assert found(texts, "guaranteed_return | sure as gold", identifier="a-2") == [
        ("guaranteed_return", "s\u200bure as gold")
    ]


def test_closing_punctuation_is_trimmed(texts):
    assert found(texts, "guaranteed_return | earn 2% a day.") == [("guaranteed_return", "earn 2% a day")]


def test_two_labels_on_the_same_words(texts):
    assert found(texts, "guaranteed_return+price_hype | a sure 10x", identifier="a-2") == [
        ("guaranteed_return", "a sure 10x"),
        ("price_hype", "a sure 10x"),
    ]


def starts(texts, *lines):
    return [span.start for span in parse_blind("\n".join(["=== a-1", *lines]), texts)["a-1"]]


def test_repeated_words_are_told_apart_by_order(texts):
    first, second = texts["a-1"].index("today"), texts["a-1"].rindex("today")
    line = "urgency_pressure | today"
    assert starts(texts, line) == [first]
    assert starts(texts, line, line) == [first, second]
    after = texts["a-1"].index("Those who")
    assert starts(texts, "social_proof | Those who joined", line) == [after, second]


def test_repeated_words_are_told_apart_by_number(texts):
    assert starts(texts, "urgency_pressure | #2 | today") == [texts["a-1"].rindex("today")]


def test_a_header_without_lines_is_a_document_without_spans(texts):
    assert parse_blind("=== a-3\n\n=== a-1\n", texts) == {"a-3": (), "a-1": ()}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("guaranteed_return | earn 3% a day", "line 2: the words 'earn 3% a day' are not in the text"),
        ("greed | today", "unknown label 'greed'"),
        ("today", "no 'label | words' line"),
        ("urgency_pressure | #3 | today", "stand 2 times in the text, not 3"),
        ("price_hype | last\nprice_hype | last", "already marked"),
        ("=== b-9", "there is no document 'b-9'"),
        ("=== a-1", "two headers"),
        ("guaranteed_return | oined", None),
    ],
)
def test_a_wrong_line_is_named(texts, line, message):
    if message is None:
        assert found(texts, line) == [("guaranteed_return", "oined")]
        return
    with pytest.raises(MarkupError, match=message.replace("|", r"\|")):
        found(texts, line)


def test_every_wrong_line_is_named_at_once(texts):
    with pytest.raises(MarkupError) as error:
        found(texts, "greed | today", "price_hype | nowhere")
    assert str(error.value).count("line ") == 2


def test_the_gold_spans_of_dev_survive_the_way_through_an_annotators_hands():
    documents = [document for document in load_split("dev") if document.spans]
    lines = []
    for document in documents:
        lines.append(f"=== {document.id}")
        for span in document.spans:
            words = " ".join(document.text[span.start : span.end].split())
            nth = document.text[: span.start + len(words)].count(words) if document.text.count(words) > 1 else 0
            lines.append(f"{span.label} | {f'#{nth} | ' if nth else ''}{words}")
    annotations = parse_blind("\n".join(lines), {document.id: document.text for document in documents})
    lost = [document.id for document in documents if annotations[document.id] != document.spans]
    assert len(lost) <= 0.02 * len(documents), lost


def test_from_the_command_line(corpus, tmp_path):
    for arguments, code in (
        (["export", "--form", "blind", "--split", "train", "--per-file", "1", "--output", tmp_path / "blind"], 0),
        (["import", "--form", "blind", tmp_path / "blind" / "001.txt"], 2),
    ):
        with pytest.raises(SystemExit) as exit_:
            main(["--corpus", str(corpus), *map(str, arguments)])
        assert exit_.value.code == code
    assert len(list((tmp_path / "blind").iterdir())) == 2
    (tmp_path / "reply.txt").write_text(
        "=== a-4\nrecruitment_reward | bring 3 friends for $40 each\n", encoding="utf-8"
    )
    with pytest.raises(SystemExit) as exit_:
        main(
            [
                "--corpus",
                str(corpus),
                "import",
                "--form",
                "blind",
                str(tmp_path / "reply.txt"),
                "--output",
                str(tmp_path / "second.jsonl"),
            ]
        )
    assert exit_.value.code == 0
    assert read_annotations(tmp_path / "second.jsonl") == {"a-4": (GoldSpan(36, 64, "recruitment_reward"),)}
