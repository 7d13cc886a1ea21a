"""Policies: what is read, what is refused and on which line, and when a quorum is reached."""

from __future__ import annotations

import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tlog.checkpoint import Checkpoint
from audit.tlog.cosignature import MAX_TIME_S, cosign, witness_verifier
from audit.tlog.policy import MAX_GROUPS, MAX_POLICY_BYTES, MAX_WITNESSES, Policy, parse_policy
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, verifier_key

HEAD = Checkpoint("example.com/log", 7, bytes(32))
LOG = SigningKey("example.com/log", b"\x01" * 32)
KEYS = {
    name: SigningKey(f"example.com/{name}", bytes([place]) * 32) for place, name in enumerate("abcdefg", 2)
}
W = {name: witness_verifier(key).vkey for name, key in KEYS.items()}
L = LOG.verifier.vkey


def lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def witnesses(names: str) -> list[str]:
    return [f"witness {name} {W[name]}" for name in names]


def policy(*more: str, names: str = "abc") -> Policy:
    return parse_policy(lines(f"log {L}", *witnesses(names), *more))


def refusal(text: bytes) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        parse_policy(text)
    assert caught.value.rule.code == "tlog.policy"
    return caught.value


GOVERNMENT = (
    "group gov any a b",
    "group people any c d",
    "group q all gov people",
    "quorum q",
)
"""One of the township and the county, and one of the supervisors and the neighbours."""


def test_every_kind_of_line_is_read() -> None:
    text = (
        b"# \xe6\x9d\x91\n\n  \t\n"
        + f"\tlog  {L}\t https://example.com/books/1 \n".encode()
        + f"witness 镇 {W['a']} https://example.com/w\n".encode()
        + f"witness none-of-us {W['b']}\n  # quorum none\ngroup g 2 镇 none-of-us\nquorum g\n".encode()
    )
    read = parse_policy(text)
    assert [(line.key.vkey, line.url) for line in read.logs] == [(L, "https://example.com/books/1")]
    assert [(line.label, line.url) for line in read.witnesses.values()] == [
        ("镇", "https://example.com/w"),
        ("none-of-us", ""),
    ]
    assert read.groups == (("g", 2, ("镇", "none-of-us")),)
    assert (read.quorum, read.text) == ("g", text)
    assert read.accepts(L)
    assert not read.accepts(SigningKey(LOG.name, b"\x09" * 32).verifier.vkey)


def test_the_smallest_policy_asks_for_nobody() -> None:
    read = parse_policy(b"quorum none\n")
    assert read.accepts(L)
    assert read.judge(HEAD, [], 5) == (True, {}, (), (), ())


def test_names_are_bytes() -> None:
    text = b"witness \xff " + W["a"].encode() + b"\nwitness \xfe " + W["b"].encode() + b"\nquorum \xff\n"
    read = parse_policy(text)
    assert [line.label for line in read.witnesses.values()] == ["�", "�"]
    verdict = read.judge(HEAD, [cosign(HEAD, KEYS["b"], 1)], 5)
    assert not verdict.reached
    assert read.judge(HEAD, [cosign(HEAD, KEYS["a"], 1)], 5).reached
    again = refusal(text.replace(b"\xfe", b"\xff"))
    assert again.facts["line"] == 2
    assert "�" in again.zh
    kelvin = f"witness K {W['a']}\nquorum \u212a\n"
    assert refusal(kelvin.encode()).facts["line"] == 2


BAD = [
    ("", 1, "quorum"),
    (f"log {L}\n", 2, "quorum"),
    ("quorum none", 1, "newline"),
    ("quorum none\r\n", 1, "control"),
    ("quorum none\n# \x7f\n", 2, "control"),
    ("quorum\n", 1, "quorum <name>"),
    ("quorum none none\n", 1, "quorum <name>"),
    ("quorum none\nquorum none\n", 2, "one quorum line"),
    ("quorum a\n", 1, "defined before"),
    ("Quorum none\n", 1, "quorum <name>"),
    ("quorum\u00a0none\n", 1, "quorum <name>"),
    ("quorum none # nobody\n", 1, "quorum <name>"),
    ("log\n", 1, "log <vkey>"),
    (f"log {L} url more\n", 1, "log <vkey>"),
    (f"log {W['a']}\n", 1, "vkey of a log"),
    (f"log {L}\nlog {L}\n", 2, "no other line"),
    (f"witness a {L}\n", 1, "vkey of a witness"),
    (f"witness {W['a']}\n", 1, "witness <name>"),
    (f"witness a {W['a']} url more\n", 1, "witness <name>"),
    (f"witness none {W['a']}\n", 1, "not taken"),
    (f"witness a {W['a']}\nwitness a {W['b']}\n", 2, "not taken"),
    (f"witness a {W['a']}\nwitness b {W['a']}\n", 2, "no other line"),
    (f"witness a {W['a'][:-1]}\n", 1, "vkey of a witness"),
    ("group g all\n", 1, "group <name>"),
    ("group g all a\n", 1, "defined before"),
    ("group g all g\n", 1, "defined before"),
    (f"witness a {W['a']}\ngroup a all a\n", 2, "not taken"),
    (f"witness a {W['a']}\ngroup none all a\n", 2, "not taken"),
    (f"witness a {W['a']}\ngroup g any none\n", 2, "defined before"),
    (f"witness a {W['a']}\ngroup g all a a\n", 2, "no group yet"),
    (f"witness a {W['a']}\ngroup g all a\ngroup h all a\n", 3, "no group yet"),
    *(
        (f"witness a {W['a']}\ngroup g {k} a\n", 2, "1 to 1")
        for k in ("0", "2", "01", "+1", "-1", "1.0", "１", "most")
    ),
]


@pytest.mark.parametrize(("text", "line", "expected"), BAD)
def test_what_is_refused_and_where(text: str, line: int, expected: str) -> None:
    violation = refusal(text.encode())
    assert violation.facts["line"] == line
    assert expected in violation.en
    assert f"第 {line} 行" in violation.zh


def test_one_key_has_one_line_whatever_its_names() -> None:
    renamed = verifier_key("example.com/other", KEYS["a"].verifier.public_key, 4).vkey
    assert refusal(lines(f"witness a {W['a']}", f"witness b {renamed}", "quorum a")).facts["line"] == 2
    logs_own = witness_verifier(LOG).vkey
    assert refusal(lines(f"log {L}", f"witness a {logs_own}", "quorum a")).facts["line"] == 2
    assert refusal(lines(f"witness a {logs_own}", f"log {L}", "quorum a")).facts["line"] == 2


def test_a_key_outside_of_the_prime_subgroup_is_refused() -> None:
    low_order = verifier_key("example.com/a", bytes(32), 4).vkey
    assert "valid Ed25519" in refusal(lines(f"witness a {low_order}", "quorum a")).en


def test_there_are_limits() -> None:
    many = [
        f"witness w{i} {witness_verifier(SigningKey(f'w{i}', i.to_bytes(32, 'big'))).vkey}"
        for i in range(1, MAX_WITNESSES + 2)
    ]
    assert len(parse_policy(lines(*many[:-1], "quorum w1")).witnesses) == MAX_WITNESSES >= 32
    assert refusal(lines(*many, "quorum w1")).facts["line"] == MAX_WITNESSES + 1
    chain = [f"group g{i} any g{i - 1}" for i in range(1, MAX_GROUPS + 1)]
    start = f"witness g0 {W['a']}"
    nested = parse_policy(lines(start, *chain, f"quorum g{MAX_GROUPS}"))
    assert nested.reached({"g0"})
    assert not nested.reached(set())
    assert refusal(lines(start, *chain, "group more any g9", "quorum g0")).facts["line"] == MAX_GROUPS + 2
    assert refusal(b"#" * MAX_POLICY_BYTES + b"\nquorum none\n").facts["line"] == 0


def test_two_of_three() -> None:
    read = policy("group g 2 a b c", "quorum g")
    for flags in product((False, True), repeat=3):
        names = {name for name, signed in zip("abc", flags, strict=True) if signed}
        verdict = read.judge(HEAD, [cosign(HEAD, KEYS[name], 5) for name in sorted(names)], 5)
        assert verdict.reached == (len(names) >= 2)
        assert set(verdict.missing) == (set() if verdict.reached else set("abc") - names)
        assert verdict.signed == dict.fromkeys(sorted(names), 5)


def test_groups_of_groups_and_who_is_missing() -> None:
    read = policy(*GOVERNMENT, names="abcd")
    assert read.reached({"a", "d"})
    assert not read.reached({"a", "b"})
    assert read.missing({"a", "b"}) == ("c", "d")
    assert read.missing({"c"}) == ("a", "b")
    assert read.missing({}) == ("a", "b", "c", "d")
    assert read.missing({"b", "c"}) == ()


def test_one_witness_twice_counts_once() -> None:
    read = policy("group g 2 a b c", "quorum g")
    twice = [cosign(HEAD, KEYS["a"], 5), cosign(HEAD, KEYS["a"], 6), cosign(HEAD, KEYS["a"], 4)]
    assert read.judge(HEAD, twice, 6) == (False, {"a": 6}, (), ("b", "c"), ())


def test_what_is_dated_too_late_does_not_count_and_is_named() -> None:
    read = policy("quorum a")
    at_most, beyond = cosign(HEAD, KEYS["a"], 5), cosign(HEAD, KEYS["a"], 6)
    assert read.judge(HEAD, [at_most], 5) == (True, {"a": 5}, (), (), ())
    assert read.judge(HEAD, [beyond], 5) == (False, {}, (), ("a",), (("a", 6),))
    assert read.judge(HEAD, [beyond, at_most], 5) == (True, {"a": 5}, (), (), (("a", 6),))
    assert read.judge(HEAD, [cosign(HEAD, KEYS["a"], MAX_TIME_S)], 5).future == (("a", MAX_TIME_S),)
    stranger = cosign(HEAD, SigningKey(KEYS["a"].name, b"\x77" * 32), 6)
    assert read.judge(HEAD, [stranger], 5) == (False, {}, (), ("a",), ())


def test_a_stranger_counts_for_nothing_and_a_bad_line_is_named() -> None:
    read = policy("quorum a")
    stranger = SigningKey(KEYS["a"].name, b"\x77" * 32)
    assert read.judge(HEAD, [cosign(HEAD, stranger, 5)], 5) == (False, {}, (), ("a",), ())
    other = cosign(Checkpoint(HEAD.origin, 8, HEAD.root), KEYS["a"], 5)
    assert read.judge(HEAD, [other], 5) == (False, {}, ("a",), ("a",), ())
    assert read.judge(HEAD, [other, cosign(HEAD, KEYS["a"], 5)], 5) == (True, {"a": 5}, ("a",), (), ())


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_have_a_quorum(text: bytes) -> None:
    try:
        read = parse_policy(text)
    except RuleViolation as violation:
        assert violation.rule.code == "tlog.policy"
        str(violation).encode()
    else:
        assert read.quorum == "none"


WORDS = [
    "log",
    "witness",
    "group",
    "quorum",
    "a",
    "b",
    "none",
    "all",
    "any",
    "2",
    "#",
    L,
    W["a"],
    W["b"],
    "url",
]


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=5), max_size=6))
def test_whatever_is_accepted_is_sound(rows: list[list[str]]) -> None:
    try:
        read = parse_policy("".join(" ".join(row) + "\n" for row in rows).encode())
    except RuleViolation as violation:
        assert 0 < int(str(violation.facts["line"])) <= len(rows) + 1
        return
    defined = list(read.witnesses) + [group.name for group in read.groups]
    members = [member for group in read.groups for member in group.members]
    assert len(set(defined)) == len(defined)
    assert len(set(members)) == len(members)
    assert set(members) <= set(defined)
    assert read.quorum in {"none", *defined}
    assert read.reached(set(read.witnesses))
    assert not read.missing(set(read.witnesses))


@given(st.integers(0, 2**32), st.sets(st.sampled_from("abcdefg")))
def test_reached_and_missing_agree(seed: int, names: set[str]) -> None:
    """A random tree of groups: with all that are missing the quorum is reached, and more never makes it less."""
    chance = random.Random(seed)
    free, rows = list("abcdefg"), []
    for number in range(chance.randint(1, 4)):
        members = [free.pop(chance.randrange(len(free))) for _ in range(chance.randint(1, len(free)))]
        rows.append(f"group g{number} {chance.randint(1, len(members))} {' '.join(members)}")
        free.append(f"g{number}")
    read = policy(*rows, f"quorum g{len(rows) - 1}", names="abcdefg")
    missing = set(read.missing(names))
    assert not missing & names
    assert read.reached(names) == (not missing)
    assert read.reached(names | missing)
    for more in "abcdefg":
        assert read.reached(names | {more}) or not read.reached(names)


@given(signed=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9)))
def test_a_quorum_is_complete_with_the_last_that_it_needed(signed: dict[str, int]) -> None:
    wanted = policy(*GOVERNMENT, names="abcd")
    until = [
        at for at in range(10) if wanted.reached([name for name, time_s in signed.items() if time_s <= at])
    ]
    assert wanted.complete_at(signed) == (until[0] if until else None)


@given(signed=st.dictionaries(st.sampled_from("abcd"), st.integers(1, 9)))
def test_a_quorum_is_as_fresh_as_the_oldest_that_it_needs(signed: dict[str, int]) -> None:
    wanted = policy(*GOVERNMENT, names="abcd")
    since = [
        at for at in range(10) if wanted.reached([name for name, time_s in signed.items() if time_s >= at])
    ]
    assert wanted.fresh_at(signed) == (since[-1] if since else None)


def test_a_file_of_another_editor_is_told_how_to_be_saved() -> None:
    for text in (b"\xef\xbb\xbf" + lines("quorum none"), b"quorum none\r\n"):
        problem = str(refusal(text))
        assert "[tlog.policy]" in problem
        assert "UTF-8" in problem
        assert "LF" in problem
