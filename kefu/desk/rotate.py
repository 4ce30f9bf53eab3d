"""After the key was changed: seal everything with the present one, and put the fingerprints right that can be."""

from sqlalchemy import Table, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from kefu.database import Database
from kefu.desk.other_tables import tables
from kefu.desk.outbox.models import Delivery
from kefu.desk.outbox.store import Kind
from kefu.sealing import fingerprint, is_sealed_now, seal, unseal

# Every sealed column: (table, key column, column, what operators call it); the names of other parts' are theirs.
SEALED = (
    ("tickets", "id", "customer_sealed", "工单的客户"),
    ("tickets", "id", "phone_sealed", "工单的手机号"),
    ("users", "name", "totp_sealed", "动态码密钥"),
    ("webhooks", "id", "secret_sealed", "webhook 密钥"),
    ("handoffs", "id", "conversation_sealed", "转人工的会话"),
    ("wechat_users", "conversation", "openid_sealed", "微信用户"),
    ("wechat_tokens", "app_id", "token_sealed", "微信令牌"),
)
LOST = "打不开的（密钥已丢）"
_BRAND = "<brand>"
# Fingerprints of sealed values: (table, sealed column, fingerprint's column, what the fingerprint begins with).
KEYED = (
    ("tickets", "customer_sealed", "customer_key", _BRAND),
    ("tickets", "phone_sealed", "phone_key", "phone"),
    ("handoffs", "conversation_sealed", "conversation_key", "handoff"),
    ("handoffs", "conversation_sealed", "customer_key", _BRAND),
)


async def reseal(database: Database) -> dict[str, int]:
    """Seal with the present key what an earlier one sealed; safe to repeat, and to go on with after a crash.

    Fingerprints of customers and phones are made anew from the opened values. Those of idempotency keys can't
    be: the earlier keys stay in KEFU_OLD_SECRETS, and look-ups try them all (`kefu.sealing.fingerprints`).
    """
    report: dict[str, int] = {LOST: 0}
    async with database.write("rotate") as session:
        found = await tables(session, {name for name, *_ in SEALED})
        for name, key, column, label in SEALED:
            if name in found:
                report[label], lost = await _reseal(session, found[name], key, column)
                report[LOST] += lost
        report["发件箱"], lost = await _reseal_outbox(session)
        report[LOST] += lost
        await _key_again(session, found)
    return report


async def _reseal(session: AsyncSession, table: Table, key: str, column: str) -> tuple[int, int]:
    """How many values were sealed anew, and how many can't be opened any more."""
    changed = lost = 0
    sealed = table.c[column]
    for row_id, token in (await session.execute(select(table.c[key], sealed).where(sealed.is_not(None)))).all():
        if is_sealed_now(token):
            continue
        value = unseal(token)
        if value is None:
            lost += 1
            continue
        await session.execute(table.update().where(table.c[key] == row_id).values({column: seal(value)}))
        changed += 1
    return changed, lost


async def _reseal_outbox(session: AsyncSession) -> tuple[int, int]:
    """Only what goes to customers has a sealed target; its lane is a fingerprint of the same value."""
    changed = lost = 0
    query = select(Delivery).where(Delivery.kind == Kind.CUSTOMER.value)
    for delivery in (await session.execute(query)).scalars():
        if is_sealed_now(delivery.target):
            continue
        conversation = unseal(delivery.target)
        if conversation is None:
            lost += 1
            continue
        delivery.target, delivery.lane = seal(conversation), f"customer:{fingerprint(conversation)}"
        changed += 1
    return changed, lost


async def _key_again(session: AsyncSession, found: dict[str, Table]) -> None:
    for name, sealed, column, prefix in KEYED:
        if name in found:
            table = found[name]
            first = table.c.brand if prefix == _BRAND else literal(prefix)
            for row_id, part, token in (await session.execute(select(table.c.id, first, table.c[sealed]))).all():
                value = unseal(token or "")
                if value is not None:
                    changed = {column: fingerprint(part, value)}
                    await session.execute(table.update().where(table.c.id == row_id).values(changed))
