"""Who a visitor is: nobody known, somebody who was here before, or a customer whom the site vouches for."""

from typing import Any

from kefu.channels.message import BadMessage
from kefu.channels.website.session import Session, customer_session, read_session, renewed, visitor_session
from kefu.channels.website.user_token import read_user_token


class NotProven(Exception):
    """A token that is forged, expired, or another brand's."""


def identify(brand: str, user_token: Any, token: Any) -> Session:
    """The session for what a page shows of its visitor.

    Args:
        brand: the brand of the page, checked.
        user_token: the site's word for a logged-in customer, if any; it counts more than what was before.
        token: of an earlier session, if any.

    Raises:
        BadMessage: a token is no text.
        NotProven: a token is no good.
    """
    for name, value in (("user_token", user_token), ("token", token)):
        if value is not None and not isinstance(value, str):
            raise BadMessage(f"{name} 应是字符串")
    if user_token:
        customer = read_user_token(user_token, brand)
        if customer is None:
            raise NotProven("登录信息已过期，请重新登录")
        return customer_session(brand, customer)
    if token:
        session = read_session(token)
        if session is None or session.brand != brand:
            raise NotProven("会话已过期，请刷新页面")
        return renewed(session)
    return visitor_session(brand)
