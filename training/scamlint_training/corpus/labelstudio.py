"""Label Studio's JSON: a list of tasks with ``data`` and ``annotations``.

Source: https://labelstud.io/guide/task_format. Label Studio counts offsets in code points since 1.4; older ones counted
UTF-16 units (HumanSignal/label-studio issues 1347 and 1008), so the words stored beside the offsets decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scamlint import label_names
from scamlint_training.corpus.documents import Document, GoldSpan
from scamlint_training.corpus.markup import MarkupError

FIELDS = ("genre", "stance", "family")


def labeling_config() -> str:
    """Return the labelling interface (XML) that the tasks are made for."""
    labels = "\n".join(f'    <Label value="{name}"/>' for name in label_names())
    return (
        '<View>\n  <Labels name="label" toName="text">\n'
        f'{labels}\n  </Labels>\n  <Text name="text" value="$text" granularity="word"/>\n</View>\n'
    )


def to_tasks(documents: Iterable[Document]) -> list[dict[str, Any]]:
    """Return the tasks, ready for ``json.dump`` and for Label Studio's import."""
    return [
        {
            "data": {key: value for key, value in document.to_dict().items() if key != "spans"},
            "annotations": [{"result": [_result(document.text, n, span) for n, span in enumerate(document.spans)]}],
        }
        for document in documents
    ]


def from_tasks(tasks: Iterable[Mapping[str, Any]]) -> Iterator[Document]:
    """Read exported tasks; of several annotations of a task, the last one that was not cancelled counts.

    Raises:
        MarkupError: A task lacks a field, or an offset does not fit the words stored with it.
    """
    for number, task in enumerate(tasks, start=1):
        try:
            data = task["data"]
            done = [one for one in task.get("annotations", []) if not one.get("was_cancelled")]
            results = done[-1]["result"] if done else []
            spans = {span for result in results for span in _spans(data["text"], result)}
            fields = {name: data[name] for name in FIELDS}
            yield Document(
                id=data["id"], text=data["text"], spans=tuple(sorted(spans)), tags=tuple(data.get("tags", ())), **fields
            )
        except (KeyError, TypeError) as error:
            raise MarkupError(f"Task {number} of the Label Studio file lacks {error}.") from error


def _result(text: str, number: int, span: GoldSpan) -> dict[str, Any]:
    words = text[span.start : span.end]
    return {
        "id": f"span{number}",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": span.start, "end": span.end, "text": words, "labels": [span.label]},
    }


def _spans(text: str, result: Mapping[str, Any]) -> Iterator[GoldSpan]:
    if result.get("type") != "labels":
        return
    value = result["value"]
    start, end = int(value["start"]), int(value["end"])
    words = value.get("text")
    if words is not None and text[start:end] != words:
        units = text.encode("utf-16-le", "surrogatepass")
        start, end = (len(units[: 2 * at].decode("utf-16-le", "replace")) for at in (start, end))
        if text[start:end] != words:
            raise MarkupError(f"Offsets {value['start']}-{value['end']} do not give the words {words[:40]!r}.")
    for label in value["labels"]:
        yield GoldSpan(start, end, label)
