"""Dumps: documents a second for each kind of input, against ``scan_many`` alone.

python -m scamlint_training.bench.batch [--quick] [--model NAME]
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import time
import zlib
from html import escape
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from scamlint import Detector
from scamlint.batch import BatchOptions, Summary, run_batch
from scamlint.bundle import DEFAULT_MODEL
from scamlint_training.bench import Options, Row
from scamlint_training.bench.material import mixed_documents

_log = logging.getLogger(__name__)
_CHARACTERS = 1_500_000
_QUICK = 100_000
_LINE = 90
_LINES = 52


def measure(options: Options) -> list[Row]:
    """Measure the local engine on 1 and 2 workers."""
    texts = mixed_documents(_QUICK if options.quick else _CHARACTERS)
    rows = []
    with tempfile.TemporaryDirectory(prefix="scamlint-bench-") as name:
        folder = Path(name)
        inputs = write_inputs(folder, texts)
        alone = _scan_many(options.model, texts)
        rows.append(Row("scan_many alone, all cores", len(texts) / alone, "documents/s"))
        for kind, path in inputs.items():
            for workers in (1, 2):
                summary = _local(options.model, path, folder, workers)
                rows += _figures(kind, path, workers, summary)
                if kind == "JSONL" and workers == 2:
                    note = "processes and model loading included"
                    ratio = alone / summary.seconds
                    rows.append(Row("batch on JSONL, 2 workers, to scan_many alone", ratio, "times", ">= 0.85", note))
    return rows


def write_inputs(folder: Path, texts: list[str]) -> dict[str, Path]:
    """Write the same documents as JSONL, Parquet, HTML and PDF files.

    Args:
        folder: Where to.
        texts: The documents.

    Returns:
        The path of each kind.
    """
    jsonl, table, html, pdf = folder / "in.jsonl", folder / "in.parquet", folder / "html", folder / "pdf"
    with jsonl.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(texts))
    parquet.write_table(pa.table({"id": list(range(len(texts))), "text": texts}), table)
    html.mkdir()
    pdf.mkdir()
    for number, text in enumerate(texts):
        body = "".join(f"<p>{escape(block)}</p>\n" for block in text.split("\n"))
        page = f"<html><head><title>{number}</title></head><body>{body}</body></html>"
        (html / f"{number:06d}.html").write_text(page, encoding="utf-8")
        (pdf / f"{number:06d}.pdf").write_bytes(plain_pdf(text))
    return {"JSONL": jsonl, "Parquet": table, "HTML": html, "PDF": pdf}


def plain_pdf(text: str) -> bytes:
    """Return a PDF of a text in Helvetica; characters outside ASCII become spaces (PDF 1.4, ISO 32000)."""
    plain = "".join(char if char.isascii() and char.isprintable() and char not in "()\\" else " " for char in text)
    lines = [plain[start : start + _LINE] for start in range(0, len(plain), _LINE)] or [""]
    pages = [lines[start : start + _LINES] for start in range(0, len(lines), _LINES)]
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, page in enumerate(pages):
        shown = " ".join(f"({line}) Tj 0 -14 Td" for line in page)
        stream = zlib.compress(f"BT /F1 10 Tf 40 760 Td {shown} ET".encode())
        content = f"/Contents {5 + 2 * number} 0 R /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {content} >>".encode())
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode()
        objects.append(head + stream + b"\nendstream")
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    tail = (
        f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n"
    )
    return out + tail.encode() + b"%%EOF\n"


def _scan_many(model: str, texts: list[str]) -> float:
    started = time.monotonic()
    for _ in Detector.load(model).scan_many(texts):
        pass
    return time.monotonic() - started


def _local(model: str, path: Path, folder: Path, workers: int) -> Summary:
    output = folder / f"out-{path.name}-{workers}"
    return run_batch(BatchOptions((str(path),), str(output), model=model, workers=workers))


def _figures(kind: str, path: Path, workers: int, summary: Summary) -> list[Row]:
    size = sum(item.stat().st_size for item in ([path] if path.is_file() else path.iterdir())) / 1e6
    name = f"batch, {kind}, {workers} worker{'s' if workers > 1 else ''}"
    outside = 1.0 - summary.model_seconds / (summary.seconds * workers)
    return [
        Row(name, summary.rows / summary.seconds, "documents/s"),
        Row(name, size / summary.seconds, "MB/s"),
        Row(f"{name}, time outside the model", 100.0 * outside, "%", note="start of the processes included"),
    ]


def main() -> None:
    """Measure and print."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--model", default=DEFAULT_MODEL)
    arguments = parser.parse_args()
    for row in measure(Options(arguments.model, arguments.quick)):
        _log.info("%s: %.2f %s %s", row.name, row.value, row.unit, row.note)


if __name__ == "__main__":
    main()
