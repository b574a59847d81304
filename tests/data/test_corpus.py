"""The stored corpus: sound, split by family, and readable with the tools that people have."""

from scamlint_training.corpus.check import check


def test_the_corpus_has_no_problem():
    assert [str(problem) for problem in check()] == []
