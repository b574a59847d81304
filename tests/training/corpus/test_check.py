"""`check` names the file, the line and what to do, for each thing that spoils training data."""

import json

import pytest

from scamlint_training.corpus.check import check
from scamlint_training.corpus.commands import main
from scamlint_training.corpus.documents import split_of

SENTENCES = {
    "train": "Deposit today and receive 2% daily for ninety days without any risk to your capital at all.",
    "dev": "The council voted on Tuesday to let the heat of a mining farm warm the public pool in winter.",
    "test": "Nobody can promise a yield, and whoever does so wants your money more than your friendship.",
}


def family(split, wanted=0):
    """Return the name of a family that belongs to a split."""
    names = (f"fam{number}" for number in range(10_000))
    return [name for name, _ in zip((n for n in names if split_of(n) == split), range(wanted + 1), strict=False)][-1]


def row(split="train", number=0, **changed):
    fields = {"id": f"{split}-{number}", "text": SENTENCES[split], "spans": [], "genre": "news", "stance": "neutral"}
    return {**fields, "family": family(split, number), "tags": [], **changed}


@pytest.fixture
def problems_of(tmp_path):
    """Write a corpus of three sound documents and some more, and return what check says about it."""

    def run(*rows, split="train"):
        for name in SENTENCES:
            lines = [json.dumps(row(name))] + (
                [json.dumps(r) if isinstance(r, dict) else r for r in rows] * (name == split)
            )
            (tmp_path / name).mkdir(exist_ok=True)
            data = b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines)
            (tmp_path / name / "b.jsonl").write_bytes(data + b"\n")
        return [str(problem) for problem in check(tmp_path, regressions=tmp_path / "none")]

    return run


def test_a_sound_corpus_has_no_problem(problems_of):
    assert problems_of() == []


def span(start, end, label="guaranteed_return"):
    return {"start": start, "end": end, "label": label}


OTHER = "Kelp farmers here trade quota tokens, and (so far) the price of one moved between four and nine dollars!"


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"spans": [span(0, 500)]}, "outside the text of 104"),
        ({"spans": [span(-1, 4)]}, "outside"),
        ({"spans": [span(4, 4)]}, "outside"),
        ({"spans": [span(0, 5)]}, "white space or punctuation; use (0, 4)"),
        ({"spans": [span(97, 104)]}, "use (97, 103)"),
        ({"spans": [span(103, 104)]}, "no letter or digit"),
        ({"spans": [span(0, 4, "scam")]}, "unknown label 'scam'"),
        ({"spans": [span(0, 12), span(5, 18)]}, "overlap at 5"),
        ({"spans": [{"start": "0", "end": 4, "label": "price_hype"}]}, "whole numbers"),
        ({"spans": [{"start": 0, "end": 4}]}, "whole numbers"),
        ({"genre": "novel"}, "unknown genre 'novel'"),
        ({"stance": "angry"}, "unknown stance 'angry'"),
        ({"tags": ["nice"]}, "unknown tag 'nice'"),
        ({"tags": ["hard", "hard"]}, "twice"),
        ({"tags": ["hard"], "spans": [span(0, 4)]}, "hard negative"),
        ({"text": "  \n"}, "text is empty"),
        ({"text": "A pitch with [[price_hype|a mark left in it"}, "markup is left"),
        ({"text": "A lone \ud83d half of an emoji"}, "lone surrogate"),
        ({"text": 7}, "'text' is missing"),
        ({"author": "someone"}, "unknown field 'author'"),
        ({"id": "train-0"}, "taken by train/b.jsonl:1"),
        ({"family": family("dev", 1)}, "belongs to dev, not train"),
        ({"family": family("dev", 0)}, "is in dev and train"),
        ({"tags": ["plain", "tuning"], "family": "my-new-family"}, "belongs to dev, not train"),
    ],
)
def test_each_fault_is_found_at_its_line(problems_of, changed, message):
    problems = problems_of({**row(number=1, text=OTHER), **changed})
    assert len(problems) >= 1
    assert any(message in problem and problem.startswith("train/b.jsonl:2: ") for problem in problems), problems


@pytest.mark.parametrize(
    ("line", "message"),
    [("{broken", "not JSON"), (b'{"id": "\xff"}', "not UTF-8 at byte 8"), ("[]", "not a JSON object")],
)
def test_an_unreadable_line_does_not_hide_the_others(problems_of, line, message):
    problems = problems_of(line, row(number=2, text=OTHER, genre="novel"))
    assert message in problems[0]
    assert problems[0].startswith("train/b.jsonl:2: ")
    assert "unknown genre" in problems[1]
    assert problems[1].startswith("train/b.jsonl:3: ")


def test_spans_of_two_labels_may_overlap(problems_of):
    assert problems_of(row(number=1, text=OTHER, spans=[span(0, 12), span(5, 17, "price_hype")])) == []


def test_a_near_duplicate_in_another_family_is_found(problems_of):
    copy = SENTENCES["train"].replace("ninety", "sixty").upper()
    (problem,) = problems_of(row(number=1, text=copy))
    assert "resembles train-0 (train/b.jsonl:1)" in problem


def test_a_disguised_copy_is_found(problems_of):
    (problem,) = problems_of(row(number=1, text=SENTENCES["train"].replace("e", "e\u200b")))
    assert "resembles train-0" in problem


def test_a_near_duplicate_across_splits_is_found(problems_of):
    problems = problems_of(row(number=1, text=SENTENCES["test"] + " Or so it is said."))
    assert any("test-0" in problem for problem in problems)


def test_members_of_a_family_may_resemble_each_other_but_not_be_the_same(problems_of):
    like = SENTENCES["train"].replace("without any risk to your capital at all", "says the victim's letter to us")
    assert problems_of(row(number=1, family=family("train"), text=like)) == []
    (problem,) = problems_of(row(number=1, family=family("train"), text=SENTENCES["train"] + "!"))
    assert "nearly the same text" in problem


def test_a_long_run_of_words_shared_across_splits_is_found(problems_of):
    run = " ".join(SENTENCES["dev"].split()[:13])
    filler = " ".join(f"word{number}" for number in range(60))
    (problem,) = problems_of(row(number=1, text=f"{filler} {run} {filler[::-1]}"))
    assert "shares the words" in problem
    assert "dev-0" in problem


def test_words_taken_from_a_foreign_text_are_found(problems_of, tmp_path):
    problems_of()
    foreign = [("elsewhere.txt", f"As it says: {SENTENCES['test']}")]
    (problem,) = check(tmp_path, regressions=tmp_path / "none", foreign=foreign)
    assert "elsewhere.txt" in str(problem)


def test_the_command_exits_with_1_and_says_where(problems_of, tmp_path, capsys):
    problems_of(row(number=1, text=OTHER, spans=[span(0, 5)]))
    with pytest.raises(SystemExit) as exit_:
        main(["--corpus", str(tmp_path), "check"])
    assert exit_.value.code == 1
    assert "train/b.jsonl:2: train-1: span 0-5" in capsys.readouterr().out
    with pytest.raises(SystemExit) as exit_:
        main(["--corpus", str(tmp_path), "check", "--mend"])
    assert exit_.value.code == 0
