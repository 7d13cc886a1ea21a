"""All cases of logs: the honest one, forged entries, forged files, and what a reader trusts; as objects of JSON."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from audit.tlog.checkpoint import Checkpoint, sign_checkpoint
from audit.tlog.cosignature import add_signature, cosign, witness_verifier
from domain.budget import BudgetAdopted
from domain.kernel.note import SigningKey
from domain.vouchers import VoucherPosted, VoucherReversed
from tests.vectors.forged import forged_entries
from tests.vectors.forged_costs import forged_costs
from tests.vectors.forged_parties import forged_parties
from tests.vectors.honest import (
    BASIC,
    CLERKS,
    HEAD,
    HONEST,
    NEXT,
    SUPERVISOR,
    THREE,
    TOWNSHIP,
    budget,
    founded,
    reversal,
    voucher,
)
from tests.vectors.private_forged import private_cases
from tests.vectors.reading import audited, outside
from tests.vectors.village import ORIGIN, Forgery, Log, falsified, key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BUNDLE, TILE = f"tile/entries/000.p/{NEXT}", f"tile/0/000.p/{NEXT}"
WITNESSES = {name: key(f"witness.example/{name}") for name in ("town", "county", "neighbour")}
SIGNED_AT_S = 1_772_000_000
FAR_AHEAD_S = 4_102_444_800
"""The year 2100."""


@dataclass(frozen=True)
class Case:
    """A log, what its reader trusts, and some of what is to be found; `cut` bytes are missing at the bundle's end."""

    name: str
    log: Log
    found: tuple[tuple[str, int | None], ...] = ()
    anchor: str = ""
    policy: str = ""
    kept: bytes = b""
    cut: int = 0


def cases() -> Iterator[Case]:
    """Yield all cases, the honest one first."""
    yield Case("honest", HONEST)
    yield Case("honest, with the township's key", HONEST, anchor=TOWNSHIP.verifier.vkey)
    for name, log, *found in forged_entries():
        yield Case(name, log, tuple(found))
    for name, log, *found in _files():
        yield Case(name, log, tuple(found))
    for name, log, *found in (*_statements(), *forged_costs(), *forged_parties()):
        yield Case(name, log, tuple(found))
    yield from _trusted()
    yield from _witnessed()
    yield Case("bundle cut off", HONEST, cut=1)
    yield Case("bundle cut in the middle", HONEST, cut=3_000)


def closed_year() -> Log:
    """Return the honest log with its year transferred and distributed, and a voucher of the year after."""
    log = HONEST
    for date, debit, credit, fen in (
        ("2026-12-31", "501", "321", 120_000),
        ("2026-12-31", "321", "51301", 200),
        ("2026-12-31", "321", "322", 99_800),
        ("2026-12-31", "322", "311", 40_000),
        ("2026-12-31", "322", "212", 20_000),
        ("2027-01-05", "51301", "101", 7_777),
    ):
        log = log.then(VoucherPosted, voucher(date, fen, debit=debit, credit=credit), *CLERKS)
    log = log.then(VoucherPosted, voucher("2026-11-30", 70_000, debit="153", credit="10201"), *CLERKS)
    log = log.then(BudgetAdopted, budget(("151", 1), ("501", 900_000), ("51301", 100)), *THREE)
    return log.publish(statements=True)


def carried_on() -> Log:
    """Return a planned year in which works are taken over and goods made, stored and sold, and one sale taken back."""
    log = founded()
    for date, debit, credit, fen in (
        ("2026-02-10", "153", "10201", 56_000),
        ("2026-03-01", "151", "10201", 230_000),
        ("2026-03-02", "401", "10201", 8_000),
        ("2026-03-03", "121", "10201", 1_000),
        ("2026-04-01", "151", "153", 56_000),
        ("2026-04-02", "121", "401", 8_000),
        ("2026-04-03", "511", "121", 5_000),
        ("2026-05-01", "511", "121", 4_000),
        ("2026-05-03", "151", "311", 15_000),
    ):
        log = log.then(VoucherPosted, voucher(date, fen, debit=debit, credit=credit), *BASIC)
    log = log.then(VoucherReversed, reversal(log, len(log.entries) - 3, date="2026-05-02"), *BASIC)
    plan = budget(("151", 230_000), ("153", 56_000), ("401", 8_000))
    log = log.then(BudgetAdopted, plan, *BASIC, SUPERVISOR)
    return log.publish(statements=True)


def _statements() -> list[Forgery]:
    """Return logs with the statements of each month beside them, as they follow from the entries and otherwise."""
    good = closed_year()
    files = good.files()
    forged: list[Forgery] = [
        ("statements of two months", HONEST.publish(statements=True)),
        ("statements of a closed year", good),
        ("a plan's execution that counts what is carried on once", carried_on()),
        (
            "no statement of income of a month",
            good.alter("income-statement/2026-05.json", None),
            ("audit.withheld", None),
        ),
        ("no budget of a month", good.alter("budget/2026-05.json", None), ("audit.withheld", None)),
        ("no statements of income", _without(good, "income-statement/")),
    ]
    for form, column in (
        ("balance-sheet", "closing_fen"),
        ("balance-sheet", "opening_fen"),
        ("income-statement", "amount_fen"),
        ("income-statement", "before_fen"),
        ("income-details", "month_fen"),
        ("income-details", "year_fen"),
        ("income-details", "name"),
        ("budget", "planned_fen"),
        ("budget", "month_fen"),
        ("budget", "year_fen"),
    ):
        path = f"{form}/{'2026-12' if form == 'budget' else '2027-01'}.json"
        report = json.loads(files[path])
        lines = next(lines for lines in report.values() if isinstance(lines, list))
        lines[0][column] += "!" if column == "name" else 100
        changed = good.alter(path, json.dumps(report, ensure_ascii=False).encode())
        forged.append((f"another {column} on the {form}", changed, ("audit.published", None)))
    return forged


def _without(log: Log, prefix: str) -> Log:
    """Return a log without the files of a form: what is not published at all is not compared."""
    return replace(log, altered={path: None for path in log.files() if path.startswith(prefix)})


def _files() -> list[Forgery]:
    tree = HONEST.tree()
    stranger = key("stranger.example")
    wrong = sign_checkpoint(Checkpoint(ORIGIN, NEXT, tree.root(NEXT - 1)), HONEST.key)
    longer = sign_checkpoint(Checkpoint(ORIGIN, NEXT + 1, tree.root()), HONEST.key)
    foreign = sign_checkpoint(Checkpoint(stranger.name, NEXT, tree.root()), stranger)
    files = HONEST.files()
    january, february = (f"trial-balance/2026-0{month}.json" for month in (1, 2))
    changed = files[february].replace(b'"closing_debit_fen": 5', b'"closing_debit_fen": 6', 1)
    assert changed != files[february]
    twice = files[february].replace(b'"entries": ', b'"entries": 0, "entries": ', 1)
    later = files[february].replace(b"2026-02", b"2026-07")
    false = files[february].replace(b": 0,", b": false,", 1)
    fraction = files[february].replace(b'"entries": %d' % NEXT, b'"entries": %d.0' % NEXT)
    assert len({files[february], twice, later, false, fraction}) == 5
    return [
        ("a root of another size", HONEST.alter("checkpoint", wrong), ("audit.root", None)),
        ("a checkpoint of more entries", HONEST.alter("checkpoint", longer), ("audit.bundle", 0)),
        (
            "a checkpoint of fewer entries",
            HONEST.alter("checkpoint", HONEST.checkpoint(NEXT - 1)),
            ("audit.bundle", 0),
        ),
        ("a checkpoint of another log", HONEST.alter("checkpoint", foreign), ("checkpoint.signature", None)),
        (
            "a checkpoint by another key",
            HONEST.alter("checkpoint", HONEST.checkpoint(signer=SigningKey(ORIGIN, bytes(32)))),
            ("checkpoint.signature", None),
        ),
        ("a checkpoint that is no note", HONEST.alter("checkpoint", b"15\n"), ("note.malformed", None)),
        ("no checkpoint", HONEST.alter("checkpoint", None)),
        (
            "another log.vkey",
            HONEST.alter("log.vkey", f"{stranger.verifier.vkey}\n".encode()),
            ("audit.vkey", None),
        ),
        ("no log.vkey", HONEST.alter("log.vkey", None), ("audit.vkey", None)),
        ("a bundle of entries cut off", HONEST.alter(BUNDLE, files[BUNDLE][:-1]), ("audit.bundle", 0)),
        ("no bundle of entries", HONEST.alter(BUNDLE, None), ("audit.bundle", 0)),
        ("a tile of zeros", HONEST.alter(TILE, bytes(32 * NEXT)), ("audit.tile", None)),
        ("a tile cut off", HONEST.alter(TILE, files[TILE][:-32]), ("audit.tile", None)),
        ("no tile", HONEST.alter(TILE, None), ("audit.tile_missing", None)),
        ("a published balance changed", HONEST.alter(february, changed), ("audit.published", None)),
        ("balances of another month", HONEST.alter(february, files[january]), ("audit.published", None)),
        ("balances that are no JSON", HONEST.alter(february, b"\xff"), ("audit.published", None)),
        ("balances withheld", HONEST.alter(january, None), ("audit.withheld", None)),
        ("balances with a field twice", HONEST.alter(february, twice), ("audit.published", None)),
        ("balances with false for nought", HONEST.alter(february, false), ("audit.published", None)),
        ("balances whose size has an empty fraction", HONEST.alter(february, fraction)),
        (
            "balances of a month without a voucher changed",
            HONEST.alter("trial-balance/2026-07.json", later),
            ("audit.published", None),
        ),
        (
            "balances of a month before the book",
            HONEST.alter("trial-balance/2025-12.json", files[january]),
            ("audit.published", None),
        ),
        (
            "balances of no month",
            HONEST.alter("trial-balance/2026-13.json", files[january]),
            ("audit.published", None),
        ),
    ]


def _trusted() -> Iterator[Case]:
    """Yield what the reader's anchor and kept checkpoint find."""
    yield Case("kept at a smaller size", HONEST, kept=HONEST.checkpoint(4))
    rewritten = founded().then(VoucherPosted, voucher("2026-01-09", 1), *BASIC).publish()
    yield Case("history rewritten", rewritten, (("audit.not_extended", None),), kept=HONEST.checkpoint(7))
    yield Case("rolled back", founded().publish(), (("audit.rolled_back", None),), kept=HONEST.checkpoint())
    foreign = sign_checkpoint(Checkpoint("else.example", 1, bytes(32)), key("else.example"))
    yield Case("kept of another log", HONEST, (("audit.kept_foreign", None),), kept=foreign)
    other = key(TOWNSHIP.name + "0").verifier.vkey
    yield Case("another township", HONEST, (("audit.anchor", 0),), anchor=other)
    yield Case("an anchor that is no township's", HONEST, (("audit.anchor", 0),), anchor=HEAD.verifier.vkey)
    founder = TOWNSHIP.verifier.vkey
    falsely = HONEST.with_entry(0, lambda note: falsified(note, TOWNSHIP.name)).publish()
    found = (("audit.anchor", 0), ("signature.invalid", 0))
    yield Case("the township's signature is false", falsely, found, anchor=founder)


def _witnessed() -> Iterator[Case]:
    """Yield what the reader's policy finds."""
    vkeys = {name: witness_verifier(witness).vkey for name, witness in WITNESSES.items()}
    policy = "".join(
        [
            f"log {HONEST.key.verifier.vkey}\n",
            *(f"witness {name} {vkey}\n" for name, vkey in vkeys.items()),
            "group gov any town county\ngroup q all gov neighbour\nquorum q\n",
        ]
    )
    yield Case("witnessed by its quorum", _cosigned("town", "neighbour"), policy=policy)
    yield Case(
        "witnessed by too few", _cosigned("town", "county"), (("audit.no_quorum", None),), policy=policy
    )
    yield Case("one witness twice", _cosigned("town", "town"), (("audit.no_quorum", None),), policy=policy)
    forged = SigningKey(WITNESSES["neighbour"].name, bytes(32))
    yield Case(
        "a witness's name, another key",
        _cosigned("town", also=forged),
        (("audit.no_quorum", None),),
        policy=policy,
    )
    bad = _cosigned("town", "neighbour", size=NEXT - 1)
    yield Case("cosignatures of another root", bad, (("checkpoint.cosignature", None),), policy=policy)
    ahead = (("witness.future", None), ("audit.no_quorum", None))
    yield Case("dated in the future", _cosigned("town", "neighbour", at_s=FAR_AHEAD_S), ahead, policy=policy)
    elsewhere = policy.replace(HONEST.key.verifier.vkey, key("else.example").verifier.vkey)
    yield Case(
        "a policy for other logs",
        _cosigned("town", "neighbour"),
        (("audit.log_not_in_policy", None),),
        policy=elsewhere,
    )
    yield Case("a policy that is none", HONEST, policy="quorum nobody\n")


def _cosigned(*names: str, also: SigningKey | None = None, size: int = NEXT, at_s: int = SIGNED_AT_S) -> Log:
    """Return the honest log with cosignatures on its checkpoint, over the root of `size` entries, from `at_s` on."""
    note = HONEST.checkpoint()
    head = Checkpoint(ORIGIN, NEXT, HONEST.tree().root(size))
    for number, witness in enumerate([*(WITNESSES[name] for name in names), *([also] if also else [])]):
        note = add_signature(note, cosign(head, witness, at_s + number))
    return HONEST.alter("checkpoint", note)


def as_object(folder: Path, chosen: Iterable[Case] = ()) -> dict[str, Any]:
    """Return cases (default: all of here) as an object of JSON, with what the audit finds in each.

    Bundles are written to `folder` meanwhile.
    """
    parts: dict[str, str] = {}
    logs = [_case_object(case, parts, folder / "log.zip") for case in chosen or cases()]
    return {"about": ABOUT, "parts": parts, "logs": logs}


def private_object(folder: Path) -> dict[str, Any]:
    """Return the logs that keep values outside, each with what is said of these."""
    parts: dict[str, str] = {}
    logs = []
    for name, log, *found in private_cases():
        made = _case_object(Case(name, log, tuple(found)), parts, folder / "log.zip")
        logs.append(made | {"outside": outside(folder / "log.zip")})
    about = "outside: the state of every digest, the rolls, and the rows of theirs that were erased."
    return {"about": f"{ABOUT} {about}", "parts": parts, "logs": logs}


ABOUT = (
    "Small logs, honest and forged, with what is found in each: rule and entry, null for the log as a whole. "
    "A file is a part, by its name, or a list of parts: a bundle's entries, each behind its length in 2 bytes."
)


def _case_object(case: Case, parts: dict[str, str], path: Path) -> dict[str, Any]:
    path = case.log.bundle(path)
    if case.cut:
        path.write_bytes(path.read_bytes()[: -case.cut])
    found, error = audited(path, anchor=case.anchor, policy=case.policy, kept=case.kept)
    assert set(case.found) <= set(found), (case.name, found)
    assert bool(case.found) == bool(found), (case.name, found)
    return {
        "name": case.name,
        "files": {name: _file(name, data, case.log, parts) for name, data in case.log.files().items()},
        "cut": case.cut,
        "anchor": case.anchor,
        "policy": case.policy,
        "kept": case.kept.decode(),
        "found": [list(finding) for finding in found],
        "error": error,
    }


def _file(name: str, data: bytes, log: Log, parts: dict[str, str]) -> str | list[str]:
    if name.startswith("tile/entries/") and name not in log.altered:
        return [_part(note, parts) for note in log.entries]
    return _part(data, parts)


def _part(note: bytes, parts: dict[str, str]) -> str:
    name = sha256(note).hexdigest()[:8]
    parts[name] = base64.b64encode(note).decode()
    return name
