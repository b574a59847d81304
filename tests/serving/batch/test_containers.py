"""Files of many documents that are damaged, or written in an unusual way: what cannot be read has a row."""

import gzip
import io
import tarfile

import pyarrow as pa
import pytest
from dump import warc_response
from pyarrow import parquet
from running import read_rows

from scamlint.batch.options import BatchOptions
from scamlint.batch.readers import read_stream

OPTIONS = BatchOptions(("in",), "out")
BLOCK = 512


@pytest.fixture
def archive():
    """A tar of three notes; each takes two blocks, and two blocks of zeros are the end."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name in ("a", "b", "c"):
            info = tarfile.TarInfo(f"{name}.txt")
            info.size = len(name)
            tar.addfile(info, io.BytesIO(name.encode()))
    return buffer.getvalue()


def rows_of(batch, tmp_path, name, data, *more):
    """Score a file and return id, status and error of its rows."""
    (tmp_path / name).write_bytes(data)
    batch(name, "--output", "out.jsonl", "--rows", "full", "--overwrite", *more)
    return [(row["id"], row["status"], row["error"]) for row in read_rows(tmp_path / "out.jsonl")]


@pytest.mark.parametrize("damage", ["bad header", "cut header", "cut between members", "cut member"])
def test_a_damaged_tar_has_a_row_for_its_rest(batch, tmp_path, archive, damage):
    second = 2 * BLOCK
    data = {
        "bad header": archive[:second] + b"?" * BLOCK + archive[second + BLOCK :],
        "cut header": archive[: second + 100],
        "cut between members": archive[:second],
        "cut member": archive[: second - 1],
    }[damage]
    rows = rows_of(batch, tmp_path, "in.tar", data)
    assert [(id_, status) for id_, status, _ in rows] == [("in.tar!a.txt", "ok"), ("in.tar:rest", "unreadable")]
    assert "damaged from here on" in rows[1][2]


def test_a_whole_tar_has_no_other_row(archive):
    found = read_stream(".tar", io.BytesIO(archive), "in.tar", OPTIONS)
    assert [(record.id, record.status) for record in found] == [(f"in.tar!{name}.txt", "ok") for name in "abc"]
    assert list(read_stream(".tar", io.BytesIO(bytes(20 * BLOCK)), "in.tar", OPTIONS)) == [], "an empty archive"


def test_a_hard_link_in_a_tar_has_a_row(tmp_path):
    (tmp_path / "a.txt").write_text("Words.")
    (tmp_path / "b.txt").hardlink_to(tmp_path / "a.txt")
    with tarfile.open(tmp_path / "in.tar", "w") as tar:
        for name in ("a.txt", "b.txt"):
            tar.add(tmp_path / name, name)
    with (tmp_path / "in.tar").open("rb") as stream:
        found = [(record.id, record.status) for record in read_stream(".tar", stream, "in.tar", OPTIONS)]
    assert found == [("in.tar!a.txt", "ok"), ("in.tar!b.txt", "unsupported")]


@pytest.mark.parametrize("ending", ["tar", "tgz"])
def test_tables_in_a_tar_are_read_and_a_very_large_one_costs_no_other_member(batch, tmp_path, ending):
    table = io.BytesIO()
    parquet.write_table(pa.table({"id": ["a", "b"], "text": ["Words."] * 2}), table)
    large = io.BytesIO()
    parquet.write_table(pa.table({"text": [f"{n:09}" for n in range(4_000)]}), large, compression="none")
    members = {
        "one.parquet": table.getvalue(),
        "two.parquet.gz": gzip.compress(table.getvalue()),
        "three.parquet.zst": pa.compress(table.getvalue(), "zstd", asbytes=True),
        "large.parquet": large.getvalue(),
        "note.txt": b"Words.",
    }
    with tarfile.open(tmp_path / f"in.{ending}", "w:gz" if ending == "tgz" else "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    batch(f"in.{ending}", "--output", "out.jsonl", "--rows", "full", "--max-bytes", "4000")
    found = [(row["id"], row["source"].partition("!")[2], row["status"]) for row in read_rows(tmp_path / "out.jsonl")]
    assert found == [
        *((id_, name, "ok") for name in list(members)[:3] for id_ in "ab"),
        (f"in.{ending}!large.parquet", "large.parquet", "too_large"),
        (f"in.{ending}!note.txt", "note.txt", "ok"),
    ]


def test_arrays_and_objects_of_json_one_after_the_other_are_all_read(batch, tmp_path):
    def item(name):
        return f'{{"id": "{name}", "text": "Words."}}'

    words = f"[{item('a')}, {item('b')}]\n[{item('c')}] []\n{item('d')}\ufeff[{item('e')}, [1]]"
    rows = rows_of(batch, tmp_path, "in.json", words.encode())
    assert [(id_, status) for id_, status, _ in rows] == [
        *((name, "ok") for name in "abcde"),
        ("in.json:6", "invalid"),
    ]


def test_what_stands_behind_an_array_and_is_no_json_has_a_row(batch, tmp_path):
    for words in ('[{"id": "a", "text": "Words."}] garbage', '[{"id": "a", "text": "Words."}]]'):
        rows = rows_of(batch, tmp_path, "in.json", words.encode())
        assert [(id_, status) for id_, status, _ in rows] == [("a", "ok"), ("in.json:rest", "unreadable")]
        assert "repair it there" in rows[1][2]


@pytest.mark.parametrize(
    "headers",
    [
        ["Content-Encoding: x-gzip"],
        ["Content-Encoding:  X-GZIP "],
        ["Transfer-Encoding: Chunked"],
        ["transfer-encoding: CHUNKED", "Transfer-Encoding: CHUNKED"],
        ["Transfer-Encoding: Chunked", "Content-Encoding: Gzip"],
    ],
)
def test_captured_content_is_decoded_however_its_coding_is_written(headers):
    body, written = b"Words.", "\r\n".join(["text/plain", *headers])
    if "gzip" in written.lower():
        body = gzip.compress(body)
    if "chunked" in written.lower():
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    (record,) = read_stream(".warc", io.BytesIO(warc_response(1, written, body)), "in.warc", OPTIONS)
    assert (record.data, record.status) == (b"Words.", "ok")


class Noted(io.BytesIO):
    """A file that notes how much is read of it at once."""

    largest = 0

    def read(self, size=-1):
        data = super().read(size)
        self.largest = max(self.largest, len(data))
        return data


def test_a_large_column_of_parquet_is_read_bit_by_bit():
    """The file has one group of rows, as many programs write it; its column is not held in memory as a whole."""
    file = Noted()
    table = pa.table({"text": [f"{number:02000}" for number in range(4_000)]})
    parquet.write_table(table, file, compression="none", use_dictionary=False)
    size = file.tell()
    file.seek(0)
    rows = sum(1 for _ in read_stream(".parquet", file, "in.parquet", OPTIONS))
    assert rows == 4_000
    assert file.largest < size / 2
