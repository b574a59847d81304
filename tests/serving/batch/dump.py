"""Writes a dump for tests: documents of every kind that ``scamlint batch`` reads, some of them broken or hostile.

    python tests/serving/batch/dump.py FOLDER --documents 100000

The words are made from phrases written for this script; nothing is downloaded.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import random
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import pyarrow as pa
from pyarrow import parquet

_PLAIN = [
    "The team meets every second Tuesday to go through the open issues.",
    "Fees are taken from the pool and shown on the dashboard.",
    "The contract was reviewed and the report is public.",
    "Nobody can tell what the price will be next month.",
    "Withdrawals take up to three working days.",
    "The testnet was restarted after the upgrade on block 120,034.",
    "Beware of anyone who promises fixed profits: that is how people lose their savings.",
    "🚀 Der Handel beginnt um 9 Uhr, naïve Käufer zahlen zu viel.",
]
_PITCH = [
    "Earn a guaranteed 2% every day with zero risk.",
    "Your deposit is doubled in 30 days, profits are assured.",
    "Bring three friends and receive 10% of everything they put in.",
    "Only 50 places are left, the door closes tonight!",
    "This token will go 100x before the summer, mark my words.",
    "Send 0.5 ETH to the address below and get 1 ETH back.",
    "Thousands of happy members already live from their passive income.",
]


class Dump:
    """A dump on disk, and what is known about it.

    Attributes:
        folder: Where it lies.
        documents: How many rows a run over it must give.
        broken: How many of them must have a status other than ``ok``.
    """

    def __init__(self, folder: Path, seed: int = 7) -> None:
        self.folder = folder
        self.documents = 0
        self.broken = 0
        self._random = random.Random(seed)

    def text(self) -> str:
        """Return the words of one document."""
        rng = self._random
        pitch = rng.random() < 0.3
        phrases = [rng.choice(_PITCH if pitch and rng.random() < 0.4 else _PLAIN) for _ in range(rng.randint(2, 25))]
        return " ".join(phrases)

    def add(self, count: int = 1, broken: int = 0) -> None:
        self.documents += count
        self.broken += broken

    def path(self, name: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


def make_dump(folder: Path, documents: int, *, seed: int = 7, hostile: bool = True) -> Dump:
    """Write a dump.

    Args:
        folder: Where to; it must not exist.
        documents: About how many documents.
        seed: Of the random choices.
        hostile: Whether to add the files that hang or crash a parser.

    Returns:
        The dump, with what a run over it must count.
    """
    folder.mkdir(parents=True)
    dump = Dump(folder, seed)
    rows = int(documents * 0.68)
    _jsonl(dump, "lines/plain.jsonl", rows // 2, Path.write_bytes)
    _jsonl(dump, "lines/zipped.jsonl.gz", rows // 4, lambda path, data: path.write_bytes(gzip.compress(data, 1)))
    _jsonl(dump, "lines/z.jsonl.zst", rows // 4, lambda path, data: path.write_bytes(zstd(data)))
    _tables(dump, int(documents * 0.18))
    _archives(dump, int(documents * 0.06))
    _files(dump, max(16, int(documents * 0.08)))
    _broken_files(dump)
    if hostile:
        _hostile_files(dump)
    return dump


def bad_lines() -> Iterator[bytes]:
    """Yield lines of JSONL that each must become a row with an error."""
    yield b'{"id": "no-text"}'
    yield b'{"id": "broken", "text": "cut'
    yield b'{"id": "latin", "text": "caf\xe9"}'
    yield b""
    yield b"[1, 2]"
    yield b'{"id": "number", "text": 5}'
    yield b'{"id": "deep", "text": ' + b"[" * 50_000
    yield b"\x00\x01\x02"


def _jsonl(dump: Dump, name: str, count: int, write: Callable[[Path, bytes], object]) -> None:
    lines = [
        json.dumps({"id": f"{name}-{number}", "text": dump.text(), "lang": "en"}).encode() for number in range(count)
    ]
    bad = list(bad_lines()) * max(1, count // 2_000)
    for line in bad:
        lines.insert(dump._random.randrange(len(lines) + 1), line)
    odd = [
        json.dumps({"id": "empty", "text": ""}).encode(),
        b'{"id": "nul", "text": "a\\u0000b \x00 raw"}',
        b'{"id": "lone", "text": "\\ud83d Earn a guaranteed 2% every day"}',
    ]
    dump.add(len(lines) + len(odd), len(bad))
    write(dump.path(name), b"\n".join([*lines, *odd, b""]))


def _tables(dump: Dump, count: int) -> None:
    half = count // 2
    texts: list[str | None] = [dump.text() for _ in range(half)]
    texts[half // 2] = None
    table = pa.table({"id": [f"p{number}" for number in range(half)], "text": texts, "lang": ["en"] * half})
    parquet.write_table(table, dump.path("tables/rows.parquet"), row_group_size=1_000)
    dump.add(half, 1)
    for name, delimiter in (("tables/rows.csv", ","), ("tables/rows.tsv", "\t")):
        with dump.path(name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(["id", "text", "lang"])
            writer.writerows([f"{name}{number}", dump.text() + "\nsecond line", "en"] for number in range(half // 3))
        dump.add(half // 3)
    rows = [{"id": f"j{number}", "text": dump.text()} for number in range(half // 3)]
    dump.path("tables/rows.json").write_text(json.dumps(rows, indent=1), encoding="utf-8")
    dump.add(half // 3)


def _archives(dump: Dump, count: int) -> None:
    third = count // 3
    with zipfile.ZipFile(dump.path("archives/pages.zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(third):
            archive.writestr(f"in/{number:05d}.html", page(dump.text()))
        archive.writestr("bomb.txt", b"\0" * (80 << 20))
        archive.writestr("inner.zip", b"PK\x05\x06" + b"\0" * 18)
    dump.add(third + 2, 2)
    with tarfile.open(dump.path("archives/notes.tar.gz"), "w:gz") as archive:
        for number in range(third):
            data = dump.text().encode()
            info = tarfile.TarInfo(f"notes/{number:05d}.txt")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    dump.add(third)
    with dump.path("archives/crawl.warc.gz").open("wb") as file:
        for number in range(third):
            kind, body = ("text/html", page(dump.text()).encode()) if number % 10 else ("image/png", b"\x89PNG")
            file.write(gzip.compress(warc_response(number, kind, body), mtime=0))
    dump.add(third, (third + 9) // 10)


def _files(dump: Dump, count: int) -> None:
    for number in range(count):
        text, stem = dump.text(), f"files/{number % 10}/{number:06d}"
        kind = number % 16
        if kind == 0:
            dump.path(stem + ".pdf").write_bytes(pdf([text[:900], "Second page. " + text[:500]]))
        elif kind == 1 and number < 320:
            document = docx.Document()
            document.add_paragraph(text)
            document.save(str(dump.path(stem + ".docx")))
        elif kind == 2:
            message = f"Subject: News\nContent-Type: text/plain; charset=utf-8\n\n{text}"
            dump.path(stem + ".eml").write_bytes(message.encode())
        elif kind < 9:
            dump.path(stem + ".html").write_text(page(text), encoding="utf-8")
        elif kind == 9:
            dump.path(stem + ".txt").write_bytes(("Гарантированный доход без риска каждый день. " * 8).encode("cp1251"))
        else:
            dump.path(stem + ".md").write_text(f"# Note {number}\n\n{text}\n", encoding="utf-8")
    dump.add(count)


def _broken_files(dump: Dump) -> None:
    """Files that are damaged, locked, of an unknown kind, or too large."""
    whole = parquet_bytes()
    for name, data in {
        "cut.pdf": pdf(["some words"])[:200],
        "blank.pdf": pdf([""]),
        "cut.docx": b"PK\x03\x04 and no more",
        "cut.parquet": whole[: len(whole) // 2],
        "cut.zip": b"PK\x03\x04 and no more",
        "cut.txt.gz": gzip.compress(b"words " * 5_000)[:-20],
        "bomb.txt.gz": gzip.compress(b"\0" * (80 << 20)),
        "cut.txt.zst": zstd(random.Random(1).randbytes(5_000))[:-20],
        "no-columns.csv": b"a,b\n1,2\n",
        "cut.json": b'[{"id": 1, "text": ',
        "picture.png": b"\x89PNG",
        "noise.parquet": b"\x00" * 100,
        "cut.tar": b"junk" * 300,
        "cut.warc": b"WARC/1.0\r\njunk",
    }.items():
        dump.path(f"broken/{name}").write_bytes(data)
        dump.add(1, 1)
    # A line without an end, longer than the limit, and a good one after it.
    dump.path("broken/endless.jsonl").write_bytes(b"x" * (70 << 20) + b'\n{"id": "after", "text": "Words."}\n')
    dump.add(2, 1)
    # Three thousand rows and then the file breaks off: the rest is one row.
    good = b"".join(json.dumps({"id": f"g{n}", "text": f"Words {n * 7919}."}).encode() + b"\n" for n in range(200))
    dump.path("broken/rest.json").write_bytes(b"[" + good.replace(b"}\n", b"},\n") + b'{"id":')
    dump.add(201, 1)
    dump.path("broken/nested.html").write_bytes(b"<div>" * 100_000 + b"Earn a guaranteed 2% every day with zero risk.")
    dump.add(1)


def _hostile_files(dump: Dump) -> None:
    """Files that hang a parser or kill the process that it runs in."""
    endless = b"BT /F1 1 Tf " + b"(aaaaaaaaaaaaaaaa) Tj " * 3_000 + b"ET"
    dump.path("hostile/hangs.pdf").write_bytes(pdf_of(endless, pages=20_000))
    dump.path("hostile/hangs.html").write_bytes(b"<div>" * 3_000_000 + b"x")
    dump.path("hostile/crashes.pdf").write_bytes(pdf_of(b"q " * 5_000_000 + b"BT /F1 1 Tf (a) Tj ET"))
    dump.path("hostile/memory.pdf").write_bytes(pdf_of(b"BT /F1 1 Tf " + b"(aaaaaaaaaaaaaaaa) Tj " * 2_000_000 + b"ET"))
    dump.add(4, 4)


def warc_response(number: int, kind: str, body: bytes) -> bytes:
    """Return a WARC record of a captured response."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + body
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:test:{number}>\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
        f"WARC-Target-URI: https://example.org/{number}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def page(text: str) -> str:
    """Return an HTML page with a text."""
    return f"<html><head><title>Page</title><script>var x = 1;</script></head><body><p>{text}</p></body></html>"


def zstd(data: bytes) -> bytes:
    """Return data compressed with zstd, as one frame."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(data)
    return sink.getvalue().to_pybytes()


def parquet_bytes() -> bytes:
    """Return a small Parquet file."""
    buffer = io.BytesIO()
    parquet.write_table(pa.table({"id": ["a"] * 50, "text": ["some words"] * 50}), buffer)
    return buffer.getvalue()


def pdf(texts: list[str]) -> bytes:
    """Return a PDF with one page for each text."""
    pages = []
    for text in texts:
        plain = "".join(char if char.isascii() and char not in "()\\" else " " for char in text)
        lines = [plain[start : start + 90] for start in range(0, len(plain), 90)]
        moved = b" ".join(b"(" + line.encode() + b") Tj 0 -14 Td" for line in lines)
        pages.append(b"BT /F1 10 Tf 40 760 Td " + moved + b" ET")
    return _pdf(pages, list(range(len(pages))))


def pdf_of(content: bytes, pages: int = 1) -> bytes:
    """Return a PDF that shows one content stream on many pages."""
    return _pdf([content], [0] * pages)


def _pdf(contents: list[bytes], pages: list[int]) -> bytes:
    first = 4  # objects: catalogue, page tree, font; then a page and a stream for each content
    kids = b" ".join(b"%d 0 R" % (first + 2 * which) for which in pages)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % len(pages),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, content in enumerate(contents):
        packed = zlib.compress(content, 9)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R " % (first + 2 * number + 1)
            + b"/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed) + packed + b"\nendstream")
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n" % size
        + table
        + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(out))
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--no-hostile", action="store_true")
    arguments = parser.parse_args()
    made = make_dump(arguments.folder, arguments.documents, hostile=not arguments.no_hostile)
    print(f"{made.documents} documents, {made.broken} of them broken, in {made.folder}")
