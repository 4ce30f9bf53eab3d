"""Who may use the desk: holders of the desk token, in a header or by signing in."""

import hmac

from fastapi import HTTPException, Request


def is_desk_token(request: Request, offered: str) -> bool:
    """Compare a token in constant time."""
    expected: str = request.app.state.settings.desk_token.get_secret_value()
    return bool(expected) and hmac.compare_digest(offered.encode(), expected.encode())


def signed_in(request: Request) -> bool:
    """Whether the browser session or the bearer token belongs to the desk."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return is_desk_token(request, token)
    return request.session.get("desk") is True


def require_desk(request: Request) -> None:
    """Refuse (401) whoever is not signed in."""
    if not signed_in(request):
        raise HTTPException(401, "请先登录，或带上 Authorization: Bearer <KEFU_DESK_TOKEN>")
