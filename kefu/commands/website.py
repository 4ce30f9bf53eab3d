"""`site-secret`: what a site's back end signs its customers' tokens with."""

import argparse
from typing import Any

from kefu.brands import brands
from kefu.launch.errors import LaunchError


def register(commands: Any) -> None:
    """Add the command."""
    secret = commands.add_parser("site-secret", help="网站后端给登录用户签名用的密钥（docs/website.md）")
    secret.add_argument("brand", metavar="品牌")
    secret.set_defaults(run=_site_secret)


def _site_secret(options: argparse.Namespace) -> int:
    from kefu.channels.website.user_token import site_secret

    if options.brand not in brands():
        raise LaunchError(f"没有品牌 {options.brand}，应是 {'、'.join(brands())} 之一")
    print(site_secret(options.brand))
    return 0
