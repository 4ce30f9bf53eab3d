"""Where a webhook may go: never into our own network (SSRF), and to the very address that was checked."""

import asyncio
import ipaddress
import socket
from typing import Any

import httpx

_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))  # IPv4 behind a translator


class AddressRefused(ValueError):
    """A URL that webhooks must not go to; the text can be shown."""


async def pinned(url: str, allow_private: bool) -> tuple[str, str, dict[str, Any]]:
    """The URL with its host resolved and checked, so that a second look-up can't lead elsewhere.

    Returns:
        The URL by IP address, the value of the Host header, and httpx's extensions (name for TLS).

    Raises:
        AddressRefused: it is no http(s) URL, can't be resolved, or leads to a private address.
    """
    parsed = checked_url(url)
    addresses = await _resolve(parsed.host, parsed.port or (443 if parsed.scheme == "https" else 80))
    if not allow_private and not all(map(is_public, addresses)):
        raise AddressRefused("不能发往内网地址（要允许，请设 KEFU_WEBHOOK_PRIVATE=1）")
    host = parsed.netloc.decode("ascii")
    return str(parsed.copy_with(host=addresses[0])), host, {"sni_hostname": parsed.host}


def checked_url(url: str) -> httpx.URL:
    """A URL for a webhook.

    Raises:
        AddressRefused: it is no http(s) URL with a host, or holds a user or password.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, UnicodeError, ValueError) as error:
        raise AddressRefused("网址不对") from error
    if parsed.scheme not in ("http", "https") or not parsed.host or parsed.userinfo or len(url) > 500:
        raise AddressRefused("网址要以 http:// 或 https:// 开头，不能带用户名密码")
    if parsed.port is not None and not 0 < parsed.port < 2**16:
        raise AddressRefused("网址的端口不对")
    return parsed


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public network; one inside another counts as both."""
    ip = ipaddress.ip_address(address.split("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if any(ip in network for network in _TRANSLATED) or (inner and not is_public(str(inner))):
            return False
    return ip.is_global and not ip.is_multicast


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise AddressRefused("网址的主机名解析不了") from error
    return [str(one[4][0]) for one in found]
