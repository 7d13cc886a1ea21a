"""Commands about the books of a server: bring one in, serve them, rebuild what is shown of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from api.cli.console import FINDINGS, err, out, progress, tell_notices
from api.cli.imported import tell_import
from api.cli.options import BookOption
from api.composition import Service, open_service
from api.identity import Keyring
from api.importing import read_folder, run_import
from api.recovery import Diagnosis, diagnose, remedy
from api.recovery import recover as bring_back
from api.serving import free_port, listen_for_stop, serving
from api.settings import Settings
from audit.source import open_source
from domain.kernel.errors import RuleViolation
from projections import log


def import_(
    folder: Annotated[
        Path, typer.Argument(help="含 book.toml、opening、journal 的文件夹 / the village's folder")
    ],
    keys: Annotated[Path | None, typer.Option(help="密钥文件夹 / keys folder")] = None,
) -> None:
    """导入一个村的表格 / Import a village's spreadsheets; all is checked before anything is posted."""
    settings = Settings()
    wanted = read_folder(folder)
    tell_notices(wanted.notices)
    keyring = Keyring(
        keys or settings.home / "keys" / wanted.book.id, wanted.book.id, settings.passphrase_text
    )
    with open_service(settings) as service, progress("导入 import") as bar:
        result = run_import(service, wanted, keyring, bar.begin, bar.advance)
    tell_import(wanted.book.name, result)
    out.print(
        f"乡镇公钥（请张贴在村办公室）/ the township's key, to be posted in the village office:\n{result.anchor}"
    )


def serve(
    host: Annotated[str, typer.Option(help="地址 / address")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="端口 / port")] = 8000,
) -> None:
    """提供网页和接口 / Serve the pages and the HTTP interface."""
    stopped = listen_for_stop()
    with open_service(Settings()) as service:
        _show_problems(service, diagnose(service))
        with serving(service, free_port(host, port)) as url:
            out.print(f"{url}/")
            stopped.wait()


def rebuild(
    check: Annotated[bool, typer.Option("--check", help="只比较，不替换 / compare only")] = False,
) -> None:
    """从记录重算全部投影 / Rebuild every projection from nothing beside the live one and compare."""
    with open_service(Settings()) as service, progress("重算 rebuild") as bar:
        result = service.rebuild(swap=not check, begin=bar.begin, advance=bar.advance)
    for difference in result.differences:
        err.print(f"✗ {difference}")
    out.print(
        f"{result.entries} 条记录，{len(result.tables)} 张表，{len(result.differences)} 处不同 / "
        f"{result.entries} entries, {len(result.tables)} tables, {len(result.differences)} differences"
    )
    if result.differences and check:
        sys.exit(FINDINGS)


def doctor() -> None:
    """检查每本账的日志，说明怎样处理 / Look at every log and say what to do; exit code 1 when one is not sound."""
    with open_service(Settings()) as service:
        examined = list(diagnose(service))
        for found in examined:
            if found.problem is None:
                unwatched = service.witnesses.policy and not service.witnesses.concerns(found.book)
                out.print(
                    f"✓ {found.name} {found.book}: {found.entries} 条记录，已签署到 {found.signed} / "
                    f"{found.entries} entries, signed up to {found.signed}"
                    + ("；不在见证策略中 / not in the policy of witnesses" if unwatched else "")
                )
        unsound = _show_problems(service, examined)
    if unsound:
        sys.exit(FINDINGS)


def _show_problems(service: Service, examined: Iterable[Diagnosis]) -> bool:
    """Say of every log with which something is wrong what it is and what to do; whether there was one."""
    looked_at = list(examined)
    if service.witnesses.silent:
        names = "、".join(service.witnesses.silent)
        err.print(
            f"注意：见证人 {names} 没有应答，没有它们的话可对照；请稍后再运行 sunledger doctor / "
            "these witnesses did not answer, so nothing was compared with them; run sunledger doctor again later"
        )
    for found in looked_at:
        for refusal in (*service.witnesses.refusals(found.book), *_forgotten(service, found.book)):
            err.print(f"注意 / note: {found.name} {found.book}: {refusal}")
        if found.problem:
            err.print(f"✗ {found.name} {found.book}: {found.problem}")
            err.print(remedy(found.problem, found.book))
    return any(found.problem for found in looked_at)


def _forgotten(service: Service, book: str) -> list[RuleViolation]:
    """Return what those who guard a log against its roll-back remember no more: witnesses, and this server itself."""
    with service.pool.connection() as connection, connection.cursor() as cursor:
        own = log.memory_missing(cursor, book, service.log_keys)
        return [*service.witnesses.forgotten(connection, book), *([own] if own else [])]


def recover(
    place: Annotated[
        str, typer.Argument(help="完好的副本：网址、文件夹或公示包 / a sound copy: URL, folder or bundle")
    ],
    book: BookOption,
) -> None:
    """用副本补回数据库丢失的记录 / Bring lost entries back from a copy of the log; exit code 1 when some still lack."""
    with open_service(Settings()) as service, progress("恢复 recover") as bar:
        done = bring_back(service, open_source(place), book, bar.advance)
    out.print(
        f"{done.book}: 补回 {done.size - done.before} 条记录，现有 {done.size} 条 / "
        f"{done.size - done.before} entries brought back, {done.size} in all"
    )
    if done.problem:
        err.print(f"✗ 还没有补齐 / not all is back: {done.problem}")
        err.print(remedy(done.problem, done.book))
        sys.exit(FINDINGS)
