"""``card``: the generated parts of the data card, between ``<!-- name:start -->`` and ``<!-- name:end -->``."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from scamlint_training.corpus.agreement import RECORDS, agreement, agreement_table, read_annotations
from scamlint_training.corpus.audit import (
    features_table,
    giveaway_words,
    shortcuts,
    shortcuts_table,
    words_table,
)
from scamlint_training.corpus.diversity import Diversity, diversity, diversity_table
from scamlint_training.corpus.documents import REPOSITORY, SPLITS, Document
from scamlint_training.corpus.stats import (
    Splits,
    goals_table,
    kinds_table,
    labels_table,
    lengths_table,
    splits_table,
)
from scamlint_training.corpus.stock import guilty_keywords, usage, usage_table

CARD = REPOSITORY / "data" / "README.md"
YARDSTICK = REPOSITORY / "data" / "yardstick.json"
SAMPLE_WORDS = 50_000
SAMPLE_TEXTS = 1_000
# An AUC this high from one kind of shallow feature is called out.
TELLING = 0.75


def sections(splits: Splits, records: Path = RECORDS, yardstick: Path = YARDSTICK) -> dict[str, str]:
    """Return every generated part of the card, by the name of its markers.

    Args:
        splits: The corpus.
        records: Folder with the two annotations that agreement is measured on.
        yardstick: Figures of real texts, written by ``stats --compare FOLDER --record``.
    """
    documents = [document for split in SPLITS for document in splits[split]]
    return {
        "counts": counts_section(splits),
        "agreement": agreement_section(documents, records),
        "audits": audits_section(documents, read_yardstick(yardstick)),
    }


def counts_section(splits: Splits) -> str:
    """Return how much there is of everything."""
    kinds = [f"### By {kind}\n\n{kinds_table(splits, kind)}" for kind in ("genre", "stance", "tag")]
    return "\n\n".join(
        [
            splits_table(splits),
            f"### By label\n\n{labels_table(splits)}",
            *kinds,
            f"### By length\n\n{lengths_table(splits)}",
            f"### What was asked for\n\n{goals_table(splits)}",
        ]
    )


def agreement_section(documents: Sequence[Document], records: Path = RECORDS) -> str:
    """Return the agreement of the recorded annotations, or that there are none."""
    if not (records / "second.jsonl").exists():
        return "No second annotation has been recorded yet."
    first, second = read_annotations(records / "first.jsonl"), read_annotations(records / "second.jsonl")
    texts = {document.id: document.text for document in documents}
    shared = first.keys() & second.keys() & texts.keys()
    rows = agreement({key: first[key] for key in shared}, {key: second[key] for key in shared}, texts)
    return f"{len(shared)} documents were annotated twice, the second time blind.\n\n{agreement_table(rows)}"


def audits_section(documents: Sequence[Document], real: tuple[str, Diversity] | None) -> str:
    """Return the audits: shortcuts, keywords, variety."""
    whole, single = shortcuts(documents)
    counts = usage(documents)
    own = diversity([d.text for d in documents], [d.family for d in documents], SAMPLE_WORDS, SAMPLE_TEXTS)
    telling = [f"{one.features} ({one.auc:.2f})" for one in whole if one.auc >= TELLING]
    verdict = f"Telling more than {TELLING}: {', '.join(telling)}." if telling else f"None tells more than {TELLING}."
    name, other = real if real else ("", None)
    return "\n\n".join(
        [
            "**Shortcuts.** A classifier that sees only what should not matter guesses whether a document has a span "
            f"(cross-validated over families; 0.5 is chance). {verdict}",
            shortcuts_table(whole),
            "Each shallow feature alone, the most telling first:",
            features_table(single),
            "The words (no stock keywords) that most set the two sides apart, with the z-score of their log-odds:",
            words_table(giveaway_words(documents)),
            "**Keywords.** Where the words stand that a keyword filter would look for, and how many spans have none:",
            usage_table(counts),
            "Keywords that are guilty more often than innocent:",
            guilty_keywords(counts),
            f"**Variety**, over {SAMPLE_WORDS:,} words and {SAMPLE_TEXTS:,} documents at most:",
            diversity_table(own, other, name),
        ]
    )


def fill(card: str, parts: Mapping[str, str]) -> str:
    """Put the generated parts between their markers.

    Raises:
        ValueError: A marker is missing.
    """
    for name, content in parts.items():
        start, end = f"<!-- {name}:start -->\n", f"<!-- {name}:end -->"
        before, opened, rest = card.partition(start)
        _, closed, after = rest.partition(end)
        if not opened or not closed:
            raise ValueError(f"The card has no place for {name!r}; it needs the markers {start.strip()} and {end}.")
        card = f"{before}{start}{content}\n{end}{after}"
    return card


def part(card: str, name: str) -> str:
    """Return what stands between two markers of a card."""
    found = re.search(rf"<!-- {name}:start -->\n(.*?)\n?<!-- {name}:end -->", card, re.DOTALL)
    if found is None:
        raise ValueError(f"The card has no place for {name!r}.")
    return found[1]


def read_yardstick(path: Path = YARDSTICK) -> tuple[str, Diversity] | None:
    """Return the recorded figures of other texts and their name; None when there are none."""
    if not path.exists():
        return None
    row = json.loads(path.read_text(encoding="utf-8"))
    figures = {**row["figures"], "distinct": tuple(row["figures"]["distinct"])}
    return row["name"], Diversity(**figures)


def write_yardstick(name: str, figures: Diversity, path: Path = YARDSTICK) -> None:
    """Record the figures of other texts, for the card."""
    path.write_text(json.dumps({"name": name, "figures": asdict(figures)}, indent=1) + "\n", encoding="utf-8")
