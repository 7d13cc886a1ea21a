"""Commands about keys: make one, let it be granted, replace it, end it."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.adapters.json_text import json_text
from api.cli.console import out
from api.cli.looking import YesOption
from api.cli.options import URL, WAIT_SECONDS, BookOption, KeyOption, SignOnlyOption, UrlOption, WaitOption
from api.cli.signing import poster, submit
from api.disclosures import Given, Tier
from api.identity import holder_digest, load_key, save_key
from api.identity.browserkey import for_browser
from api.identity.keyfile import write_private
from api.posting import read_data
from api.salting import keep_beside
from api.settings import Settings
from domain.kernel.disclosure import SALT_BYTES, digest_of, disclosure
from domain.kernel.note import SigningKey
from domain.privacy import check_number
from domain.roles import KeyGrant, KeyGranted, KeyRevoked, KeyRotated, check_key_name, possession_text
from domain.roles.events import Revocation, Rotation


def keygen(
    name: Annotated[str, typer.Argument(help="密钥名称，如 账套/accountant/1 / key name")],
    path: Annotated[Path, typer.Argument(help="密钥文件 / key file")],
    grant: Annotated[
        Path | None,
        typer.Option(help="另写授权申请，交乡镇签署 / also write the request that the township signs"),
    ] = None,
    person: Annotated[str, typer.Option(help="公开的姓名 / the holder's public name")] = "",
) -> None:
    """生成签名密钥 / Make a signing key and print its public half."""
    check_number(name, "name")
    check_key_name(name)
    key = SigningKey.generate(name)
    save_key(path, key, Settings().passphrase_text)
    if grant:
        told = disclosure(os.urandom(SALT_BYTES), "holder", person or name)
        asked = _grant(key, digest_of(told), person)
        grant.write_bytes(json_text(asked))
        keep_beside(grant, asked, [Given(told, person or name, Tier.person)])
    out.print(key.verifier.vkey)


def _grant(key: SigningKey, holder: str, person: str) -> KeyGrant:
    vkey = key.verifier.vkey
    proof = base64.b64encode(key.sign_raw(possession_text(vkey, holder))).decode()
    return KeyGrant(holder=holder, proof=proof, vkey=vkey, name=person)


def grant(
    file: Annotated[Path, typer.Argument(help="授权申请 / the request that keygen --grant wrote")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """授权一把密钥（乡镇和另一岗位签名）/ Grant a key; signed by the township and one more."""
    data = read_data(file, file.read_bytes(), KeyGrant)
    with poster(book, url, wait) as server:
        submit(server, KeyGranted, data, key, sign_only, yes=yes)


def rotate(
    old: Annotated[Path, typer.Argument(help="原密钥文件 / the old key's file")],
    new: Annotated[Path, typer.Argument(help="新密钥文件，由 keygen 生成 / the new key's file")],
    book: BookOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """更换自己的密钥（原密钥签名）/ Replace one's own key; signed by the old one."""
    passphrase = Settings().passphrase_text
    old_key, new_key = load_key(old, passphrase), load_key(new, passphrase)
    with poster(book, url, wait) as server:
        keys = {row["name"]: row for row in json.loads(server.fetch("keys.json"))["keys"]}
        row = keys.get(old_key.name, {"holder": holder_digest(bytes(SALT_BYTES), ""), "person": ""})
        data = Rotation(new=_grant(new_key, row["holder"], row["person"]), old=old_key.name)
        submit(server, KeyRotated, data, [old], sign_only, yes=yes)


def revoke(
    name: Annotated[str, typer.Argument(help="密钥名称 / the key's name")],
    reason: Annotated[str, typer.Option(help="原因 / why")],
    book: BookOption,
    key: KeyOption,
    url: UrlOption = URL,
    wait: WaitOption = WAIT_SECONDS,
    sign_only: SignOnlyOption = None,
    yes: YesOption = False,
) -> None:
    """吊销一把密钥（乡镇和另一岗位签名）/ Revoke a key; signed by the township and one more."""
    data = read_data(name, msgspec.json.encode({"key": name, "reason": reason}), Revocation)
    with poster(book, url, wait) as server:
        submit(server, KeyRevoked, data, key, sign_only, yes=yes)


def browserkey(
    key: Annotated[Path, typer.Argument(help="密钥文件 / key file")],
    path: Annotated[Path, typer.Argument(help="浏览器密钥文件 / the file for the browser")],
    passphrase: Annotated[
        str,
        typer.Option(
            envvar="SUNLEDGER_BROWSER_PASSPHRASE",
            prompt="浏览器密钥文件的口令 / passphrase of the file",
            hide_input=True,
            confirmation_prompt=True,
            help="文件的口令；不给就询问 / the file's passphrase; asked for if not given",
        ),
    ],
) -> None:
    """写一份浏览器密钥文件，用口令保护，带到浏览器里登录和签名 / Write a key file to sign with in a browser."""
    signing = load_key(key, Settings().passphrase_text)
    write_private(path, for_browser(signing, passphrase))
    out.print(signing.verifier.vkey)
