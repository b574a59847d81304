"""The options of a batch run, checked once."""

from __future__ import annotations

import codecs
import glob
from dataclasses import dataclass, field
from typing import Any

from scamlint.bundle import DEFAULT_MODEL
from scamlint.cores import available_cores
from scamlint.errors import OptionError
from scamlint.labels import label_names

MIB = 1024 * 1024
OUTPUT_FORMATS = ("parquet", "jsonl", "csv")
# Columns of the full row; a kept column may not take one of these names.
COLUMNS = (
    "id", "source", "status", "error", "level", "scores", "counts", "spans", "characters", "model", "version",
    "offsets",
)  # fmt: skip
# The longest time limit: some days, which systems can count as they count processor time.
MOST_SECONDS = 1_000_000
# Columns of the short row; kept columns follow.
SHORT_COLUMNS = ("id", "spans", "scores", "model", "error")


def csv_columns() -> tuple[str, ...]:
    """Return the columns of a CSV result: one for each label in place of the scores and the counts."""
    columns: list[str] = []
    for name in COLUMNS:
        per_label = name in ("scores", "counts")
        columns += [f"{name[:-1]}_{label}" for label in label_names()] if per_label else [name]
    return tuple(columns)


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """What to score and how.

    Attributes:
        inputs: Files, folders, globs, fsspec URLs, or ``-`` for standard input.
        output: A folder for parts, or a file that ends with ``.parquet``, ``.jsonl`` or ``.csv``.
        model: A shipped model or the path of a model folder.
        output_format: ``parquet``, ``jsonl`` or ``csv``; found from ``output`` when None, else Parquet.
        rows: ``full``, ``short`` (JSONL only: id, spans, scores, model, error), or ``auto``: short when one JSONL file
            (by its name, also compressed) or standard input goes in and a ``.jsonl`` file comes out.
        input_format: Read every input as this kind (``jsonl``, ``csv``, ``txt``, ...) whatever its name says.
        text_column: Field of a row that holds the text.
        id_column: Field of a row that identifies it.
        keep: Other fields of a row to carry to the output.
        encoding: Encoding of text inputs; found out when None.
        labels: Report only these labels; all when None.
        thresholds: Scores from which spans are reported, for labels whose default should change.
        context: Characters of context that each span carries on either side.
        workers: Processes that parse and score; one for each core when None.
        timeout: Seconds of processor time that reading one document may take, at most 1,000,000.
        memory: MiB that reading one document may take.
        max_bytes: Largest document, in bytes.
        part_rows: Rows after which a part of the result is closed; a crash costs at most the open part.
        skip_unsupported: Leave out files of kinds that are not read, instead of a row with an error for each.
        resume: Go on where an interrupted run stopped.
        overwrite: Throw away what an earlier run left.
    """

    inputs: tuple[str, ...]
    output: str
    model: str = DEFAULT_MODEL
    output_format: str | None = None
    rows: str = "auto"
    input_format: str | None = None
    text_column: str = "text"
    id_column: str = "id"
    keep: tuple[str, ...] = ()
    encoding: str | None = None
    labels: tuple[str, ...] | None = None
    thresholds: dict[str, float] = field(default_factory=dict)
    context: int = 60
    workers: int | None = None
    timeout: float = 30.0
    memory: int = 1024
    max_bytes: int = 64 * MIB
    part_rows: int = 16_384
    skip_unsupported: bool = False
    resume: bool = False
    overwrite: bool = False

    def __post_init__(self) -> None:
        _check_choice("output format", self.output_format, (None, *OUTPUT_FORMATS))
        _check_choice("kind of rows", self.rows, ("auto", "full", "short"))
        _check_choice("input format", self.input_format, (None, *INPUT_FORMATS))
        _check_encoding(self.encoding)
        if not self.inputs:
            raise OptionError("Give at least one input: a file, a folder, a glob, or - for standard input.")
        if not self.single_file and self.output.lower().endswith(_OTHER_FILES):
            raise OptionError(f"{self.output} looks like a file; one file ends with .parquet, .jsonl or .csv.")
        if self.single_file and not self.output.lower().endswith(f".{self.format}"):
            raise OptionError(
                f"{self.output} names another format than {self.format}; give the file that ending, or leave out "
                "--output-format."
            )
        if self.resume and self.overwrite:
            raise OptionError("--resume and --overwrite contradict each other; give one of them.")
        if self.resume and "-" in self.inputs:
            raise OptionError("Standard input cannot be read a second time; save it to a file to use --resume.")
        self._check_keep()
        if self.rows == "short" and self.format != "jsonl":
            raise OptionError("Short rows are written as JSONL only; name an output that ends with .jsonl.")
        self._check_numbers()

    def _check_keep(self) -> None:
        if len(set(self.keep)) != len(self.keep):
            raise OptionError("A column is named twice in --keep.")
        for name in self.keep:
            if name in COLUMNS or (self.format == "csv" and name in csv_columns()):
                raise OptionError(f"The column {name!r} cannot be kept: the result has a column of that name.")

    def _check_numbers(self) -> None:
        if not 0 < self.timeout <= MOST_SECONDS:  # nan is neither
            raise OptionError(f"timeout must be above 0 and at most {MOST_SECONDS:,} seconds, got {self.timeout}.")
        for name in ("memory", "max_bytes", "part_rows"):
            if getattr(self, name) <= 0:
                raise OptionError(f"{name} must be above 0, got {getattr(self, name)}.")
        if self.context < 0 or (self.workers is not None and self.workers < 1):
            raise OptionError("context must be 0 or more, and workers at least 1.")

    @property
    def single_file(self) -> bool:
        """Whether the result is one file and not a folder of parts."""
        return self.output.lower().endswith(tuple(f".{name}" for name in OUTPUT_FORMATS))

    @property
    def format(self) -> str:
        """The format of the result."""
        if self.output_format is not None:
            return self.output_format
        return self.output.lower().rsplit(".", 1)[-1] if self.single_file else "parquet"

    @property
    def short(self) -> bool:
        """Whether rows have the short form."""
        if self.rows != "auto":
            return self.rows == "short"
        if len(self.inputs) != 1 or self.input_format not in ("jsonl", None):
            return False
        name = self.inputs[0].lower()
        for suffix in (".gz", ".zst", ".zstd"):
            name = name.removesuffix(suffix)
        one_jsonl = name == "-" or (name.endswith((".jsonl", ".ndjson")) and not glob.has_magic(name))
        return one_jsonl and self.single_file and self.format == "jsonl"

    @property
    def processes(self) -> int:
        """How many worker processes to run."""
        if self.workers is not None:
            return self.workers
        return available_cores()

    def fingerprint(self) -> dict[str, Any]:
        """Return the options that shape the rows, as plain JSON types; a resumed run must have the same ones."""
        return {
            "inputs": list(self.inputs),
            "format": self.format,
            "rows": "short" if self.short else "full",
            "input_format": self.input_format,
            "text_column": self.text_column,
            "id_column": self.id_column,
            "keep": list(self.keep),
            "encoding": self.encoding,
            "labels": None if self.labels is None else list(self.labels),
            "thresholds": dict(sorted(self.thresholds.items())),
            "context": self.context,
            "timeout": self.timeout,
            "memory": self.memory,
            "max_bytes": self.max_bytes,
            "skip_unsupported": self.skip_unsupported,
        }


# Endings of results that are not written, so that nobody gets a folder of such a name.
_OTHER_FILES = (".json", ".ndjson", ".tsv", ".txt", ".xls", ".xlsx", ".gz", ".zst", ".zip", ".html", ".sarif", ".db")
TEXT_FORMS = (".txt", ".md", ".markdown", ".text", ".html", ".htm", ".xhtml", ".pdf", ".docx", ".eml")
ROW_FORMS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet")
ARCHIVE_FORMS = (".zip", ".tar", ".tgz", ".warc")
INPUT_FORMATS = tuple(sorted({form[1:] for form in (*TEXT_FORMS, *ROW_FORMS, *ARCHIVE_FORMS)}))


def _check_choice(what: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    if value not in choices:
        known = ", ".join(str(choice) for choice in choices if choice is not None)
        raise OptionError(f"There is no {what} {value!r}; choose from {known}.")


def _check_encoding(name: str | None) -> None:
    try:
        known = name is None or codecs.lookup(name)._is_text_encoding
    except (LookupError, ValueError):
        known = False
    if not known:
        raise OptionError(f"There is no encoding {name!r}; name one such as utf-8, latin-1 or utf-16.")
