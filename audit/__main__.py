"""The verifier's command line: ``python -m audit PLACE [--anchor VKEY] [--policy FILE] [--format json]``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.browser import verifier_page
from audit.collector import settle
from audit.proving import Proof, is_proof, prove, read_file
from audit.report import could_not_run
from audit.source import open_source, read_kept, read_policy
from audit.verify import verify
from audit.witnessed import Asked
from domain.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from audit.report import Report

GOOD, FINDINGS, COULD_NOT_RUN = 0, 1, 2
"""Exit codes."""


def main(arguments: list[str] | None = None) -> int:
    """Audit the book at a folder or URL; exit code 0 good, 1 findings, 2 could not run."""
    parser = argparse.ArgumentParser(
        prog="audit", description="核对一个账套的公开日志 / verify a book's public log"
    )
    parser.add_argument(
        "place", help="网址、文件夹或公示包 / a URL such as http://host/books/ID, a folder or a bundle"
    )
    parser.add_argument(
        "--anchor", default="", metavar="VKEY", help="乡镇公钥 / the township's key that you trust"
    )
    parser.add_argument(
        "--kept",
        type=Path,
        metavar="FILE",
        help="自己留存的检查点，日志须与之衔接 / a checkpoint that you kept, which the log must extend",
    )
    parser.add_argument(
        "--policy",
        type=Path,
        metavar="FILE",
        help="自己留存的见证策略文件 / a policy file of your own: whose cosignatures the checkpoint needs",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument("--processes", type=int, default=1, metavar="N")
    parser.add_argument(
        "--log-key",
        default="",
        metavar="VKEY",
        help="日志公钥，核对 .tlog-proof 时用 / the log's key, for a .tlog-proof",
    )
    parser.add_argument(
        "--entry",
        type=Path,
        metavar="FILE",
        help="证明文件未附带的记录 / the entry, if the proof does not carry it",
    )
    wanted = parser.parse_args(arguments)
    settle()
    try:
        report = _look(wanted)
    except RuleViolation as violation:
        print(violation, file=sys.stderr)
        if wanted.format == "json":
            _print_json(could_not_run(violation))
        return COULD_NOT_RUN
    if wanted.format == "json":
        _print_json(report.as_object())
    else:
        print(report.as_text(), end="")
    return GOOD if report.ok else FINDINGS


def _print_json(found: dict[str, Any]) -> None:
    print(json.dumps(found, ensure_ascii=False, indent=2))


def _look(wanted: argparse.Namespace) -> Report | Proof:
    """Verify a proof file, or a whole log."""
    asked = Asked(read_policy(wanted.policy), int(time.time())) if wanted.policy else None
    if is_proof(wanted.place):
        entry = read_file(wanted.entry) if wanted.entry else b""
        return prove(read_file(Path(wanted.place)), wanted.log_key, entry, asked)
    kept = read_kept(wanted.kept) if wanted.kept else b""
    source = open_source(wanted.place)
    return verify(
        source, anchor=wanted.anchor, kept=kept, asked=asked, page=verifier_page, processes=wanted.processes
    )


if __name__ == "__main__":
    sys.exit(main())
