"""What clients send: the requests of the HTTP API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from scamlint.api.segments import Join
from scamlint.labels import label_names
from scamlint.offsets import OffsetUnit

EXAMPLE_TEXT = "🚀 Join today: our bot pays a guaranteed 2% daily profit, risk free."

# Most fields of an object and most labels of a list. Each wrong one is an error of its own, and while a body is checked
# the event loop waits.
_MOST = 100


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


def _identifier(value: Any) -> str | int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and 0 < len(value) <= 256:
        return well_formed(value)
    raise ValueError("An id is an integer, or a string of 1 to 256 characters.")


def _label_name(name: str) -> str:
    if name not in label_names():
        raise ValueError(f"There is no such label; the labels are {', '.join(label_names())}.")
    return name


def _few_fields(value: Any) -> Any:
    """Refuse an object of far too many fields before they are checked one by one."""
    if isinstance(value, dict) and len(value) > _MOST:
        raise ValueError(f"It has {len(value)} fields, this server takes {_MOST}.")
    return value


Text = Annotated[str, Field(strict=True), AfterValidator(well_formed)]
# One validator, not a union: the errors of a union name its branches.
Identifier = Annotated[
    str | int,
    PlainValidator(_identifier),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1, "maxLength": 256}, {"type": "integer"}]}),
]
LabelName = Annotated[
    str,
    AfterValidator(_label_name),
    Field(json_schema_extra=lambda schema: schema.update(enum=list(label_names()))),
]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _check_count(cls, value: Any) -> Any:
        return _few_fields(value)


class Segment(_Request):
    """One piece of a document, such as a text node of a page."""

    id: Annotated[Identifier, Field(description="Comes back with the spans.")]
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
    labels: list[LabelName] | None = Field(
        default=None, max_length=_MOST, fail_fast=True, description="Report only these labels; all when null."
    )
    thresholds: Annotated[dict[LabelName, Score], BeforeValidator(_few_fields)] | None = Field(
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
    segments: Annotated[
        list[Segment], Field(min_length=1, fail_fast=True, description="The document in pieces, in reading order.")
    ] = None  # type: ignore[assignment]

    @model_validator(mode="after")
    def _one_document(self) -> ScanRequest:
        if (self.text is None) == (self.segments is None):
            raise ValueError("Give either text or segments.")
        return self


class BatchDocument(_Request):
    """One document of a batch."""

    id: Identifier
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


def _feedback_kinds(schema: dict[str, Any]) -> None:
    """Describe which labels each kind of feedback takes, as :class:`FeedbackRequest` checks it."""
    names = list(label_names())
    none = {"type": "null"}
    kinds: list[dict[str, Any]] = [
        {"properties": {"kind": {"const": "wrong_flag"}, "expected_label": none}},
        {"properties": {"kind": {"const": "missed"}, "label": {"enum": names}, "expected_label": none}},
    ]
    kinds[1]["required"] = ["label"]
    for name in names:
        shown = {"enum": [other for other in names if other != name] + [None]}
        labels = {"kind": {"const": "wrong_label"}, "label": shown, "expected_label": {"const": name}}
        kinds.append({"properties": labels, "required": ["expected_label"]})
    schema["oneOf"] = kinds
    schema["examples"] = [
        {
            "kind": "wrong_flag",
            "label": "guaranteed_return",
            "text": "guaranteed 2% daily",
            "before": "Beware of anyone who promises a ",
            "after": " profit.",
            "comment": "It is a warning.",
            "store_text": True,
        },
        {"kind": "wrong_label", "label": "price_hype", "expected_label": "social_proof", "text": "everyone joins"},
    ]


class FeedbackRequest(_Request):
    """A reader's judgement about a passage. It must say what is right, so that it can be made a document."""

    model_config = ConfigDict(json_schema_extra=_feedback_kinds)

    kind: Literal["wrong_flag", "missed", "wrong_label"]
    text: Annotated[
        Text,
        Field(
            min_length=1,
            max_length=20_000,
            json_schema_extra={"pattern": r"\S"},
            description="The words in question; white space alone is refused.",
        ),
    ]
    before: Annotated[Text | None, Field(max_length=20_000, description="Some text before them.")] = None
    after: Annotated[Text | None, Field(max_length=20_000, description="Some text after them.")] = None
    label: LabelName | None = Field(
        default=None, validate_default=True, description="The label shown; for missed the one that lacks, needed there."
    )
    expected_label: LabelName | None = Field(
        default=None, validate_default=True, description="For wrong_label, and needed there: the right one."
    )
    score: Score | None = Field(default=None, description="The score shown.")
    comment: Annotated[Text | None, Field(max_length=2_000, description="Stored as it is.")] = None
    store_text: bool = Field(
        default=False, strict=True, description="Store text, before and after. Otherwise only the length is kept."
    )
    model: FeedbackModel | None = None

    @field_validator("text")
    @classmethod
    def _check_text(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("It is white space only; send the words in question.")
        return value

    @field_validator("label")
    @classmethod
    def _check_label(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None and info.data.get("kind") == "missed":
            raise ValueError("Say which label these words should carry.")
        return value

    @field_validator("expected_label")
    @classmethod
    def _check_expected_label(cls, value: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        if kind == "wrong_label" and value is None:
            raise ValueError("Say which label is right; if these words should carry none, send the kind wrong_flag.")
        if kind in ("wrong_flag", "missed") and value is not None:
            raise ValueError("It belongs to the kind wrong_label; leave it out.")
        if value is not None and value == info.data.get("label"):
            raise ValueError("It is the label that was shown; send another one, or leave the report out.")
        return value
