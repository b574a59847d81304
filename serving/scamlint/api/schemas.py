"""What goes over the wire: requests and replies of the HTTP API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from scamlint.api.segments import Join
from scamlint.labels import get_label, label_names
from scamlint.offsets import OffsetUnit

EXAMPLE_TEXT = "🚀 Join today: our bot pays a guaranteed 2% daily profit, risk free."


def well_formed(text: str) -> str:
    """Return a string that is well-formed Unicode.

    Raises:
        ValueError: It holds a lone surrogate, which JSON can escape but UTF-8 cannot carry.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"character {error.start} is a lone surrogate; send well-formed Unicode (JavaScript: text.toWellFormed())"
        ) from None
    return text


Text = Annotated[str, Field(strict=True), AfterValidator(well_formed)]
Identifier = Annotated[Text, Field(min_length=1, max_length=256)]
LabelName = Annotated[
    str,
    AfterValidator(lambda name: get_label(name).name),
    Field(json_schema_extra=lambda schema: schema.update(enum=list(label_names()))),
]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Segment(_Request):
    """One piece of a document, such as a text node of a page."""

    id: Annotated[Identifier | Annotated[int, Field(strict=True)], Field(description="Comes back with the spans.")]
    text: Text
    join: Join = Field(
        default="auto",
        description="How it follows the segment before: as it is (none), after a space, on a new line (line). "
        "auto: as it is when the two meet at white space, otherwise on a new line.",
    )


class Options(_Request):
    """What a scan may be asked for besides its document."""

    offset_unit: OffsetUnit = Field(
        default="codepoint", description="Unit of every offset in the reply: JavaScript needs utf16, Python codepoint."
    )
    labels: list[LabelName] | None = Field(default=None, description="Report only these labels; all when null.")
    thresholds: dict[LabelName, Score] | None = Field(
        default=None, description="Report spans of a label from this score on, instead of the model's own threshold."
    )
    model: Text | None = Field(default=None, description="One of the models in /v1/info; its default when null.")
    explain: bool = Field(default=False, strict=True, description="Add to each span what its label means.")


class ScanRequest(Options):
    """A document: one text, or segments in reading order that are read as one text."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["text"]}, {"required": ["segments"]}],
            "examples": [
                {"text": EXAMPLE_TEXT, "offset_unit": "utf16", "explain": True},
                {
                    "segments": [
                        {"id": "n1", "text": "Earn a "},
                        {"id": "n2", "text": "guaranteed"},
                        {"id": "n3", "text": " 2% daily profit."},
                    ],
                    "offset_unit": "utf16",
                },
            ],
        }
    )

    text: Annotated[Text, Field(description="The document.")] = None  # type: ignore[assignment]
    segments: Annotated[list[Segment], Field(min_length=1, description="The document in pieces, in reading order.")] = (
        None  # type: ignore[assignment]
    )

    @model_validator(mode="after")
    def _one_document(self) -> ScanRequest:
        if (self.text is None) == (self.segments is None):
            raise ValueError("Give either text or segments.")
        return self


class BatchDocument(_Request):
    """One document of a batch."""

    id: Identifier | Annotated[int, Field(strict=True)]
    text: Text


class BatchRequest(Options):
    """Documents that are scanned one by one. A bad document gets an error in its place; the others are answered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"documents": [{"id": "a", "text": EXAMPLE_TEXT}, {"id": "b", "text": "A quiet day."}]}]
        }
    )

    documents: list[Any] = Field(
        description='Objects {"id": string or integer, "text": string}. What is no such object gets an error result.'
    )


class FeedbackModel(_Request):
    """The model that made the reply that the feedback is about."""

    name: Annotated[Text, Field(max_length=256)]
    version: Annotated[Text, Field(max_length=256)]


class FeedbackRequest(_Request):
    """A reader's judgement about a passage."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "wrong_flag",
                    "label": "guaranteed_return",
                    "text": "guaranteed 2% daily",
                    "before": "Beware of anyone who promises a ",
                    "after": " profit.",
                    "comment": "It is a warning.",
                    "store_text": True,
                }
            ]
        }
    )

    kind: Literal["wrong_flag", "missed", "wrong_label"]
    text: Annotated[Text, Field(min_length=1, max_length=20_000, description="The words in question.")]
    before: Annotated[Text | None, Field(max_length=20_000, description="Some text before them.")] = None
    after: Annotated[Text | None, Field(max_length=20_000, description="Some text after them.")] = None
    label: LabelName | None = Field(default=None, description="The label shown, or for missed the one that lacks.")
    expected_label: LabelName | None = Field(default=None, description="For wrong_label: the right one.")
    score: Score | None = Field(default=None, description="The score shown.")
    comment: Annotated[Text | None, Field(max_length=2_000, description="Stored as it is.")] = None
    store_text: bool = Field(
        default=False, strict=True, description="Store text, before and after. Otherwise only the length is kept."
    )
    model: FeedbackModel | None = None


class FeedbackReply(BaseModel):
    """The feedback was stored."""

    id: str
    text_stored: bool


class Explanation(BaseModel):
    """What a label means."""

    title: str
    text: str
    source: str
    url: str


class SpanReply(BaseModel):
    """A flagged passage; start and end in the offset unit of the reply, end exclusive."""

    start: int
    end: int
    label: LabelName
    score: float = Field(ge=0, le=1, description="Calibrated probability that the words carry the pattern.")
    text: str = Field(description="The words themselves.")
    group: int | None = Field(
        default=None, description="In segments: number of the span, shared by the parts of one that crosses segments."
    )
    explanation: Explanation | None = None


class SegmentReply(BaseModel):
    """The spans of one segment; offsets count from the segment's beginning."""

    id: str | int = Field(description="The segment's id; segments come back in the order of the request.")
    spans: list[SpanReply]


class ModelReply(BaseModel):
    """Which model answered."""

    name: str
    version: str


class LanguageReply(BaseModel):
    """The detected language: ISO 639 code and how sure the detection is. ``und``: too little text to tell."""

    code: str
    confidence: float


class WarningReply(BaseModel):
    """Something to know about a reply."""

    code: Literal["language-not-supported"]
    detail: str


class Timings(BaseModel):
    """Milliseconds: waiting for the model, running it (the whole shared run), and in all."""

    queue_ms: float
    model_ms: float
    total_ms: float
    cached: bool


class ScanReply(BaseModel):
    """What was found. A request with ``text`` gets ``spans``, one with ``segments`` gets ``segments``."""

    spans: list[SpanReply] | None = None
    segments: list[SegmentReply] | None = None
    scores: dict[str, float] = Field(description="For each label, the probability that the document carries it.")
    level: Literal["none", "low", "elevated", "high"]
    model: ModelReply
    offset_unit: OffsetUnit
    characters: int = Field(description="Code points that were read: all of the document.")
    language: LanguageReply
    warnings: list[WarningReply]
    timings: Timings


class ProblemReply(BaseModel):
    """An error (RFC 9457). Decide by ``type``."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = None
    errors: list[dict[str, str]] | None = None


class BatchResult(BaseModel):
    """The result of one document: the fields of a scan's reply, or ``error``."""

    id: str | int | None = Field(default=None, description="The document's id; null when it has none that is valid.")
    error: ProblemReply | None = None
    spans: list[SpanReply] | None = None
    scores: dict[str, float] | None = None
    level: Literal["none", "low", "elevated", "high"] | None = None
    model: ModelReply | None = None
    offset_unit: OffsetUnit | None = None
    characters: int | None = None
    language: LanguageReply | None = None
    warnings: list[WarningReply] | None = None
    timings: Timings | None = None


class BatchReply(BaseModel):
    """Results in the order of the documents."""

    results: list[BatchResult]


class LabelReply(BaseModel):
    """A label and how to show it."""

    name: LabelName
    title: str
    core: bool
    explanation: str
    colour: str
    dark: str
    source: str
    url: str
    threshold: float = Field(description="Score from which the default model's spans are reported.")


class LabelsReply(BaseModel):
    """Every label, in the order of the scores."""

    labels: list[LabelReply]


class ServedModel(ModelReply):
    """A model that requests may name."""

    id: str = Field(description="What to send as model.")
    thresholds: dict[str, float]


class Limits(BaseModel):
    """What one request may hold, and how long it may take."""

    body_bytes: int
    characters: int
    segments: int
    batch_documents: int
    time_seconds: float
    rate_per_key: str | None
    rate_per_address: str | None


class InfoReply(BaseModel):
    """The service, its models and its limits."""

    version: str
    model: ServedModel
    models: list[ServedModel]
    offset_units: list[str]
    labels: list[str]
    limits: Limits
    feedback: bool
    authentication: bool


class HealthReply(BaseModel):
    """The process answers."""

    status: Literal["ok"]
