"""The console's pages: sign in, and the list of tickets."""

from pathlib import Path

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from kefu.brands import brand_or_default
from kefu.desk.auth import is_desk_token, signed_in
from kefu.show import show_moment, status_for_agents
from kefu.topics import title

router = APIRouter(include_in_schema=False)

_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
_templates.env.filters.update(
    moment=show_moment, status=status_for_agents, intent=title, brand=lambda brand: brand_or_default(brand).name
)


@router.get("/", response_class=HTMLResponse)
async def queue(request: Request) -> Response:
    """What needs doing first."""
    if not signed_in(request):
        return _templates.TemplateResponse(request, "sign_in.html", {"error": ""})
    tickets = await request.app.state.tickets.queue()
    return _templates.TemplateResponse(request, "queue.html", {"tickets": tickets})


@router.post("/sign-in")
async def sign_in(request: Request, token: str = Form("")) -> Response:
    """Start a session for the holder of the desk token."""
    if not is_desk_token(request, token.strip()):
        return _templates.TemplateResponse(request, "sign_in.html", {"error": "口令不对"}, status_code=401)
    request.session["desk"] = True
    return RedirectResponse("/", status_code=303)


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    request.session.clear()
    return RedirectResponse("/", status_code=303)
