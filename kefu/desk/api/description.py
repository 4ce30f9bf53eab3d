"""The API's OpenAPI description: for programs with a token and for people who have signed in, nobody else."""

from typing import Any

from fastapi import APIRouter, Request

from kefu.desk.api.deps import Reader

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def openapi(request: Request, _: Reader) -> dict[str, Any]:
    """The description, made once and kept by the application."""
    found: dict[str, Any] = request.app.openapi()
    return found
