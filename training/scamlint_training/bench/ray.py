"""Dumps on Ray: documents a second with one and with two actors on a cluster on this machine."""

from __future__ import annotations

import importlib.util
import logging
import tempfile
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from scamlint.batch import BatchOptions
from scamlint_training.bench import Options, Row
from scamlint_training.bench.material import mixed_documents

_log = logging.getLogger(__name__)
_CHARACTERS = 1_500_000
_QUICK = 100_000


def measure(options: Options) -> list[Row]:
    """Measure the Ray engine on 1 and 2 actors, when Ray is installed."""
    if importlib.util.find_spec("ray") is None:
        _log.warning("Ray is not installed, so it is not measured: pip install '.[ray]'.")
        return []
    import ray

    from scamlint.batch.ray_engine import run_ray

    texts = mixed_documents(_QUICK if options.quick else _CHARACTERS)
    rates = []
    with tempfile.TemporaryDirectory(prefix="scamlint-bench-") as name:
        path = Path(name) / "in.parquet"
        parquet.write_table(pa.table({"id": list(range(len(texts))), "text": texts}), path)
        ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False)
        try:
            for actors in (1, 2):
                output = str(Path(name) / f"out-{actors}")
                summary = run_ray(BatchOptions((str(path),), output, model=options.model), actors=actors)
                rates.append(summary.rows / summary.seconds)
        finally:
            ray.shutdown()
    note = "start of the actors included"
    return [
        Row("batch on Ray, Parquet, 1 actor", rates[0], "documents/s", note=note),
        Row("batch on Ray, Parquet, 2 actors", rates[1], "documents/s", note=note),
        Row("batch on Ray, 2 actors to 1", rates[1] / rates[0], "times"),
    ]
