"""`make wechat-sim`: the product with two simulated accounts, and a page to chat as a WeChat user."""

import argparse
import asyncio
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import yaml

from sim.wechat.accounts import Account
from sim.wechat.platform import Platform
from sim.wechat.server import serving

_ROOT = Path(__file__).resolve().parents[2]
_CHANNEL = "kefu.channels.wechat.channel.WechatChannel"
_BRANDS = ("post", "my")


def main() -> int:
    """Run the simulator, and beside it the product (`--only`: without it)."""
    parser = argparse.ArgumentParser(prog="python -m sim.wechat", description="微信公众号模拟器")
    parser.add_argument("--port", type=int, default=5099, help="模拟器的端口(默认 5099)")
    parser.add_argument("--only", action="store_true", help="只启动模拟器，产品自己另外启动")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: the product must not be left behind
    return asyncio.run(_run(options.port, options.only))


async def _run(port: int, only: bool) -> int:
    rasa = f"http://127.0.0.1:{os.environ.get('KEFU_RASA_PORT', '5005')}"
    accounts = [_account(brand, rasa) for brand in _BRANDS]
    environment = {**os.environ, **_environment(accounts), "KEFU_CREDENTIALS": str(_credentials(accounts, port))}
    async with serving(Platform(accounts), port) as address:
        if only:
            for name, value in environment.items():
                if name.startswith("KEFU_WECHAT_") or name == "KEFU_CREDENTIALS":
                    print(f"export {name}={value}")
            print(f"微信模拟器  {address}/", flush=True)
            await asyncio.Event().wait()
        product = await asyncio.create_subprocess_exec(sys.executable, "-m", "kefu", "run", env=environment, cwd=_ROOT)
        ready = asyncio.create_task(_welcome(rasa, address, environment))
        try:
            return await product.wait()
        finally:
            ready.cancel()
            if product.returncode is None:
                product.terminate()
                await product.wait()


async def _welcome(rasa: str, address: str, environment: dict[str, str]) -> None:
    """Once the product answers: push the menus, as an operator does, and say where the page is."""
    async with httpx.AsyncClient(trust_env=False) as client:
        while True:
            try:
                await client.get(f"{rasa}/webhooks/wechat/")
                break
            except httpx.HTTPError:
                await asyncio.sleep(1.0)
    push = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kefu", "wechat-menu", "push", env=environment, cwd=_ROOT, stdout=subprocess.DEVNULL
    )
    await push.wait()
    print(f"\n微信模拟器  {address}/\n", flush=True)


def _account(brand: str, rasa: str) -> Account:
    """An account with secrets of this run."""
    return Account(
        name=f"sim{brand}",
        app_id=f"wx-sim-{brand}",
        original_id=f"gh_sim_{brand}",
        token=secrets.token_hex(8),
        aes_key=secrets.token_hex(21) + "A",  # 43 characters of Base64's alphabet
        secret=secrets.token_hex(16),
        callback=f"{rasa}/webhooks/wechat/sim{brand}",
    )


def _environment(accounts: list[Account]) -> dict[str, str]:
    return {
        f"KEFU_WECHAT_{account.name.upper()}_{field.upper()}": getattr(account, field)
        for account in accounts
        for field in ("token", "secret", "aes_key")
    }


def _credentials(accounts: list[Account], port: int) -> Path:
    """The product's credentials.yml with the simulated accounts, written into var/."""
    content = yaml.safe_load((_ROOT / "credentials.yml").read_text(encoding="utf-8"))
    content[_CHANNEL] = {
        "accounts": {
            account.name: {
                "app_id": account.app_id,
                "brand": account.name.removeprefix("sim"),
                "api_url": f"http://127.0.0.1:{port}",
            }
            for account in accounts
        }
    }
    path = Path(os.environ.get("KEFU_VAR_DIR", _ROOT / "var")) / "wechat-sim.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
