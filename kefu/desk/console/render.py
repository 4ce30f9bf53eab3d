"""Pages from templates: what every page has (who is there, the menu, the token of its forms), and errors."""

from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from kefu.desk.console.access import Visitor
from kefu.desk.console.words import FILTERS, actor_name, change_text
from kefu.desk.people.roles import Role

FOLDER = Path(__file__).resolve().parents[1]
STATIC = FOLDER / "static"

_MENU: tuple[tuple[str, str, tuple[Role, ...]], ...] = (
    ("/", "待办", (Role.AGENT,)),
    ("/dashboard", "数据", tuple(Role)),
    ("/feedback", "评价", tuple(Role)),
    ("/canned", "常用语", (Role.AGENT, Role.TRAINER)),
    ("/deliveries", "未送达", (Role.AGENT, Role.OPERATOR)),
    ("/notices", "公告", (Role.OPERATOR,)),
    ("/users", "人员", (Role.ADMIN,)),
    ("/docs", "接口", (Role.OPERATOR,)),
)

_DONE = {
    "sent": "已回复，正在送给客户。",
    "noted": "备注记好了。",
    "changed": "改好了。",
    "merged": "已合并到这张工单。",
    "uploaded": "图片加好了。",
    "retried": "马上重发。",
    "closed": "对话已结束，客户回到机器人。",
    "ticketed": "对话已结束，工单留下跟进。",
    "saved": "已保存。",
    "revoked": "那次登录已退出。",
    "password": "密码改好了，请用新密码登录。",
    "totp": "两步验证已开通，请用动态码登录。",
    "totp_off": "两步验证已关闭，请重新登录。",
    "on": "公告已打开，两秒内生效。",
    "off": "公告已关闭。",
}


def page(request: Request, template: str, status_code: int = 200, /, **values: Any) -> HTMLResponse:
    """A page or a part of one; what customers wrote is escaped by the template engine."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    common = {
        "visitor": visitor,
        "menu": menu_of(visitor) if visitor else [],
        "here": request.url.path,
        "shown": request.url.path if request.method == "GET" and status_code < 400 else "/",  # to come back to
        "done": _DONE.get(request.query_params.get("done", "")),
        "what_is_done": request.query_params.get("done", ""),
        "people": getattr(request.state, "people", {}),
    }
    return HTMLResponse(_environment().get_template(template).render({**common, **values}), status_code)


def redirect(address: str, done: str = "", part: str = "") -> RedirectResponse:
    """After a form: go and look at the result.

    Args:
        done: key of what the page then says.
        part: id of the part of the page to look at.
    """
    return RedirectResponse(f"{address}{'?done=' if done else ''}{done}{'#' if part else ''}{part}", 303)


def own_address(address: str) -> str:
    """An address of our own to go on to; anything else is the first page."""
    is_own = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_own else "/"


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


def error_page(request: Request, status: int, text: str, details: tuple[str, ...] = (), back: str = "") -> Response:
    """An error as a page, or as a line for a page that is open."""
    if is_fragment(request):
        return page(request, "_alert.html", status, text=text)
    heading = _HEADINGS.get(status, "出错了")
    return page(request, "error.html", status, heading=heading, text=text, details=details, back=back)


_HEADINGS = {
    403: "没有权限",
    404: "没有找到",
    409: "现在不能这样做",
    412: "已被别人改过",
    413: "文件太大",
    422: "内容不对",
    503: "暂时用不了",
}


def menu_of(visitor: Visitor) -> list[tuple[str, str]]:
    """The pages that somebody may open."""
    return [(address, label) for address, label, roles in _MENU if visitor.is_one_of(*roles)]


def static(name: str) -> str:
    """The address of a static file; it changes with the content, so that browsers may keep it."""
    return f"/static/{name}?{_version(name)}"


@cache
def _version(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:10]


@pass_context
def _token(context: Context) -> Markup:
    return Markup('<input type="hidden" name="csrf" value="{}">').format(context["visitor"].csrf)


@pass_context
def _version_field(context: Context) -> Markup:
    return Markup('<input type="hidden" name="version" value="{}">').format(context["ticket"].version)


@pass_context
def _person(context: Context, name: str) -> str:
    found: str = context["people"].get(name, name)
    return found


@pass_context
def _actor(context: Context, actor: str) -> str:
    return actor_name(actor, context["people"])


@pass_context
def _change(context: Context, event: Any) -> str:
    return change_text(event, context["people"])


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS, person=_person, actor=_actor, change=_change)
    environment.globals.update(token=_token, version=_version_field, static=static)
    return environment
