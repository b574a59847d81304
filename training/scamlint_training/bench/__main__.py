"""Run every part of the bench; write ``training/reports/bench.json`` and ``bench.md``.

python -m scamlint_training.bench [--part latency] [--quick]
"""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import pkgutil
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import onnxruntime

from scamlint.bundle import DEFAULT_MODEL
from scamlint_training import bench
from scamlint_training.bench import Options, Row
from scamlint_training.corpus.documents import REPOSITORY

_log = logging.getLogger(__name__)
REPORTS = REPOSITORY / "training" / "reports"


@dataclass(frozen=True, slots=True)
class Part:
    """The figures of one part.

    Attributes:
        model: The measured model.
        machine: What :func:`machine` said before the part ran.
        rows: The figures.
    """

    model: str
    machine: dict[str, Any]
    rows: Sequence[Row]


def part_names() -> list[str]:
    """Return the names of all parts."""
    names = (module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_"))
    return sorted(name for name in names if name != "material")


def machine() -> dict[str, Any]:
    """Describe the machine and the libraries that a figure depends on."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "onnxruntime": onnxruntime.__version__,
        "instructions": _instructions(),
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def run(names: Sequence[str], options: Options) -> dict[str, Part]:
    """Run parts one after the other.

    Args:
        names: Names of parts.
        options: What each is told.
    """
    results = {}
    for name in names:
        about = machine()
        rows: list[Row] = importlib.import_module(f"{bench.__name__}.{name}").measure(options)
        results[name] = Part(options.model, about, rows)
        for row in rows:
            _log.info("%s", describe(row))
    return results


def describe(row: Row) -> str:
    """Write a row as one line of text."""
    verdict = {None: "", True: f"  (goal {row.goal}: kept)", False: f"  (goal {row.goal}: MISSED)"}[row.met]
    return f"{row.name}: {row.value:,.4g} {row.unit}{verdict}"


def as_json(part: Part) -> dict[str, Any]:
    """Return a part as plain JSON types."""
    rows = [
        {"name": r.name, "value": round(r.value, 5), "unit": r.unit, "goal": r.goal, "met": r.met, "note": r.note}
        for r in part.rows
    ]
    return {"model": part.model, "machine": part.machine, "rows": rows}


def as_page(stored: Mapping[str, Any]) -> str:
    """Return the readable page for what ``bench.json`` holds."""
    lines = [
        "# Speed",
        "",
        "Written by `python -m scamlint_training.bench`; do not edit. Figures hold for the machine named above them.",
        "",
    ]
    for name, part in stored["parts"].items():
        about = part["machine"]
        lines += [
            f"## {name}",
            "",
            f"{about['processor']} ({about['instructions']}), {about['cores']} cores, Python {about['python']}, ONNX "
            f"Runtime {about['onnxruntime']}, load before the run {about['load_before']}; model {part['model']}.",
            "",
            "| | value | unit | goal | kept | note |",
            "|---|---:|---|---|---|---|",
        ]
        for row in part["rows"]:
            kept = {None: "", True: "yes", False: "**no**"}[row["met"]]
            cells = [row["name"], f"{row['value']:,.4g}", row["unit"], row["goal"], kept, row["note"]]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def write(results: Mapping[str, Part], folder: Path) -> None:
    """Write JSON and page; parts that were not run keep their stored figures."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "bench.json"
    stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {"parts": {}}
    stored["parts"] |= {name: as_json(part) for name, part in results.items()}
    path.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    (folder / "bench.md").write_text(as_page(stored), encoding="utf-8")


def _processor() -> str:
    return _cpu_info("model name") or platform.processor() or platform.machine()


def _instructions() -> str:
    """Name the instructions for 8-bit numbers, on which the speed of the model depends most."""
    flags = _cpu_info("flags").split()
    return next((name for name in ("amx_int8", "avx512_vnni", "avx_vnni", "avx2") if name in flags), "others")


def _cpu_info(key: str) -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith(key):
                return line.split(":", 1)[1].strip()
    return ""


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure speed.")
    parser.add_argument("--part", action="append", choices=part_names(), help="run only this part; may be given again")
    parser.add_argument("--model", default=DEFAULT_MODEL, help="a shipped name or a model folder")
    parser.add_argument("--quick", action="store_true", help="little work, nothing written")
    parser.add_argument("--output", type=Path, default=REPORTS)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    _log.setLevel(logging.INFO)
    options = Options(arguments.model, arguments.quick)
    results = run(arguments.part or part_names(), options)
    if not arguments.quick:
        write(results, arguments.output)


if __name__ == "__main__":
    main()
