"""What the service answers: the replies of the HTTP API."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from scamlint.api.requests import LabelName
from scamlint.offsets import OffsetUnit


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
    """The detected language: ISO 639 code and how sure the detection is.

    ``und`` when it cannot be told: too few letters of Latin script, or words that several languages share. Then there
    is no warning, and the text may be in any language.
    """

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
