"""Commands of those who sign: make a key, sign here and post."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import httpx
import typer

from api.cli.console import out
from api.cli.options import BookOption
from api.identity import load_key, save_key
from api.posting import post_voucher
from api.settings import Settings
from domain.kernel.note import SigningKey


def keygen(
    name: Annotated[str, typer.Argument(help="密钥名称，如 账套/accountant/1 / key name")],
    path: Annotated[Path, typer.Argument(help="密钥文件 / key file")],
) -> None:
    """生成签名密钥 / Make a signing key and print its public half."""
    key = SigningKey.generate(name)
    save_key(path, key, Settings().passphrase_text)
    out.print(key.verifier.vkey)


def post(
    file: Annotated[Path, typer.Argument(help="凭证 JSON / the voucher's JSON")],
    book: BookOption,
    key: Annotated[list[Path], typer.Option(help="签名密钥文件，可多个 / key files that sign")],
    url: Annotated[str, typer.Option(help="服务器网址 / the server's URL")] = "http://127.0.0.1:8000",
    wait: Annotated[float, typer.Option(help="等待证明的秒数 / seconds to wait for the proof")] = 10.0,
) -> None:
    """本地签名并提交一张凭证 / Sign one voucher here and post it to a server."""
    keys = [load_key(path, Settings().passphrase_text) for path in key]
    with httpx.Client(base_url=url, timeout=wait + 30) as client:
        receipt = post_voucher(client, book, file.read_bytes(), keys, wait)
    out.print_json(json.dumps(receipt, ensure_ascii=False))
