"""The command line of `sunledger`; each command opens what it needs and closes it when done."""

from __future__ import annotations

import signal
import sys

import typer

from api.cli import (
    anchoring,
    books,
    closing,
    cosigning,
    demo,
    history,
    keys,
    monitoring,
    planning,
    privacy,
    signing,
    verifying,
)
from api.cli.console import TERMINATED, refusals
from api.cli.county import county
from api.cli.drafting import draft
from api.cli.exports import export
from api.cli.logs import log
from api.cli.matching import bank
from api.cli.reports import report
from api.cli.usage import usage_in_both_languages
from api.cli.witness import witness
from audit.collector import settle

app = typer.Typer(
    name="sunledger",
    help="阳光账本：村集体的签名、可公开核对的账本 / a village's signed, verifiable account book",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.add_typer(report, name="report")
app.add_typer(export, name="export")
app.add_typer(witness, name="witness")
witness.command()(cosigning.accept)
app.add_typer(county, name="county")
app.add_typer(draft, name="draft")
app.add_typer(bank, name="bank")
app.add_typer(privacy.subject, name="subject")
app.add_typer(log, name="log")
app.command("import")(books.import_)
COMMANDS = (
    books.serve,
    verifying.verify,
    monitoring.monitor,
    anchoring.anchor,
    history.history,
    history.diff,
    books.rebuild,
    books.doctor,
    books.recover,
    keys.keygen,
    keys.browserkey,
    signing.post,
    signing.reverse,
    closing.propose,
    closing.distribute,
    closing.close,
    signing.publish,
    signing.account,
    signing.policy,
    planning.budget,
    planning.subtotals,
    planning.convert,
    privacy.roll,
    privacy.disclose,
    privacy.disclosures,
    privacy.erase,
    privacy.verify_row,
    keys.grant,
    keys.rotate,
    keys.revoke,
    signing.cosign,
    signing.send,
    demo.demo,
)
for command in COMMANDS:
    app.command()(command)


def main() -> None:
    """Run the command line."""
    settle()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # so that what is open is closed in order
    with refusals(), usage_in_both_languages():
        app()
