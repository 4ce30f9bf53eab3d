"""QR codes that bring whoever scans them to a brand's official account."""

import asyncio
import io
import logging

import aiohttp
import segno

from kefu.channels.uploads import Picture
from kefu.channels.wechat.accounts import account_of_brand
from kefu.channels.wechat.api import ApiError, WechatApi, asking
from kefu.channels.wechat.tokens import Tokens
from kefu.database import Database

logger = logging.getLogger(__name__)

_PATIENCE = 3.0  # seconds; somebody waits for it
_PIXELS = 6  # of a module


class ScanCodes:
    """Asks the platform; belongs to one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._session: aiohttp.ClientSession | None = None

    async def picture(self, brand: str, scene: str, seconds: int) -> Picture | None:
        """A QR code with a scene; None where the brand's account can't make one, or not now."""
        account = account_of_brand(brand)
        if account is None:
            return None
        self._session = self._session or aiohttp.ClientSession()
        api = WechatApi(Tokens(self._database, asking(self._session)), self._session)
        try:
            address = await asyncio.wait_for(api.scan_code(account, scene, seconds), _PATIENCE)
        except (ApiError, asyncio.TimeoutError) as error:
            logger.warning("no QR code: account=%s: %s", account.name, error or type(error).__name__)
            return None
        return drawn(address)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None


def drawn(address: str) -> Picture:
    """A QR code as a PNG."""
    picture = io.BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=_PIXELS, border=3)
    return Picture(picture.getvalue(), "image/png")
