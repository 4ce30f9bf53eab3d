"""The console's pages: sign in, and the list of tickets."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from kefu.brands import brand_or_default
from kefu.desk.people.roles import Role
from kefu.desk.people.sessions import Sessions
from kefu.desk.people.sign_in import SignIn, SignInRefused, SignInThrottled
from kefu.desk.principal import COOKIE, Principal, require_role
from kefu.show import show_moment, status_for_agents
from kefu.topics import title

router = APIRouter(include_in_schema=False)

_templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
_templates.env.filters.update(
    moment=show_moment, status=status_for_agents, intent=title, brand=lambda brand: brand_or_default(brand).name
)
Anybody = Annotated[Principal, Depends(require_role(*Role))]


@router.get("/", response_class=HTMLResponse)
async def queue(request: Request, principal: Anybody) -> Response:
    """What needs doing first."""
    tickets = await request.app.state.tickets.queue()
    return _templates.TemplateResponse(request, "queue.html", {"tickets": tickets, "principal": principal})


@router.get("/sign-in", response_class=HTMLResponse)
async def sign_in_page(request: Request) -> Response:
    """The form to sign in."""
    return _templates.TemplateResponse(request, "sign_in.html", {"error": ""})


@router.post("/sign-in")
async def sign_in(request: Request, name: str = Form(""), password: str = Form(""), code: str = Form("")) -> Response:
    """Start a session."""
    address = request.client.host if request.client else ""
    try:
        session = await SignIn(request.app.state.database)(name.strip(), password, code.strip(), address)
    except SignInThrottled as error:
        headers = {"Retry-After": str(error.retry_after)}
        return _templates.TemplateResponse(request, "sign_in.html", {"error": str(error)}, 429, headers)
    except SignInRefused as error:
        return _templates.TemplateResponse(request, "sign_in.html", {"error": str(error)}, 401)
    answer = RedirectResponse("/", status_code=303)
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, session.id, httponly=True, samesite="strict", secure=secure)
    return answer


@router.post("/sign-out")
async def sign_out(request: Request, principal: Anybody) -> Response:
    """End the session."""
    await Sessions(request.app.state.database).end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/sign-in", status_code=303)
    answer.delete_cookie(COOKIE)
    return answer
