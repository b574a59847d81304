"""Plots of an evaluation, in the labels' own colours."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")  # no display is needed

import matplotlib.pyplot as plt

from scamlint.labels import all_labels


def draw_all(results: dict[str, Any], shown: str, folder: Path) -> list[str]:
    """Draw every plot that the results allow.

    Args:
        results: What ``results.json`` holds.
        shown: Name of the system that the plots are about.
        folder: Where to write PNG files.

    Returns:
        The file names.
    """
    figures = results["systems"][shown]
    drawn = [_groups(results, "by_genre", folder / "genres.png"), _clean(results, folder / "stances.png")]
    if "curves" in figures:
        drawn += [_curves(figures, folder / "precision_recall.png"), _reliability(figures, folder / "reliability.png")]
    if "robustness" in figures:
        drawn.append(_attacks(figures, folder / "attacks.png"))
    return drawn


def _save(path: Path) -> str:
    plt.tight_layout()
    plt.savefig(path, dpi=110, metadata={"Software": None})
    plt.close()
    return path.name


def _curves(figures: dict[str, Any], path: Path) -> str:
    plt.figure(figsize=(6, 5))
    for label in all_labels():
        points = figures["curves"][label.name]
        recall, precision = [p["recall"] for p in points], [p["precision"] for p in points]
        plt.plot(recall, precision, color=label.colour, linewidth=2.5 if label.core else 1.2, label=label.name)
        row = figures["spans"]["labels"][label.name]
        plt.plot([row["recall"]], [row["precision"]], "o", color=label.colour)
    plt.xlabel("recall (partial overlap)")
    plt.ylabel("precision (partial overlap)")
    plt.title("Precision and recall per label; dots: shipped thresholds")
    plt.xlim(0, 1)
    plt.ylim(0, 1.02)
    plt.grid(alpha=0.3)
    plt.legend(fontsize=8)
    return _save(path)


def _reliability(figures: dict[str, Any], path: Path) -> str:
    plt.figure(figsize=(5, 5))
    plt.plot([0, 1], [0, 1], color="#999999", linestyle="--")
    for name, colour in (("spans", "#D55E00"), ("documents", "#0072B2")):
        part = figures["calibration"][name]
        points = part["curve"]
        title = f"{name}, ECE {part['ece']:.3f}"
        plt.plot([p["score"] for p in points], [p["correct"] for p in points], "o-", color=colour, label=title)
    plt.xlabel("score")
    plt.ylabel("share that is correct")
    plt.title("Reliability")
    plt.grid(alpha=0.3)
    plt.legend()
    return _save(path)


def _groups(results: dict[str, Any], key: str, path: Path) -> str:
    systems = results["systems"]
    groups = sorted({group for figures in systems.values() for group in figures[key]})
    plt.figure(figsize=(9, 4.5))
    width = 0.8 / len(systems)
    for index, (name, figures) in enumerate(systems.items()):
        heights = [figures[key].get(group, {"f1": 0.0})["f1"] for group in groups]
        plt.bar([place + index * width for place in range(len(groups))], heights, width, label=name)
    documents = next(iter(systems.values()))[key]
    ticks = [f"{group}\n({documents[group]['documents']})" for group in groups]
    plt.xticks([place + 0.4 - width / 2 for place in range(len(groups))], ticks, rotation=45, ha="right", fontsize=8)
    plt.ylabel("span F1, all labels")
    plt.title("By genre (number of documents)")
    plt.legend(fontsize=8)
    return _save(path)


def _clean(results: dict[str, Any], path: Path) -> str:
    systems = results["systems"]
    first = next(iter(systems.values()))["clean_flagged"]["by_stance"]
    stances = list(first)
    plt.figure(figsize=(8, 4))
    width = 0.8 / len(systems)
    for index, (name, figures) in enumerate(systems.items()):
        shares = [figures["clean_flagged"]["by_stance"][stance]["share"] * 100 for stance in stances]
        plt.bar([place + index * width for place in range(len(stances))], shares, width, label=name)
    ticks = [f"{stance}\n({first[stance]['documents']})" for stance in stances]
    plt.xticks([place + 0.4 - width / 2 for place in range(len(stances))], ticks, fontsize=8)
    plt.ylabel("flagged, %")
    plt.title("Clean documents flagged, by stance (number of documents)")
    plt.legend(fontsize=8)
    return _save(path)


def _attacks(figures: dict[str, Any], path: Path) -> str:
    rows = figures["robustness"]["attacks"]
    names = list(reversed(rows))
    plt.figure(figsize=(7, 4.5))
    plt.barh(names, [(rows[name]["retention"] or 0.0) * 100 for name in names], color="#0072B2")
    plt.axvline(95, color="#999999", linestyle="--")
    plt.xlim(0, 100)
    plt.xlabel("spans kept, %")
    plt.title("Character attacks")
    return _save(path)


def draw_learning_curve(points: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw F1 by the number of training documents.

    Args:
        points: Objects with ``documents``, ``core_f1``, ``all_f1`` and the same of the baseline (``baseline_core_f1``).
        path: PNG file to write.
    """
    plt.figure(figsize=(5, 4))
    for prefix, style, system in (("", "o-", "transformer"), ("baseline_", "s--", "baseline")):
        for key, colour in (("core", "#D55E00"), ("all", "#0072B2")):
            heights = [p[f"{prefix}{key}_f1"] for p in points]
            plt.plot([p["documents"] for p in points], heights, style, color=colour, label=f"{system}, {key}")
    plt.xlabel("training documents")
    plt.xscale("log", base=2)
    plt.xticks([p["documents"] for p in points], [f"{p['documents']:,}" for p in points])
    plt.minorticks_off()
    plt.ylabel("span F1 on test")
    plt.title("Learning curve")
    plt.grid(alpha=0.3)
    plt.legend()
    _save(path)
