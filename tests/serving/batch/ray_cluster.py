"""Scores a folder on a Ray cluster of three nodes (processes of their own) and kills a scoring process on the way.

python ray_cluster.py INPUT OUTPUT
"""

import sys
import threading
import time

import psutil
import ray
from ray.cluster_utils import Cluster

from scamlint.batch import BatchOptions
from scamlint.batch.ray_engine import run_ray


def kill_one_scorer(killed: list[int]) -> None:
    """Kill the first actor that holds a worker process, some moments after it began."""
    while not killed:
        for process in psutil.process_iter(["cmdline"]):
            name = " ".join(process.info["cmdline"] or [])
            if name.startswith("ray::") and "ChunkScorer" in name and process.children():
                time.sleep(1.0)
                killed.append(process.pid)
                process.kill()
                return
        time.sleep(0.1)


def main() -> None:
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 2, "object_store_memory": 100 << 20})
    for _ in range(2):
        cluster.add_node(num_cpus=2, object_store_memory=100 << 20)
    ray.init(address=cluster.address, log_to_driver=False)
    killed: list[int] = []
    threading.Thread(target=kill_one_scorer, args=(killed,), daemon=True).start()
    options = BatchOptions((sys.argv[1],), sys.argv[2], model="baseline", timeout=5, memory=512)
    nodes = sum(node["Alive"] for node in ray.nodes())
    summary = run_ray(options, actors=2)
    print(f"nodes={nodes} killed={len(killed)} documents={summary.documents} rows={summary.rows}")
    ray.shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main()
