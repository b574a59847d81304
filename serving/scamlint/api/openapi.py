"""The OpenAPI description: what FastAPI cannot know by itself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI

from scamlint.api.problems import ALL_PROBLEMS, MEDIA_TYPE
from scamlint.api.schemas import ProblemReply
from scamlint.api.settings import Settings


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the description of error replies for the given statuses."""
    described: dict[int | str, dict[str, Any]] = {}
    for status in statuses:
        kinds = [kind for kind in ALL_PROBLEMS if kind.status == status]
        described[status] = {
            "description": " ".join(f"`{kind.slug}`: {kind.title}" for kind in kinds),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemReply"}}},
        }
    return described


def install(app: FastAPI, settings: Settings) -> None:
    """Complete the description of an application."""
    generate = app.openapi

    def complete() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            schemas = schema["components"]["schemas"]
            problem = ProblemReply.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas["ProblemReply"] = problem
            for name in ("ScanRequest", "BatchRequest"):
                model = schemas[name]["properties"]["model"]
                model["anyOf"] = [{"type": "string", "enum": list(settings.models)}, {"type": "null"}]
            if settings.api_keys_file is not None:
                schema["components"]["securitySchemes"] = {
                    "bearer": {"type": "http", "scheme": "bearer"},
                    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                }
                schema["security"] = [{"bearer": []}, {"header": []}]
                for path in ("/healthz", "/readyz"):
                    schema["paths"][path]["get"]["security"] = []
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return app.openapi_schema or {}

    app.openapi = complete  # type: ignore[method-assign]
