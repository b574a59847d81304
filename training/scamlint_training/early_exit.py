"""Let an ONNX model skip what its skimmer finds dull: the rest of the network becomes the branch of an ``If``."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import onnx
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, helper, numpy_helper

# So far below the skimmer's score lie the logits of the pieces of a window that is not read, and of one that it finds
# worth reading, below 0: surely clean, and still in the skimmer's order, so that documents can be ranked.
BELOW = 6.0


def skip_dull(model: ModelProto) -> ModelProto:
    """Make the network after the skimmer conditional.

    Args:
        model: Takes ``input_ids``, shape ``(batch, pieces)``, and gives ``logits``, shape
            ``(batch, pieces, channels)``, and ``skimmed``, shape ``(batch,)``.

    Returns:
        The model with a second input ``gate``, a number: when no window of the batch is skimmed at it or above, all
        logits lie ``BELOW`` the highest of ``skimmed``, and only the embeddings and the skimmer are computed.
    """
    graph = model.graph
    outputs = {output.name: output for output in graph.output}
    channels = outputs["logits"].type.tensor_type.shape.dim[2].dim_value
    always = _needed(graph, ["skimmed"])
    first = [node for node in graph.node if node.name in always]
    wanted = _needed(graph, ["logits"]) - always
    later = [_with_output(node, "logits", "/read/logits") for node in graph.node if node.name in wanted]
    if not any("/read/logits" in node.output for node in later):
        raise ValueError("The skimmer computes the logits already, so nothing can be skipped.")
    shared = {name for node in first for name in node.input}
    own = {name for node in later for name in node.input} - shared
    read = helper.make_graph(
        later,
        "read",
        [],
        [_renamed(outputs["logits"], "/read/logits")],
        [tensor for tensor in graph.initializer if tensor.name in own],
    )
    dull = helper.make_graph(
        [
            helper.make_node("Shape", ["input_ids"], ["/dull/shape"], name="/dull/Shape"),
            helper.make_node("Concat", ["/dull/shape", "/dull/channels"], ["/dull/whole"], name="/dull/Concat", axis=0),
            helper.make_node("Min", ["/gate/highest", "/dull/nothing"], ["/dull/highest"], name="/dull/Min"),
            helper.make_node("Sub", ["/dull/highest", "/dull/below"], ["/dull/value"], name="/dull/Sub"),
            helper.make_node("Expand", ["/dull/value", "/dull/whole"], ["/dull/logits"], name="/dull/Expand"),
        ],
        "dull",
        [],
        [_renamed(outputs["logits"], "/dull/logits")],
        [
            numpy_helper.from_array(np.array([channels], dtype=np.int64), "/dull/channels"),
            numpy_helper.from_array(np.array(0.0, dtype=np.float32), "/dull/nothing"),
            numpy_helper.from_array(np.array(BELOW, dtype=np.float32), "/dull/below"),
        ],
    )
    switch = [
        helper.make_node("ReduceMax", ["skimmed"], ["/gate/highest"], name="/gate/ReduceMax", keepdims=0),
        helper.make_node("GreaterOrEqual", ["/gate/highest", "gate"], ["/gate/worth"], name="/gate/GreaterOrEqual"),
        helper.make_node("If", ["/gate/worth"], ["logits"], name="/gate/If", then_branch=read, else_branch=dull),
    ]
    whole = helper.make_graph(
        [*first, *switch],
        graph.name,
        [*graph.input, helper.make_tensor_value_info("gate", TensorProto.FLOAT, [])],
        [outputs["logits"], outputs["skimmed"]],
        [tensor for tensor in graph.initializer if tensor.name in shared],
    )
    result = helper.make_model(
        whole, ir_version=model.ir_version, opset_imports=model.opset_import, producer_name="scamlint"
    )
    onnx.checker.check_model(result)
    return result


def _needed(graph: GraphProto, names: Iterable[str]) -> set[str]:
    """Return the names of the nodes that these tensors are computed by."""
    producers = {output: node for node in graph.node for output in node.output}
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        node = producers.get(waiting.pop())
        if node is not None and node.name not in found:
            found.add(node.name)
            waiting.extend(node.input)
    return found


def _with_output(node: NodeProto, old: str, new: str) -> NodeProto:
    copy = NodeProto()
    copy.CopyFrom(node)
    copy.output[:] = [new if name == old else name for name in node.output]
    return copy


def _renamed(value: onnx.ValueInfoProto, name: str) -> onnx.ValueInfoProto:
    copy = onnx.ValueInfoProto()
    copy.CopyFrom(value)
    copy.name = name
    return copy
