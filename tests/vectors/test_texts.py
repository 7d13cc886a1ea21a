"""Short vectors that Python and the browser both read: trees, notes, statements, checkpoints and policies.

`UPDATE_VECTORS=1` writes texts.json anew. What each case is meant to show stands here; the file holds it for both.
"""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING, Any

from audit.tlog.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from audit.tlog.cosignature import add_signature, check_cosignature, cosign, witness_verifier
from audit.tlog.policy import parse_policy
from domain.entry import HEADER, parse_text
from domain.kernel.disclosure import encode_base64url, parse_disclosure
from domain.kernel.errors import RuleViolation
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import COSIGNATURE, SigningKey, format_note, parse_note, parse_vkey
from tests.vectors.honest import HONEST
from tests.vectors.reading import FOLDER, read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FILE = FOLDER / "texts.json"
Case = tuple[str, bytes]
"""A name and the bytes to be judged."""

LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOT_OF_EIGHT = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
"""Leaves and root of the reference implementation of RFC 6962."""

ORIGIN = "ledger.example.cn/440111/shalong"
LOG = SigningKey(ORIGIN, bytes([1]) * 32)
TOWN = SigningKey("witness.example.cn/town", bytes([2]) * 32)
COUNTY = SigningKey("witness.example.cn/county", bytes([3]) * 32)
TOWN_AT_S, COUNTY_AT_S = 1_767_225_600, 1_767_225_660
WITNESSED = (
    "ledger.example.cn/440111/shalong\n"
    "1000\n"
    "BvHldM/cmZ6xTOVVrjQ8dNp0FokFWte6MhDfW+6bpBE=\n"
    "\n"
    "— ledger.example.cn/440111/shalong "
    "Bw6vu+s1G42bQ1VoFBcvJe4+TiobYWMfLnhBFFeJq6FNrO33voHmpAbtpnQ/++0I8LUZWRoE7wFpcc3HbTUGJZJYVA0=\n"
    "— witness.example.cn/town "
    "OwTi5wAAAABpVbkAn43jTHZzbhepIyr7ERKBYcHyP2NEGicWOI6pm4JgXVHoaHt2kEd+3l5OyMaurg88MTwKCPzsAOtrSVqO7VTIBw==\n"
    "— witness.example.cn/county "
    "neFchAAAAABpVbk8BfltdYGiiKoRz6AZ9OS+Fi0c8Pd7xN1+OxRon8RNu8ERJgM+mk+7jwcAlXRYXG6aHaS0epuo90J2aOZ7ADgCBQ==\n"
)
"""A checkpoint that other programs accept, its log's and two witnesses' signatures on it."""


def notes() -> Iterator[Case]:
    """Yield notes, most of them damaged in one way."""
    good = WITNESSED.encode()
    yield "good", good
    yield "text with empty lines", format_note(b"a\n\n\nb\n", parse_note(good).signatures[:1])
    yield "65 signatures", b"a\n\n" + (b"\xe2\x80\x94 a AAAAAAA=\n" * 65)
    yield "64 signatures", b"a\n\n" + b"\xe2\x80\x94 a AAAAAAA=\n" * 64
    yield "no signature", good.split(b"\n\n")[0] + b"\n\n"
    yield "no empty line", good.replace(b"\n\n", b"\n")
    yield "no newline at the end", good[:-1]
    yield "a carriage return", good.replace(b"1000\n", b"1000\r\n")
    yield "a tab", good.replace(b"1000", b"10\t00")
    yield "no UTF-8", good.replace(b"1000", b"\xff")
    yield "an overlong zero", good.replace(b"1000", b"\xc0\x80")
    yield "a byte order mark", b"\xef\xbb\xbf" + good
    yield "a surrogate", good.replace(b"1000", b"\xed\xa0\x80")
    yield "a hyphen for the dash", good.replace(b"\xe2\x80\x94 witness", b"- witness")
    yield "two spaces", good.replace(b"town ", b"town  ")
    yield "a plus sign in a name", good.replace(b"town ", b"to+wn ")
    yield "a no-break space in a name", good.replace(b"town ", "to\u00a0wn ".encode())
    yield "a next line in a name", good.replace(b"town ", "to\u0085wn ".encode())
    yield "a zero-width no-break space in a name", good.replace(b"town ", "to\ufeffwn ".encode())
    yield "a name of 255 bytes", good.replace(b"witness.example.cn/town", b"x" * 255)
    yield "a name of 256 bytes", good.replace(b"witness.example.cn/town", b"x" * 256)
    yield "no name", good.replace(b"witness.example.cn/town", b"")
    yield "base64 without padding", good.replace(b"==\n", b"\n")
    yield "base64 with bits behind its end", good.replace(b"VTIBw==", b"VTIBx==")
    yield "base64 of the web", good.replace(b"/++0I8", b"_--0I8")
    yield "a signature of no bytes", b"a\n\n\xe2\x80\x94 a AAAAAA==\n"
    yield "empty", b""


def statements() -> Iterator[Case]:
    """Yield canonical JSON and what is not, as the signed text of an entry."""
    line = parse_note(HONEST.entries[5]).text[len(HEADER) : -1]
    last = parse_note(HONEST.entries[-1]).text[len(HEADER) : -1]
    at = b'"at":"2026-03-05T10:12:33+08:00",'
    for name, json_line in (
        ("good", line),
        ("good, with escapes and characters beyond 16 bits", last),
        ("white space", line.replace(b',"book"', b', "book"')),
        ("keys out of order", b"{" + line[1:].replace(at, b"")[:-1] + b"," + at[:-1] + b"}"),
        ("a key twice", line.replace(at, at + at)),
        ("an escape that need not be", line.replace(b"voucher.posted", b"voucher\\u002eposted")),
        ("an escape in capitals", last.replace(b"\xe2\x80\x9c", b"\\u201C")),
        ("a slash escaped", line.replace(b"N2330881", b"\\/N2330881")),
        ("a number with a fraction of zero", line.replace(b'"count":1', b'"count":1.0')),
        ("a number with an exponent", line.replace(b":120000", b":12e4")),
        ("a number with a leading zero", line.replace(b":120000", b":0120000")),
        ("minus zero", line.replace(b'"count":1', b'"count":-0')),
        ("a number beyond the largest", line.replace(b":120000", b":1000000000000")),
        ("a number that no double holds", line.replace(b'"n":5', b'"n":9007199254740993')),
        ("null", line.replace(b'"count":1', b'"count":null')),
        ("true for a number", line.replace(b'"count":1', b'"count":true')),
        ("text for a number", line.replace(b'"count":1', b'"count":"1"')),
        ("not closed", line[:-1]),
        ("something behind it", line + b"{}"),
        ("a list", b"[" + line + b"]"),
        ("nothing", b""),
        ("nested deep", b"[" * 60_000),
        ("a default that is written", line.replace(b'"count":1', b'"count":0')),
        ("an empty list that is written", line.replace(b'"count":1', b'"count":1,"files":[]')),
        ("a field of a prototype", line.replace(b'"count":1', b'"__proto__":{},"count":1')),
        ("an unknown field", line.replace(b'"count":1', b'"count":1,"kount":1')),
        ("a type of a prototype", line.replace(b"voucher.posted/1", b"constructor")),
        ("an object for a type", line.replace(b'"voucher.posted/1"', b'{"toString":1,"valueOf":1}')),
        ("the end before the type", line.replace(b',"type"', b'},"type"')),
        ("no type", line.replace(b',"type":"voucher.posted/1"', b"")),
        ("a direction mark", line.replace(b'"summary":"', '"summary":"\u202e'.encode())),
        ("an empty summary", line.replace('"summary":"卖竹笋"'.encode(), b'"summary":""')),
        ("a summary of 200 characters", line.replace("卖竹笋".encode(), ("\U0001f38b" * 200).encode())),
        ("a summary of 201 characters", line.replace("卖竹笋".encode(), ("\U0001f38b" * 201).encode())),
        ("one line only", line.replace(b"},{", b"}],[{")),
    ):
        assert name == "good" or json_line != line, name
        yield name, HEADER + json_line + b"\n"
    yield "another header", b"sunledger.entry/v2\n" + line + b"\n"
    yield "a third line", HEADER + line + b"\n{}\n"


def checkpoints() -> Iterator[Case]:
    """Yield checkpoints of the worked example, most of them not signed by its log or not well-formed."""
    good = WITNESSED.encode()
    yield "good", good
    yield "another size", good.replace(b"\n1000\n", b"\n1001\n")
    root = parse_note(good).text.split(b"\n")[2] + b"\n"
    for name, text in (
        ("a leading zero", f"{ORIGIN}\n01000\n".encode() + root),
        ("a sign", f"{ORIGIN}\n+1000\n".encode() + root),
        ("the largest size", f"{ORIGIN}\n{2**63 - 1}\n".encode() + root),
        ("a size beyond 2^63-1", f"{ORIGIN}\n{2**63}\n".encode() + root),
        ("a short root", f"{ORIGIN}\n1000\nAAAA\n".encode()),
        ("an extension", f"{ORIGIN}\n1000\n".encode() + root + b"more\n"),
        ("an empty log with a root", f"{ORIGIN}\n0\n".encode() + root),
        ("another origin", b"ledger.example.cn/other\n1000\n" + root),
        ("an origin with a space", b"ledger example\n1000\n" + root),
    ):
        yield name, format_note(text, [LOG.sign(text)])
    yield "an empty log", sign_checkpoint(Checkpoint(ORIGIN, 0, Tree().root()), LOG)
    yield "without the log's line", format_note(parse_note(good).text, parse_note(good).signatures[1:])
    forged = SigningKey(ORIGIN, bytes([9]) * 32).sign(parse_note(good).text)
    yield "with a line of another key of that name", add_signature(good, forged)


def policies() -> Iterator[Case]:
    """Yield policies, most of them wrong in one line."""
    log, town, county = LOG.verifier.vkey, witness_verifier(TOWN).vkey, witness_verifier(COUNTY).vkey
    good = f"# 村\nlog {log} https://a.example/\nwitness t {town}\n\nwitness c\t{county}\ngroup q 2 t c\nquorum q\n"
    yield "good", good.encode()
    yield "none", f"log {log}\nquorum none\n".encode()
    for name, old, new in (
        ("no quorum", "quorum q\n", ""),
        ("two quorums", "quorum q\n", "quorum q\nquorum q\n"),
        ("an unknown word", "quorum q", "quorums q"),
        ("a quorum that is not defined", "quorum q", "quorum p"),
        ("more than there are", "q 2 t c", "q 3 t c"),
        ("none of them", "q 2 t c", "q 0 t c"),
        ("a leading zero", "q 2 t c", "q 02 t c"),
        ("a member twice", "q 2 t c", "q 2 t t"),
        ("a name twice", "witness c", "witness t"),
        ("the name none", "witness c", "witness none"),
        ("a key twice", county, town),
        ("a log's key for a witness", county, log),
        ("a damaged key", county, county.replace("+B", "+C")),
        ("no newline at the end", "quorum q\n", "quorum q"),
        ("a carriage return", "quorum q\n", "quorum q\r\n"),
        ("three items behind a log", "https://a.example/", "https://a.example/ more"),
    ):
        assert old in good
        yield name, good.replace(old, new).encode()


def disclosures() -> Iterator[Case]:
    """Yield disclosures, most of them of another form or outside the JSON profile."""

    def coded(json_text: bytes) -> bytes:
        return encode_base64url(json_text).encode()

    good = coded(b'["c2FsdA","name","value"]')
    yield "good", good
    for name, value in (
        ("good: other white space", b' [ "c2FsdA" ,\n"name",\t1 ]\r\n'),
        ("good: escapes", rb'["c\/2","n\u0061me","\ud83c\udf8b\u5f20"]'),
        ("good: nested values", '["s","n",{"a":[1,true,"张三"],"b":{}}]'.encode()),
        ("good: minus zero", b'["s","n",-0]'),
        ("good: the largest integer", b'["s","n",9007199254740991]'),
        ("good: the last of two names counts", b'["s","n",{"a":1.5,"a":1}]'),
        ("good: nested 64 deep", b'["s","n",' + b"[" * 64 + b"]" * 64 + b"]"),
        ("good: a name of a prototype", b'["s","__proto__",{"__proto__":1}]'),
        ("good: an empty salt and text", b'["","n",""]'),
        ("a fraction", b'["s","n",1.0]'),
        ("an exponent", b'["s","n",1e2]'),
        ("an integer beyond", b'["s","n",9007199254740992]'),
        ("an integer that no double holds", b'["s","n",9007199254740993]'),
        ("a leading zero", b'["s","n",01]'),
        ("null", b'["s","n",null]'),
        ("null inside", b'["s","n",[null]]'),
        ("nested 65 deep", b'["s","n",' + b"[" * 65 + b"]" * 65 + b"]"),
        ("nested deeper than any program goes", b"[" * 6_000),
        ("a name in capitals", b'["s","n",{"A":1}]'),
        ("an empty name inside", b'["s","n",{"":1}]'),
        ("no name", b'["s","",1]'),
        ("the name _sd", b'["s","_sd",1]'),
        ("the name ...", b'["s","...",1]'),
        ("a number for a name", b'["s",1,1]'),
        ("a number for a salt", b'[1,"n",1]'),
        ("two parts", b'["s","n"]'),
        ("four parts", b'["s","n",1,1]'),
        ("an object", b'{"0":"s","1":"n","2":1,"length":3}'),
        ("a text", b'"abc"'),
        ("something behind it", b'["s","n",1]x'),
        ("half a surrogate pair", rb'["s","n","\ud83c"]'),
        ("half a surrogate pair in the salt", rb'["\udf8b","n",1]'),
        ("a control character", b'["s","n","\x07"]'),
        ("a control character, escaped", rb'["s","n","\u0007"]'),
        ("a direction mark in the name", '["s","n\u202e",1]'.encode()),
        ("a direction mark in the salt", '["\u202e","n",1]'.encode()),
        ("a byte order mark", '\ufeff["s","n",1]'.encode()),
        ("not UTF-8", b'["s","n","\xff"]'),
        ("nothing in it", b""),
    ):
        yield name, coded(value)
    yield "with padding", good + b"="
    yield "with a space", good + b" "
    yield "in the other alphabet", base64.b64encode(b'["s","n","\xc3\xbf\xc3\xbe?>"]')
    yield "with idle bits", coded(b'["s","n",12]')[:-1] + b"1"
    yield "a character too few", good[:-1]
    yield "a character too many", good + b"A"
    yield "too long", b"A" * 8_193
    yield "the longest that is looked at", b"A" * 8_192
    yield "no ASCII", "é".encode()


def as_object() -> dict[str, Any]:
    """Return all cases with what Python says of each: the rule that refuses it, or null."""
    tree, roots = Tree(), [Tree().root().hex()]
    for leaf in LEAVES:
        tree.append(leaf_hash(bytes.fromhex(leaf)))
        roots.append(tree.root().hex())
    return {
        "about": "Texts in base64, each with the rule that refuses it, or null.",
        "tree": {"leaves": LEAVES, "roots": roots},
        "notes": _judged(notes(), parse_note),
        "statements": _judged(statements(), parse_text),
        "checkpoints": _judged(checkpoints(), lambda note: open_checkpoint(note, LOG.verifier)),
        "policies": _judged(policies(), parse_policy),
        "disclosures": _judged(disclosures(), lambda text: parse_disclosure(text.decode())),
        "log": LOG.verifier.vkey,
        "witnesses": [witness_verifier(witness).vkey for witness in (TOWN, COUNTY)],
        "witnessed": {"note": WITNESSED, "times": [TOWN_AT_S, COUNTY_AT_S]},
    }


def _judged(cases: Iterator[Case], judge: Callable[[bytes], object]) -> list[dict[str, Any]]:
    judged = [(name, base64.b64encode(data).decode(), _code(judge, data)) for name, data in cases]
    return [{"name": name, "base64": data, "rule": code} for name, data, code in judged]


def _code(judge: Callable[[bytes], object], data: bytes) -> str | None:
    try:
        judge(data)
    except RuleViolation as violation:
        return violation.rule.code
    return None


def test_the_file_is_what_the_code_makes_and_python_says() -> None:
    made = json.dumps(as_object(), ensure_ascii=False, indent=1) + "\n"
    if os.environ.get("UPDATE_VECTORS"):
        FILE.write_text(made, encoding="utf-8")
    assert FILE.read_text(encoding="utf-8") == made, "run once with UPDATE_VECTORS=1"


def test_good_cases_pass_and_the_others_do_not() -> None:
    good = {
        "64 signatures",
        "text with empty lines",
        "a name of 255 bytes",
        "none",
        "the largest size",
        "an empty log",
    }
    good |= {"a byte order mark", "a zero-width no-break space in a name", "a summary of 200 characters"}
    good |= {"with a line of another key of that name"}
    vectors = read("texts.json")
    for kind in ("notes", "statements", "checkpoints", "policies", "disclosures"):
        passed = {case["name"] for case in vectors[kind] if case["rule"] is None}
        assert {name for name in passed if not name.startswith("good")} <= good, kind
        assert "good" in passed, kind


def test_the_tree_is_that_of_the_reference_implementation() -> None:
    assert read("texts.json")["tree"]["roots"][-1] == ROOT_OF_EIGHT


def test_the_worked_example_is_signed_by_its_log_and_two_witnesses() -> None:
    vectors = read("texts.json")
    note = vectors["witnessed"]["note"].encode()
    checkpoint = open_checkpoint(note, parse_vkey(vectors["log"]))
    lines = parse_note(note).signatures[1:]
    keys = [parse_vkey(vkey, COSIGNATURE) for vkey in vectors["witnesses"]]
    times = [check_cosignature(checkpoint, line, key) for line, key in zip(lines, keys, strict=True)]
    assert times == vectors["witnessed"]["times"]
    assert cosign(checkpoint, TOWN, TOWN_AT_S) == lines[0]
