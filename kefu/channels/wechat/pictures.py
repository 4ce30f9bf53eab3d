"""Pictures for WeChat users: uploaded to the platform once, sent by the id that it gives for three days."""

import logging
from datetime import datetime, timedelta, timezone

from sqlalchemy import delete

from kefu.channels.uploads import Picture, Uploads
from kefu.channels.wechat.accounts import Account
from kefu.channels.wechat.api import BAD_PICTURE, ApiError, WechatApi
from kefu.channels.wechat.models import WechatMedia
from kefu.database import Database

logger = logging.getLogger(__name__)

# https://developers.weixin.qq.com/doc/offiaccount/Asset_Management/New_temporary_materials.html
TYPES = frozenset({"image/png", "image/jpeg", "image/gif"})
LARGEST = 10 * 2**20  # bytes
_KEPT = timedelta(days=3) - timedelta(hours=1)


class Pictures:
    """Media ids of the pictures of conversations."""

    def __init__(self, database: Database, api: WechatApi) -> None:
        self._database, self._api = database, api
        self._uploads = Uploads(database)

    async def media_id(self, account: Account, conversation: str, upload_id: str) -> str | None:
        """What a picture is sent by; None where the platform does not take it, or we have it no more.

        Raises:
            ApiError: not now.
        """
        now = datetime.now(timezone.utc)
        async with self._database.read() as session:
            known = await session.get(WechatMedia, (upload_id, account.app_id))
        if known is not None and known.expires_at > now:
            return str(known.media_id)
        picture = await self._uploads.get(conversation, upload_id)
        if picture is None or not _is_fit(picture):
            return None
        try:
            media_id = await self._api.upload(account, picture)
        except ApiError as error:
            if error.code not in BAD_PICTURE:
                raise
            logger.warning("picture refused: account=%s %s", account.name, error)
            return None
        row = {"upload_id": upload_id, "app_id": account.app_id, "conversation": conversation, "media_id": media_id}
        async with self._database.write(f"wechat-media:{upload_id}") as session:
            await session.merge(WechatMedia(**row, expires_at=now + _KEPT))
        return media_id

    async def forget(self, account: Account, upload_id: str) -> None:
        """A media id is not good any more."""
        async with self._database.write(f"wechat-media:{upload_id}") as session:
            same = (WechatMedia.upload_id == upload_id, WechatMedia.app_id == account.app_id)
            await session.execute(delete(WechatMedia).where(*same))

    async def purge(self) -> None:
        """Forget the media ids that have expired."""
        async with self._database.write() as session:
            await session.execute(delete(WechatMedia).where(WechatMedia.expires_at < datetime.now(timezone.utc)))


def _is_fit(picture: Picture) -> bool:
    return picture.media_type in TYPES and len(picture.content) <= LARGEST
