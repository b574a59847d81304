"""The readable page of an evaluation, and the table of README; both follow from ``results.json`` alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

START, END = "<!-- results:start -->", "<!-- results:end -->"


def percent(value: float | None) -> str:
    """Format a share as a percentage with one decimal; a dash when there is none."""
    return "–" if value is None else f"{100 * value:.1f} %"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table; columns after the first are right-aligned."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return [*lines, *("| " + " | ".join(row) + " |" for row in rows)]


def results_table(results: dict[str, Any]) -> list[str]:
    """Return the table of systems side by side: the one that README shows."""
    head = [
        "",
        "core F1",
        "all F1",
        "macro F1",
        "exact F1",
        "clean flagged",
        "counter-speech",
        "document AUROC",
        "attacks kept",
    ]
    rows = []
    for name, figures in results["systems"].items():
        spans, bounds = figures["spans"], figures["intervals"]
        rows.append(
            [
                f"**{name}**" if name == results["shown"] else name,
                _with_interval(spans["labels"]["core"]["f1"], bounds["core_f1"]),
                _with_interval(spans["labels"]["all"]["f1"], bounds["all_f1"]),
                f"{spans['macro_f1']:.3f}",
                f"{figures['spans_exact']['labels']['all']['f1']:.3f}",
                percent(figures["clean_flagged"]["share"]),
                f"{100 * figures['counter_speech']['penalty']:+.1f} pts",
                _number(figures["documents"]["any"]["auroc"]),
                percent(figures.get("robustness", {}).get("mean_retention")),
            ]
        )
    return table(head, rows)


def readme_block(results: dict[str, Any]) -> str:
    """Return what stands between the markers in README."""
    lines = [
        f"Measured on the {results['split']} split ({results['documents']} documents, {results['clean_documents']} of "
        "them without a gold span); F1 is partial-overlap span F1 (SemEval-2020 Task 11), in brackets its bootstrap "
        "95 % interval. All figures: [training/reports](training/reports/README.md).",
        "",
        *results_table(results),
    ]
    return "\n".join(lines)


def with_block(readme: str, block: str) -> str:
    """Put a block between the markers of a README.

    Raises:
        ValueError: The markers are missing.
    """
    if START not in readme or END not in readme:
        raise ValueError(f"README.md lacks the markers {START} and {END}.")
    before, rest = readme.split(START, 1)
    return f"{before}{START}\n{block}\n{END}{rest.split(END, 1)[1]}"


def page(results: dict[str, Any], plots: Sequence[str]) -> str:
    """Return ``training/reports/README.md``.

    Args:
        results: What ``results.json`` holds.
        plots: File names of the plots.
    """
    shown = results["systems"][results["shown"]]
    lines = [
        "# Evaluation",
        "",
        "Written by `python -m scamlint_training.evaluate`; do not edit. Everything here is also in `results.json`.",
        "",
        f"Split: {results['split']}, {results['documents']} documents, {results['characters']:,} characters. "
        f"Corpus {results['corpus_sha256'][:12]}. The thresholds were chosen on dev"
        + (
            "; test is only measured."
            if results["split"] == "test"
            else f", so these figures of {results['split']} flatter."
        ),
        "",
        "## Systems side by side",
        "",
        "F1: partial-overlap span F1 after Da San Martino et al. 2020 (SemEval-2020 Task 11, arXiv 2009.02696): a span "
        "earns the share of its characters that spans of its label on the other side cover. In brackets: bootstrap "
        "95 % intervals over documents. Core: guaranteed_return and authority_borrowing. Clean flagged: share of "
        "documents without a gold span that carry a flag. Counter-speech: flag rate of clean warnings, reports, "
        "victims' stories and satire less that of clean neutral documents. Document AUROC: does the document carry any "
        "label? Attacks kept: mean retention over the character attacks.",
        "",
        *results_table(results),
        *(f"\n{note}" for note in results["notes"]),
        "",
        f"The rest of this page is about **{results['shown']}**.",
        "",
        "## Labels",
        "",
        *_labels(shown),
        "",
        *_clean(shown),
        *_documents(shown),
        *_calibration(shown),
        *_attacks(shown),
        "## By genre",
        "",
        *_genres(shown),
        "",
        "## Plots",
        "",
        *(f"![{name.removesuffix('.png').replace('_', ' ')}]({name})" for name in plots),
        "",
        *_gallery(results["gallery"]),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _with_interval(value: float, bounds: Sequence[float]) -> str:
    return f"{value:.3f} [{bounds[0]:.2f}, {bounds[1]:.2f}]"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _labels(figures: dict[str, Any]) -> list[str]:
    head = ["label", "precision", "recall", "F1", "exact F1", "predicted", "gold", "document AUROC", "document F1"]
    rows = []
    for name, row in figures["spans"]["labels"].items():
        document = figures["documents"]["labels"].get(name) or (figures["documents"]["any"] if name == "all" else {})
        rows.append(
            [
                name,
                *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1")),
                f"{figures['spans_exact']['labels'][name]['f1']:.3f}",
                str(row["predicted"]),
                str(row["gold"]),
                _number(document.get("auroc")),
                _number(document.get("f1")),
            ]
        )
    return table(head, rows)


def _clean(figures: dict[str, Any]) -> list[str]:
    clean, counter = figures["clean_flagged"], figures["counter_speech"]
    rows = [
        [name, str(r["documents"]), str(r["flagged"]), percent(r["share"])] for name, r in clean["by_stance"].items()
    ]
    low, high = clean["interval"]
    rows.append(["all", str(clean["documents"]), str(clean["flagged"]), percent(clean["share"])])
    return [
        "## Clean documents flagged",
        "",
        *table(["stance", "clean documents", "flagged", "share"], rows),
        "",
        f"95 % interval of the share (Wilson): {percent(low)} to {percent(high)}. "
        f"Counter-speech penalty: {100 * counter['penalty']:+.1f} points "
        f"({percent(counter['counter_speech']['share'])} of {counter['counter_speech']['documents']} against "
        f"{percent(counter['neutral']['share'])} of {counter['neutral']['documents']}).",
        "",
    ]


def _documents(figures: dict[str, Any]) -> list[str]:
    documents = figures["documents"]
    return [
        "## Documents",
        "",
        f"Macro AUROC over labels {_number(documents['macro_auroc'])}, macro F1 of reported labels "
        f"{_number(documents['macro_f1'])}; any label: AUROC {_number(documents['any']['auroc'])}, "
        f"F1 {_number(documents['any']['f1'])}.",
        "",
    ]


def _calibration(figures: dict[str, Any]) -> list[str]:
    if "calibration" not in figures:
        return []
    lines = ["## Calibration", "", "Expected calibration error (Guo et al. 2017, ten equal-width bins)."]
    for name, what in (("spans", "candidate spans"), ("documents", "document scores, one for each label")):
        part = figures["calibration"][name]
        rows = [[f"{p['score']:.2f}", f"{p['correct']:.2f}", str(p["items"])] for p in part["curve"]]
        title = f"{part['items']} {what}: ECE {part['ece']:.3f}"
        lines += ["", title, "", *table(["mean score", "share correct", "items"], rows)]
    return [*lines, ""]


def _attacks(figures: dict[str, Any]) -> list[str]:
    if "robustness" not in figures:
        return []
    rows = [
        [name, percent(row["retention"]), percent(row["clean_flagged"])]
        for name, row in figures["robustness"]["attacks"].items()
    ]
    robustness = figures["robustness"]
    return [
        "## Character attacks",
        "",
        f"On the {robustness['documents']} documents of up to {robustness['longest']:,} characters. Kept: share of the "
        "spans found on clean text of which at least half is still flagged with the same label.",
        "",
        *table(["attack", "kept", "clean documents flagged"], rows),
        "",
    ]


def _genres(figures: dict[str, Any]) -> list[str]:
    rows = [
        [name, str(row["documents"]), *(f"{row[key]:.3f}" for key in ("precision", "recall", "f1"))]
        for name, row in figures["by_genre"].items()
    ]
    return table(["genre", "documents", "precision", "recall", "F1"], rows)


def _gallery(gallery: dict[str, Any]) -> list[str]:
    lines = ["## Failure gallery", "", "The reasons are guesses by rule from the document's fields and the context."]
    for title, key in (
        ("False flags, the most certain first", "false_flags"),
        ("Misses, the least noticed first", "misses"),
    ):
        lines += ["", f"### {title}", ""]
        for entry in gallery[key]:
            quote = f"{_plain(entry['before'])}**[{_plain(entry['text'])}]**{_plain(entry['after'])}"
            lines += [
                f"- `{entry['label']}` {entry['score']:.2f}, {entry['genre']}, {entry['stance']} "
                f"({entry['document']}): {entry['why']}",
                "",
                f"  > …{quote}…",
                "",
            ]
    return lines


def _plain(text: str) -> str:
    """Keep a quotation on one line and its signs out of Markdown's hands."""
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split(" ")).replace("\n", " ⏎ "))
