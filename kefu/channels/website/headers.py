"""Headers of everything that the website channel answers: CORS for allowed sites, and what browsers must not do."""

from sanic.request import Request
from sanic.response import BaseHTTPResponse

from kefu.channels.website.origins import is_allowed

DEMO_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
_NOTHING = "default-src 'none'; frame-ancestors 'none'"  # for what is no page, should it be taken for one
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "authorization, content-type, last-event-id, x-message-id, cache-control",
    "Access-Control-Max-Age": "600",
}


def secure(request: Request, response: BaseHTTPResponse) -> None:
    """Add the headers, over whatever Rasa's own CORS settings did."""
    for name, value in _ALWAYS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _NOTHING)
    origin = request.headers.get("origin")
    if response.headers.get("access-control-allow-origin") == "*" or origin is None:
        return
    for name in [name for name in response.headers if name.lower().startswith("access-control-")]:
        del response.headers[name]
    response.headers["Vary"] = "Origin"
    if not is_allowed(origin, request.host):
        return
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "retry-after"
    if request.method == "OPTIONS":
        response.headers.update(_PREFLIGHT)
