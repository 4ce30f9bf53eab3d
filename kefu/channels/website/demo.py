"""The demo page: a wallet's help page, with the brand's numbers and the topics of the numbered menu."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, Template, select_autoescape

from kefu.brands import brand_or_default, brands
from kefu.dialogue.menu import MAIN, menus

_PAGES = Path(__file__).parent / "static"
_MOST = 5  # questions of a topic
_ASKED_OFTEN = (
    "退款多久能到账？",
    "付款失败，钱却扣了怎么办？",
    "收不到短信验证码怎么办？",
    "提现要手续费吗？",
    "忘记密码怎么找回？",
    "充值没到账怎么办？",
)


def demo_page(brand: str) -> str:
    """The page's HTML for a brand; an unknown one gets the default's."""
    known = menus()
    topics = [
        {"title": main.title, "questions": [line.title for line in known[main.open].options][:_MOST]}
        for main in known[MAIN].options
        if main.open
    ]
    shown = brand_or_default(brand)
    return _template().render(
        brand=shown, brands=brands().values(), topics=topics, single=_single(), questions=_ASKED_OFTEN
    )


def _single() -> list[str]:
    """Topics that are one question."""
    return [option.title for option in menus()[MAIN].options if option.ask]


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(loader=FileSystemLoader(_PAGES), autoescape=select_autoescape())
    return environment.get_template("demo.html")
