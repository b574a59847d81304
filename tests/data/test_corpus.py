"""The stored corpus: sound, split by family, and readable with the tools that people have."""

import json
import os

import pytest

from scamlint_training.corpus import CORPUS, load_corpus, load_split
from scamlint_training.corpus.check import check
from scamlint_training.corpus.documents import REGRESSIONS, REPOSITORY, read_jsonl, write_jsonl


def test_the_corpus_has_no_problem():
    assert [str(problem) for problem in check()] == []


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    """The library, kept offline and away from the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("HF_HUB_OFFLINE", "1"), ("HF_HOME", str(tmp_path_factory.mktemp("hf")))):
            patch.setitem(os.environ, name, value)
        yield pytest.importorskip("datasets", reason="datasets is not installed")


def rows_of(split):
    return [document.to_dict() for document in load_split(split)]


@pytest.mark.filterwarnings("default")
def test_hugging_face_datasets_loads_the_files(datasets, tmp_path):
    files = {split: str(CORPUS / split / "*.jsonl") for split in ("train", "dev", "test")}
    loaded = datasets.load_dataset("json", data_files=files, cache_dir=str(tmp_path))
    for split in files:
        assert loaded[split].to_list() == rows_of(split)


@pytest.mark.filterwarnings("default")
def test_hugging_face_datasets_loads_the_folder_by_its_card(datasets, tmp_path):
    loaded = datasets.load_dataset(str(REPOSITORY / "data"), cache_dir=str(tmp_path))
    assert loaded["dev"].to_list() == rows_of("dev")
    assert set(loaded) == {"train", "dev", "test"}


def test_the_loader_refuses_the_regressions(tmp_path):
    with pytest.raises(ValueError, match="no split 'regressions'"):
        load_split("regressions")
    with pytest.raises(ValueError, match="no split"):
        load_split("../regressions")
    with pytest.raises(FileNotFoundError):
        load_split("train", REGRESSIONS)
    (tmp_path / "train").mkdir()
    (tmp_path / "train" / "b.jsonl").symlink_to(REGRESSIONS / "reported.jsonl")
    with pytest.raises(ValueError, match="never loaded as a split"):
        load_split("train", tmp_path)


def test_check_refuses_a_corpus_that_holds_a_regression(tmp_path):
    reported = next(read_jsonl(REGRESSIONS / "reported.jsonl"))
    write_jsonl(tmp_path / "train" / "b.jsonl", [reported])
    assert any(f"regression {reported.id}" in str(problem) for problem in check(tmp_path))


def test_regressions_are_in_the_stored_form(tmp_path):
    for path in REGRESSIONS.glob("*.jsonl"):
        documents = list(read_jsonl(path))
        for line, document in zip(path.read_text(encoding="utf-8").splitlines(), documents, strict=True):
            assert json.loads(line) == document.to_dict()
        write_jsonl(tmp_path / "train" / path.name, documents)
    problems = [str(problem) for problem in check(tmp_path, regressions=tmp_path / "none")]
    assert [one for one in problems if "span" in one or "unknown" in one or "id is taken" in one] == []


def test_no_document_is_in_two_splits():
    texts = [document.text for split in load_corpus().values() for document in split]
    assert len(set(texts)) == len(texts)
