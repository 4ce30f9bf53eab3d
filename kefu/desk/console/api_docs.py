"""The API as people read it: a page of the console, made from the OpenAPI description without a script."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from kefu.desk.console.access import EVERYBODY, Visitor, allow
from kefu.desk.console.render import page

router = APIRouter()

_PLACES = {"path": "路径", "query": "查询", "header": "请求头"}
_KINDS = {"integer": "整数", "number": "数字", "string": "文字", "boolean": "true / false", "array": "可写几次"}


@dataclass(frozen=True)
class Parameter:
    """Something that a call takes beside its body."""

    name: str
    place: str
    kind: str
    text: str
    is_required: bool


@dataclass(frozen=True)
class Operation:
    """One call."""

    method: str
    path: str
    topic: str
    summary: str
    parameters: list[Parameter]
    body: str  # an example, or the media types
    answers: list[tuple[str, str]]  # status and an example; "" where nothing comes back


@router.get("/docs")
async def api_docs(request: Request, _: Annotated[Visitor, Depends(allow(*EVERYBODY))]) -> Response:
    """Every call with its parameters and examples, and what can go wrong."""
    described = request.app.openapi()
    found = list(operations(described))
    topics = {one.topic: [other for other in found if other.topic == one.topic] for one in found}
    return page(request, "api_docs.html", topics=topics, errors=errors(described))


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """The calls of an OpenAPI description that have a topic."""
    schemas: dict[str, Any] = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        for method, call in methods.items():
            if "tags" in call:
                yield Operation(
                    method=method.upper(),
                    path=path,
                    topic=call["tags"][0],
                    summary=call["summary"],
                    parameters=[_parameter(one, schemas) for one in call.get("parameters", ())],
                    body=_content(call.get("requestBody", {}), schemas),
                    answers=[(code, _content(one, schemas)) for code, one in _good(call)],
                )


def errors(described: dict[str, Any]) -> dict[str, str]:
    """What each status of an error means; every call has the same."""
    calls = [call for methods in described["paths"].values() for call in methods.values() if "tags" in call]
    return {code: one["description"] for call in calls for code, one in call["responses"].items() if code >= "4"}


def _good(call: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return sorted((code, one) for code, one in call["responses"].items() if code < "4")


def _parameter(one: dict[str, Any], schemas: dict[str, Any]) -> Parameter:
    kind, text = _kind(one["schema"], schemas), one.get("description", "")
    return Parameter(one["name"], _PLACES[one["in"]], kind, text, one["required"])


def _kind(schema: dict[str, Any], schemas: dict[str, Any]) -> str:
    resolved = _resolved(schema, schemas)
    if "enum" in resolved:
        return " | ".join(map(str, resolved["enum"]))
    kind = "时间" if resolved.get("format") == "date-time" else _KINDS.get(resolved.get("type", ""), "")
    inner = f"：{_kind(resolved['items'], schemas)}" if "items" in resolved else ""
    default = resolved.get("default")
    return f"{kind}{inner}" + (f"，默认 {json.dumps(default)}" if default not in (None, "") else "")


def _content(part: dict[str, Any], schemas: dict[str, Any]) -> str:
    content = part.get("content", {})
    if "application/json" not in content:
        return "、".join(sorted(content))
    example = _example(content["application/json"]["schema"], schemas)
    return "" if example is None else json.dumps(example, ensure_ascii=False, indent=2)


def _example(schema: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """The schema's own example, else one put together from its parts; None where it says nothing."""
    resolved = _resolved(schema, schemas)
    if "example" in resolved:
        return resolved["example"]
    if "enum" in resolved:
        return resolved["enum"][0]
    if "items" in resolved:
        return [_example(resolved["items"], schemas)]
    if "properties" in resolved:
        return {name: _example(one, schemas) for name, one in resolved["properties"].items()}
    plain = {"integer": 1, "number": 0.9, "boolean": True, "string": "…"}
    return "2026-11-23T02:30:00+00:00" if resolved.get("format") == "date-time" else plain.get(resolved.get("type", ""))


def _resolved(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema behind a reference; `allOf` holds one that has words of its own, `anyOf` one that may be null."""
    inner = (schema.get("allOf") or schema.get("anyOf") or [schema])[0]
    found: dict[str, Any] = schemas[inner["$ref"].rsplit("/", 1)[1]] if "$ref" in inner else inner
    return found
