"""The Ray engine: the same chunks, scored by the same function, in actors on any number of machines.

Ray Data plans, reads and writes: its read tasks cut the inputs into chunks, its actors hold the detector, and its write
tasks make the files. A row of the first stage is a whole chunk, so that Ray cannot regroup documents, and every
chunk is scored as the local engine scores it. What a killed actor or machine did, Ray does again.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scamlint.batch.chunks import Split, splits
from scamlint.batch.engine import run_fingerprint
from scamlint.batch.extras import need
from scamlint.batch.guard import GuardedWorker, PackedChunk, read_split
from scamlint.batch.inputs import STDIN, Input, check_inputs
from scamlint.batch.lock import LOCK_FILE, RunLock
from scamlint.batch.options import BatchOptions
from scamlint.batch.places import WRITING_FOLDER, check_folder, remove_result
from scamlint.batch.summary import LostDocumentsError, Summary
from scamlint.errors import OptionError

if TYPE_CHECKING:
    import pyarrow as pa

# Less than a chunk of documents that are worth an actor of their own.
_BLOCK_BYTES = 1 << 18


class ChunkReader:
    """Reads one split; each row that it gives is a chunk."""

    def __init__(self, options: BatchOptions, count_only: bool = False) -> None:
        self._options = options
        self._count_only = count_only

    def __call__(self, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the chunks of the split that a row of the plan describes."""
        inputs = tuple(Input(**item) for item in row["inputs"])
        split = Split(int(row["number"]), inputs, "", 0)
        for chunk in read_split(split, self._options):
            yield {"count": chunk.count, "body": b"" if self._count_only else chunk.body}


class ChunkScorer:
    """Scores chunks; Ray makes one for each actor, and each has a worker process with the limits of the run."""

    def __init__(self, options: BatchOptions) -> None:
        self._worker = GuardedWorker(options)

    def __call__(self, batch: pa.Table) -> pa.Table:
        """Score the one chunk of a batch.

        Args:
            batch: One row with the columns ``count`` and ``body``.

        Returns:
            A row for each document, with the schema of ``scamlint.batch.table.result_schema``.
        """
        import pyarrow as arrow

        (row,) = batch.to_pylist()
        encoded = self._worker.score(PackedChunk(row["count"], row["body"]))
        if encoded.rows != row["count"]:
            raise LostDocumentsError(f"A chunk of {row['count']} documents gave {encoded.rows} rows.")
        return arrow.ipc.open_stream(encoded.payload).read_all()


def run_ray(options: BatchOptions, address: str | None = None, actors: int | None = None) -> Summary:
    """Score every document of the inputs on a Ray cluster.

    Args:
        options: What to score and how. The inputs and the output folder are seen by all machines under these names.
        address: Of a running cluster; a cluster on this machine is started when None.
        actors: How many processes score; one for each core of the cluster when None.

    Returns:
        The counts.

    Raises:
        ScamlintError: An option is wrong, or rows are missing at the end.
    """
    need("ray.data", "ray", "The Ray engine")
    _check(options)
    run_fingerprint(options)
    options = replace(options, output=os.path.abspath(options.output), output_format="parquet")
    folder = Path(options.output)
    _check_place(folder)
    lock = RunLock(folder, folder)
    try:
        _prepare(folder, options)
        return _run(options, folder, address, actors)
    finally:
        lock.release()


def _run(options: BatchOptions, folder: Path, address: str | None, actors: int | None) -> Summary:
    ray = need("ray", "ray", "The Ray engine")
    data = need("ray.data", "ray", "The Ray engine")
    started = time.monotonic()
    hidden = folder / WRITING_FOLDER
    ours = not ray.is_initialized()
    if ours:
        ray.init(address=address, include_dashboard=False, log_to_driver=False)
    try:
        context = data.DataContext.get_current()
        before = context.target_max_block_size, context.enable_progress_bars
        # A block for each chunk: the actors share the blocks, and one file must keep all of them busy.
        context.target_max_block_size, context.enable_progress_bars = _BLOCK_BYTES, False
        plan = [_planned(split) for split in splits(options)]
        if not plan:
            raise OptionError("The inputs hold no file.")
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        chunks = data.from_items(plan, override_num_blocks=len(plan)).flat_map(ChunkReader(options), num_cpus=0.1)
        rows = chunks.map_batches(
            ChunkScorer,
            fn_constructor_args=(options,),
            batch_size=1,
            batch_format="pyarrow",
            compute=data.ActorPoolStrategy(size=actors or max(1, cores - 1)),
            num_cpus=0.9,
        )
        rows.write_parquet(str(hidden), compression="zstd", min_rows_per_file=options.part_rows)
        counts = data.from_items(plan, override_num_blocks=len(plan)).flat_map(ChunkReader(options, True), num_cpus=0.1)
        documents = int(counts.sum("count") or 0)
        context.target_max_block_size, context.enable_progress_bars = before
    finally:
        if ours:
            ray.shutdown()
    summary = _publish(hidden, folder)
    summary.documents = documents
    summary.seconds = time.monotonic() - started
    if summary.rows != summary.documents:
        raise LostDocumentsError(f"{summary.documents:,} documents were read and {summary.rows:,} rows written.")
    return summary


def _planned(split: Split) -> dict[str, Any]:
    """Return a split as plain types, which is what Ray carries."""
    return {"number": split.number, "inputs": [asdict(item) for item in split.inputs]}


def _check(options: BatchOptions) -> None:
    """Refuse what this engine does not do."""
    if options.single_file or options.format != "parquet":
        raise OptionError("The Ray engine writes a folder of Parquet files; name a folder as the output.")
    if options.resume or STDIN in options.inputs:
        raise OptionError("The Ray engine does neither --resume nor standard input; Ray itself repeats what was lost.")
    check_inputs(options)


def _check_place(folder: Path) -> None:
    """Refuse a place where a result must not go, before anything is made there."""
    if folder.exists() and not folder.is_dir():
        raise OptionError(f"{folder} is a file; name a folder.")
    check_folder(folder)


def _prepare(folder: Path, options: BatchOptions) -> None:
    """Throw an earlier result away when that was asked for."""
    if any(path.name != LOCK_FILE for path in folder.iterdir()):
        if not options.overwrite:
            raise OptionError(f"{folder} is not empty; choose another folder or give --overwrite.")
        remove_result(folder)


def _publish(hidden: Path, folder: Path) -> Summary:
    """Give the finished files their names, and count their rows."""
    from pyarrow import compute, parquet

    summary = Summary()
    for number, path in enumerate(sorted(hidden.glob("*.parquet"))):
        table = parquet.read_table(path, columns=["status", "source", "error", "spans"])
        summary.rows += table.num_rows
        broken = table.filter(compute.field("status") != "ok")
        summary.errors += broken.num_rows
        if broken.num_rows and not summary.first_error:
            summary.first_error = f"{broken['source'][0].as_py()}: {broken['error'][0].as_py()}"
        summary.flagged += table.filter(compute.list_value_length(compute.field("spans")) > 0).num_rows
        path.rename(folder / f"part-{number:05d}.parquet")
    shutil.rmtree(hidden, ignore_errors=True)
    return summary
