"""The commands, from drafts to figures."""

import json

import pytest

from scamlint_training.corpus.commands import main
from scamlint_training.corpus.documents import load_corpus, read_jsonl


def run(corpus, *arguments):
    with pytest.raises(SystemExit) as exit_:
        main(["--corpus", str(corpus), *map(str, arguments)])
    return exit_.value.code


def test_drafts_become_a_sound_corpus_with_figures(tmp_path, capsys):
    drafts = tmp_path / "b77"
    drafts.mkdir()
    parts = [
        f"@@@ family=fam{number} genre=faq stance=promoting tags=sober\n"
        f"Number {number} {'abcdefghij'[number % 10] * 7}{number}, [[guaranteed_return| {number}% a week.]] Ask us!\n"
        for number in range(60)
    ]
    (drafts / "01.txt").write_text("\n".join(parts), encoding="utf-8")
    corpus = tmp_path / "corpus"
    assert run(corpus, "ingest", drafts) == 0
    assert "to train" in capsys.readouterr().out
    splits = load_corpus(corpus)
    assert sum(map(len, splits.values())) == 60
    first = min((d for split in splits.values() for d in split), key=lambda d: d.id)
    assert [first.text[span.start : span.end] for span in first.spans] == ["0% a week"]

    foreign = tmp_path / "foreign"
    foreign.mkdir()
    (foreign / "a.txt").write_text("Something else altogether, in a file.", encoding="utf-8")
    (foreign / "b.jsonl").write_text(
        json.dumps({"text": "A second text."}) + "\n" + json.dumps({"n": 1}), encoding="utf-8"
    )
    assert run(corpus, "stats", "--compare", foreign) == 0
    out = capsys.readouterr().out
    assert "| sober pitches" in out
    assert "foreign" in out
    assert run(corpus, "stats", "--compare", tmp_path / "missing") == 0
    assert "is not there" in capsys.readouterr().out


def test_drafts_of_another_folder_of_that_name_do_not_take_the_place_of_earlier_ones(tmp_path, capsys):
    corpus = tmp_path / "corpus"
    for writer, file in (("first", "01.txt"), ("second", "02.txt")):
        drafts = tmp_path / writer / "drafts"
        drafts.mkdir(parents=True)
        (drafts / file).write_text(f"@@@ family={writer} genre=faq stance=neutral\nA text of the {writer} writer.\n")
    assert run(corpus, "ingest", tmp_path / "first" / "drafts", "--split", "train") == 0
    assert run(corpus, "ingest", tmp_path / "second" / "drafts", "--split", "train") == 2
    assert "another name" in capsys.readouterr().err
    assert [document.family for document in read_jsonl(corpus / "train" / "drafts.jsonl")] == ["first"]
    assert run(corpus, "ingest", tmp_path / "first" / "drafts", "--split", "train") == 0, "mended drafts may come again"


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        ("text first\n", "A document begins with a line like '@@@ family="),
        ("@@@ family=f genre=faq\nx", "stance"),
        ("@@@ family=f genre=faq stance=neutral\n[[price_hype|never closed", "not closed"),
    ],
)
def test_a_malformed_draft_is_named_in_a_sentence(tmp_path, capsys, draft, message):
    drafts = tmp_path / "b78"
    drafts.mkdir()
    (drafts / "05.txt").write_text(draft, encoding="utf-8")
    assert run(tmp_path / "corpus", "ingest", drafts) == 2
    err = capsys.readouterr().err
    assert "b78-05" in err
    assert message in err
    assert not (tmp_path / "corpus").exists()


def test_a_missing_file_is_a_sentence_and_not_a_trace(corpus, tmp_path, capsys):
    assert run(corpus, "agreement", tmp_path / "none.jsonl") == 2
    assert "none.jsonl cannot be used: No such file" in capsys.readouterr().err


def test_every_command_explains_itself(capsys):
    for command in ("check", "stats", "audit", "agreement", "apply", "card", "export", "import", "ingest"):
        assert run("x", command, "--help") == 0
        assert command in capsys.readouterr().out
