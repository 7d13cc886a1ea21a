"""The modules of the page find in every vector what the audit in Python finds: the same files are read by both."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from audit.browser import module
from audit.tlog.proof import consistency_proof, inclusion_proof
from domain.kernel.merkle import Tree, leaf_hash
from domain.kernel.note import SigningKey, verify_ed25519
from tests.audit.browser.conftest import MODULES, answer, call
from tests.vectors.private import PUBLIC
from tests.vectors.reading import read, read_logs, write_log
from tests.vectors.village import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.e2e

SIZE_MAX = 20
"""Proofs of all trees up to this size are tried."""

RUN_JOB = """
    const [file, anchor, policy, kept, origin] = values;
    const { runJob } = await use("audit");
    const memory = kept ? { [origin]: { checkpoint: kept, anchor: "", policy: "" } } : {};
    const job = { bytes: bytes(file), place: "log.zip", anchor, policy, memory };
    return runJob(job, { pause: async () => {}, progress: () => {} });
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test that asks for a log every log of the files, with the parts of its file."""
    if "log" in metafunc.fixturenames:
        logs = read_logs()
        metafunc.parametrize(("log", "parts"), logs, ids=[log["name"] for log, _ in logs])


def test_the_browser_finds_rule_and_entry(
    modules: Page, log: dict[str, Any], parts: dict[str, str], tmp_path: Path
) -> None:
    bundle = write_log(log, parts, tmp_path / "log.zip")
    file = base64.b64encode(bundle.read_bytes()).decode()
    outcome = call(modules, RUN_JOB, file, log["anchor"], log["policy"], log["kept"], ORIGIN)
    if log["error"]:
        assert outcome["error"]["rule"] == log["error"]
        return
    assert [[found["rule"], found["entry"]] for found in outcome["findings"]] == log["found"]
    assert outcome["byBrowser"]
    assert "outside" not in log or outcome["outside"] == log["outside"]


def test_a_type_that_the_page_does_not_know_yet_gets_no_verdict(
    chromium: Browser, modules: Page, tmp_path: Path
) -> None:
    """The program judges it, so the book must not be accused by a page that cannot."""
    bundle = PUBLIC.bundle(tmp_path / "log.zip")
    values = (base64.b64encode(bundle.read_bytes()).decode(), "", "", "", "")
    assert call(modules, RUN_JOB, *values)["findings"] == []
    types = module("types").replace('"subject.erased/1":', '"subject.erased/0":')
    page = chromium.new_page()
    page.route(f"{MODULES}**", answer)
    page.route(f"{MODULES}types.js", lambda route: route.fulfill(body=types, content_type="text/javascript"))
    page.goto(MODULES)
    error = call(page, RUN_JOB, *values)["error"]
    page.close()
    assert error["rule"] == "audit.beyond_the_page"
    assert "subject.erased/1" in error["zh"]


JUDGE = """
    const [cases, log] = values;
    const { parseNote, parseVkey } = await use("note");
    const { parseText } = await use("entry");
    const { openCheckpoint } = await use("checkpoint");
    const { parsePolicy } = await use("policy");
    const { parseDisclosure } = await use("disclosure");
    const { decodeUtf8 } = await use("bytes");
    const judges = {
        notes: parseNote,
        statements: parseText,
        checkpoints: (note) => openCheckpoint(note, parseVkey(log)),
        policies: (text) => parsePolicy(text),
        disclosures: (text) => parseDisclosure(decodeUtf8(text)),
    };
    const codeOf = (judge, data) => {
        try {
            judge(data);
            return null;
        } catch (problem) {
            return problem.code ?? String(problem);
        }
    };
    return cases.map(([kind, data]) => codeOf(judges[kind], bytes(data)));
"""


def test_texts_are_judged_as_in_python(modules: Page) -> None:
    vectors = read("texts.json")
    kinds = ("notes", "statements", "checkpoints", "policies", "disclosures")
    cases = [(kind, case) for kind in kinds for case in vectors[kind]]
    codes = call(modules, JUDGE, [[kind, case["base64"]] for kind, case in cases], vectors["log"])
    wrong = [
        (kind, case["name"], case["rule"], code)
        for (kind, case), code in zip(cases, codes, strict=True)
        if code != case["rule"]
    ]
    assert wrong == []


def test_the_tree_has_the_roots_of_the_vectors(modules: Page) -> None:
    tree = read("texts.json")["tree"]
    roots = """
        const { Tree, leafHash } = await use("merkle");
        const { encodeHex } = await use("bytes");
        const tree = new Tree();
        for (const leaf of values[0]) tree.append(leafHash(hex(leaf)));
        return Array.from({ length: tree.size + 1 }, (_, size) => encodeHex(tree.root(size)));
    """
    assert call(modules, roots, tree["leaves"]) == tree["roots"]


PROOFS = """
    const { checkInclusion, checkConsistency } = await use("proof");
    const holds = (check, ...facts) => {
        try {
            check(...facts);
            return true;
        } catch (problem) {
            if (problem.code === "tlog.bad_proof") return false;
            throw problem;
        }
    };
    const { inclusion, consistency } = values[0];
    return [
        ...inclusion.map(({ leaf, index, size, proof, root }) =>
            holds(checkInclusion, hex(leaf), index, size, proof.map(hex), hex(root))),
        ...consistency.map(({ old, old_root, new: size, new_root, proof }) =>
            holds(checkConsistency, old, hex(old_root), size, hex(new_root), proof.map(hex))),
    ];
"""


def test_proofs_hold_or_not_as_in_the_vectors(modules: Page) -> None:
    vectors = read("merkle.json")
    cases = [*vectors["inclusion"], *vectors["consistency"]]
    verdicts = call(modules, PROOFS, vectors)
    wrong = [case["name"] for case, holds in zip(cases, verdicts, strict=True) if holds != case["holds"]]
    assert wrong == []


def test_every_proof_of_a_small_tree_holds_and_every_flip_fails(modules: Page) -> None:
    tree = Tree()
    for number in range(SIZE_MAX):
        tree.append(leaf_hash(b"%d" % number))
    made = proofs_of(tree)
    verdicts = call(modules, PROOFS, made)
    expected = [case["holds"] for case in [*made["inclusion"], *made["consistency"]]]
    assert verdicts == expected
    assert (verdicts.count(True), verdicts.count(False)) == (SIZE_MAX * (SIZE_MAX + 1), expected.count(False))


def proofs_of(tree: Tree) -> dict[str, list[dict[str, Any]]]:
    """Return all proofs of all sizes of a tree, and each with one of its hashes changed or left out."""
    made: dict[str, list[dict[str, Any]]] = {"inclusion": [], "consistency": []}
    for size in range(1, tree.size + 1):
        root = tree.root(size).hex()
        for index in range(size):
            said = {"index": index, "size": size, "leaf": tree.subtree(0, index).hex(), "root": root}
            made["inclusion"] += _changed(said, inclusion_proof(index, size, tree))
            said = {"old": index + 1, "new": size, "old_root": tree.root(index + 1).hex(), "new_root": root}
            made["consistency"] += _changed(said, consistency_proof(index + 1, size, tree))
    return made


def _changed(said: dict[str, Any], proof: list[bytes]) -> Iterator[dict[str, Any]]:
    good = [part.hex() for part in proof]
    yield said | {"proof": good, "holds": True}
    for place, part in enumerate(proof):
        flipped = bytes([part[0] ^ 1, *part[1:]]).hex()
        yield said | {"proof": [*good[:place], flipped, *good[place + 1 :]], "holds": False}
        yield said | {"proof": [*good[:place], *good[place + 1 :]], "holds": False}


def test_the_examples_of_rfc_9901_are_read_as_published(modules: Page) -> None:
    examples = read("sd-jwt.json")["disclosures"]
    parse = """
        const { digestOf, parseDisclosure } = await use("disclosure");
        return values[0].map((disclosure) => ({
            disclosure, ...parseDisclosure(disclosure), digest: digestOf(disclosure),
        }));
    """
    assert call(modules, parse, [example["disclosure"] for example in examples]) == examples


def test_cosignatures_are_checked_with_their_times(modules: Page) -> None:
    vectors = read("texts.json")
    check = """
        const [note, vkeys] = values;
        const { parseNote, parseVkey, COSIGNATURE } = await use("note");
        const { checkCosignature } = await use("checkpoint");
        const { text, signatures } = parseNote(new TextEncoder().encode(note));
        return vkeys.map((vkey, i) => checkCosignature(text, signatures[i + 1], parseVkey(vkey, COSIGNATURE)));
    """
    assert (
        call(modules, check, vectors["witnessed"]["note"], vectors["witnesses"])
        == vectors["witnessed"]["times"]
    )


ED25519 = """
    const { verifyEd25519, isValidPublicKey } = await use("ed25519");
    const { SignatureChecker, hasWebCrypto } = await use("signatures");
    const byBrowser = async (key, text, signature) => {
        const checker = new SignatureChecker(true, async () => {});
        const entry = { text, signatures: [{ name: "a", signature }] };
        checker.add(0, entry, [{ verifier: { publicKey: key } }]);
        return (await checker.finish()).length === 0;
    };
    const results = [];
    for (const { public_key, message, signature } of values[0]) {
        const [key, text, signed] = [public_key, message, signature].map(hex);
        const own = [verifyEd25519(key, text, signed)];
        for (let use = 0; use < 12; use += 1) own.push(verifyEd25519(key, text, signed)); // by the multiples too
        results.push([isValidPublicKey(key), [...new Set(own)], await byBrowser(key, text, signed)]);
    }
    return [await hasWebCrypto(), results];
"""


def test_ed25519_is_as_strict_as_libsodium_by_the_browser_and_by_our_own(modules: Page) -> None:
    """A flawed key is never granted, so WebCrypto is never asked about its signatures."""
    cases = read("ed25519.json")["cases"]
    there, results = call(modules, ED25519, cases)
    assert there
    for case, (registrable, own, by_browser) in zip(cases, results, strict=True):
        assert registrable == case["registrable"], case["name"]
        assert own == [case["verifies"]], case["name"]
        if registrable:
            assert by_browser == case["verifies"], case["name"]


def test_ed25519_agrees_with_libsodium_on_changed_signatures(modules: Page) -> None:
    """Each bit of a good signature, of its key and of its text flipped: all refused, by the browser and by our own."""
    key = SigningKey("a", bytes(range(32)))
    text = b"sunledger"
    good = {"public_key": key.verifier.public_key, "message": text, "signature": key.sign_raw(text)}
    flipped = [
        good | {field: bytes([*data[: bit // 8], data[bit // 8] ^ 1 << bit % 8, *data[bit // 8 + 1 :]])}
        for field, data in good.items()
        for bit in range(0, len(data) * 8, 5)
    ]
    cases = [{name: data.hex() for name, data in case.items()} for case in [good, *flipped]]
    _, results = call(modules, ED25519, cases)
    expected = [
        verify_ed25519(case["public_key"], case["message"], case["signature"]) for case in [good, *flipped]
    ]
    assert [own for _, own, _ in results] == [[verdict] for verdict in expected]
    assert [by_browser for _, _, by_browser in results] == expected
    assert expected.count(True) == 1
