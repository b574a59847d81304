"""The labelled corpus: reading, writing, checking, counting and auditing it."""

from scamlint_training.corpus.documents import CORPUS, SPLITS, Document, GoldSpan, load_corpus, load_split

__all__ = ["CORPUS", "SPLITS", "Document", "GoldSpan", "load_corpus", "load_split"]
