"""Private keys in files: for their owner alone, under a passphrase when there is one, and never overwritten."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from api.identity import Keyring, holder_digest, load_key, save_key
from api.identity.logkeys import LogKeyFolder
from domain.kernel.errors import RuleViolation
from domain.kernel.note import SigningKey, parse_vkey, verify_ed25519
from domain.roles import possession_text

if TYPE_CHECKING:
    from pathlib import Path

BOOK = "N2330881MF0000021R"
PASSPHRASE = "村口老樟树"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    """A key."""
    return SigningKey(f"{BOOK}/accountant/1", b"\x07" * 32)


@pytest.fixture(scope="module")
def sealed(key: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The key under a passphrase; opening it takes argon2id a while, so it is made once."""
    path = tmp_path_factory.mktemp("sealed") / "accountant-1.key"
    save_key(path, key, PASSPHRASE)
    return path


def mode(path: Path) -> int:
    """Return who may do what with a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


# --- one key


def test_key_in_clear_is_what_go_programs_read(key: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    save_key(path, key)
    assert path.read_text(encoding="utf-8") == f"{key.encode()}\n"
    assert path.read_text(encoding="utf-8").startswith(f"PRIVATE+KEY+{key.name}+")
    assert load_key(path) == key


def test_key_under_a_passphrase_opens_with_it(key: SigningKey, sealed: Path) -> None:
    assert load_key(sealed, PASSPHRASE) == key


@pytest.mark.parametrize("passphrase", ["", "村口老樟", "村口老樟树 ", "x"])
def test_wrong_passphrase_is_refused(sealed: Path, passphrase: str) -> None:
    with pytest.raises(RuleViolation) as refused:
        load_key(sealed, passphrase)
    assert refused.value.rule.code == "keyfile.passphrase"
    assert str(sealed) in refused.value.zh
    assert "SUNLEDGER_PASSPHRASE" in refused.value.en


def test_sealed_file_shows_nothing_of_the_key(key: SigningKey, sealed: Path, tmp_path: Path) -> None:
    data = sealed.read_bytes()
    told = json.loads(data)
    assert (told["kdf"], told["name"]) == ("argon2id", key.name)
    assert told["memory"] >= 64 * 1024 * 1024
    assert told["operations"] >= 2
    assert key.encode().rsplit("+", 1)[1].encode() not in data
    assert key.seed not in data
    again = tmp_path / "again.key"
    save_key(again, key, PASSPHRASE)
    assert json.loads(again.read_bytes())["salt"] != told["salt"]
    assert json.loads(again.read_bytes())["box"] != told["box"]


def test_altered_box_is_refused(sealed: Path, tmp_path: Path) -> None:
    told = json.loads(sealed.read_bytes())
    told["box"] = ("B" if told["box"][60] == "A" else "A").join((told["box"][:60], told["box"][61:]))
    path = tmp_path / "altered.key"
    path.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(RuleViolation, match=r"keyfile\.passphrase"):
        load_key(path, PASSPHRASE)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_only_the_owner_may_read(key: SigningKey, tmp_path: Path, passphrase: str) -> None:
    path = tmp_path / "keys" / "a.key"
    save_key(path, key, passphrase)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_key_is_never_overwritten(key: SigningKey, tmp_path: Path) -> None:
    path = tmp_path / "a.key"
    save_key(path, key)
    with pytest.raises(RuleViolation, match=r"keyfile\.exists"):
        save_key(path, SigningKey.generate(key.name))
    assert load_key(path) == key


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xfe",
        b"hello",
        b"{}",
        b"{",
        b'{"box":"","kdf":"none","memory":1,"name":"a","operations":1,"salt":""}',
        b"PRIVATE+KEY+a/b/1+00000000+AQ==",
    ],
)
def test_file_that_holds_no_key_is_refused_and_not_quoted(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.key"
    path.write_bytes(data)
    with pytest.raises(RuleViolation) as refused:
        load_key(path, PASSPHRASE)
    assert refused.value.rule.code == "keyfile.unreadable"
    assert str(refused.value.facts) == str({"path": path})


@pytest.mark.parametrize(
    "changes",
    [
        {"salt": "AAAA"},
        {"salt": ""},
        {"memory": 1},
        {"memory": 2**40},
        {"memory": -1},
        {"operations": 0},
        {"operations": 10**6},
        {"kdf": "argon2i"},
        {"unknown": 1},
    ],
)
def test_sealed_file_that_asks_for_what_we_never_write_is_refused(
    sealed: Path, tmp_path: Path, changes: dict[str, object]
) -> None:
    path = tmp_path / "odd.key"
    path.write_text(json.dumps({**json.loads(sealed.read_bytes()), **changes}), encoding="utf-8")
    with pytest.raises(RuleViolation, match=r"keyfile\.unreadable"):
        load_key(path, PASSPHRASE)


@pytest.mark.parametrize("box", ["", "AAAA"])
def test_sealed_file_that_is_cut_off_is_refused(sealed: Path, tmp_path: Path, box: str) -> None:
    path = tmp_path / "cut.key"
    path.write_text(json.dumps({**json.loads(sealed.read_bytes()), "box": box}), encoding="utf-8")
    with pytest.raises(RuleViolation, match=r"keyfile\."):
        load_key(path, PASSPHRASE)


def test_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleViolation, match=r"keyfile\.missing"):
        load_key(tmp_path / "none.key")


# --- the keys of a book


def test_keyring_makes_a_key_once(tmp_path: Path) -> None:
    made = Keyring(tmp_path / "keys", BOOK)
    first = made.key("accountant")
    assert not (tmp_path / "keys").exists()
    made.save()
    made.save()
    again = Keyring(tmp_path / "keys", BOOK)
    assert first.name == f"{BOOK}/accountant/1"
    assert again.key("accountant") == first == again.named(first.name)
    assert again.key("accountant", 2) != first
    assert again.key("head") != first


def test_keyring_tells_what_it_holds(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys", BOOK)
    assert not keyring.holds(f"{BOOK}/head/1")
    keyring.key("head")
    assert keyring.holds(f"{BOOK}/head/1")
    assert not Keyring(tmp_path / "keys", BOOK).holds(f"{BOOK}/head/1")
    keyring.save()
    assert Keyring(tmp_path / "keys", BOOK).holds(f"{BOOK}/head/1")
    assert not keyring.holds(f"{BOOK}/head/2")


def test_grant_proves_possession_and_hides_the_holder(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys", BOOK)
    grant = keyring.grant("accountant", "张会计")
    vkey = parse_vkey(grant.vkey)
    signature = keyring.key("accountant").sign(possession_text(grant.vkey, grant.holder)).signature
    assert verify_ed25519(vkey.public_key, possession_text(grant.vkey, grant.holder), signature)
    assert (grant.name, len(grant.holder)) == ("张会计", 43)
    assert keyring.grant("accountant", "张会计") == grant
    assert keyring.grant("accountant", "李会计").holder != grant.holder
    keyring.save()
    assert Keyring(tmp_path / "keys", BOOK).grant("accountant", "张会计") == grant
    assert Keyring(tmp_path / "others", BOOK).grant("accountant", "张会计").holder != grant.holder


def test_one_person_is_one_holder_in_every_role(tmp_path: Path) -> None:
    """Else nobody could tell that one person holds two roles that must be apart."""
    keyring = Keyring(tmp_path / "keys", BOOK)
    assert keyring.grant("accountant", "张三").holder == keyring.grant("cashier", "张三").holder


def test_holder_digest_follows_rfc_9901() -> None:
    """The disclosure is base64url of ["salt","holder","person"]; the digest is SHA-256 over its characters."""
    assert holder_digest(bytes(16), "张三") == "8M1Zvo79MWm_Zazb4qcK3lVsWXlh3weBk2ViHijquy0"


# --- the server's keys


def test_log_key_is_made_once_and_found_by_its_origin(tmp_path: Path) -> None:
    keys = LogKeyFolder(tmp_path / "logkeys", PASSPHRASE)
    assert keys.key_of("a.example/1") is None
    made = keys.draft("a.example/1")
    assert made.name == "a.example/1"
    assert not (tmp_path / "logkeys").exists()
    keys.keep(made)
    keys.keep(made)
    assert keys.draft("a.example/1") == keys.key_of("a.example/1") == made
    assert LogKeyFolder(tmp_path / "logkeys", PASSPHRASE).key_of("a.example/1") == made
    assert keys.key_of("a.example/2") is None
    [file] = (tmp_path / "logkeys").iterdir()
    assert mode(file) == 0o600
    assert b"PRIVATE" not in file.read_bytes()


def test_a_log_has_keys_that_follow_one_another(tmp_path: Path) -> None:
    folder = tmp_path / "logkeys"
    keys = LogKeyFolder(folder, PASSPHRASE)
    first = keys.draft("a.example/1")
    keys.keep(first)
    second = keys.draft_next("a.example/1", {first.verifier.vkey})
    assert second.name == first.name
    assert second != first
    again = LogKeyFolder(folder, PASSPHRASE)
    assert again.draft_next("a.example/1", {first.verifier.vkey}) == second
    assert again.held("a.example/1") == [first, second]
    assert [again.signing_key(key.verifier.vkey) for key in (first, second)] == [first, second]
    assert again.signing_key(SigningKey.generate("a.example/1").verifier.vkey) is None
    assert again.signing_key(SigningKey.generate("a.example/2").verifier.vkey) is None
    assert [mode(file) for file in folder.iterdir()] == [0o600, 0o600]
    again.destroy(first.verifier.vkey)
    assert again.held("a.example/1") == LogKeyFolder(folder, PASSPHRASE).held("a.example/1") == [second]
    again.destroy(second.verifier.vkey)
    assert not list(folder.iterdir())


def test_a_freeze_is_seen_by_every_process(tmp_path: Path) -> None:
    here, there = (LogKeyFolder(tmp_path / "logkeys") for _ in range(2))
    assert here.frozen("a.example/1") == ""
    there.freeze("a.example/1", "失窃 / stolen")
    assert here.frozen("a.example/1") == "失窃 / stolen"
    assert here.frozen("a.example/2") == ""
    there.unfreeze("a.example/1")
    there.unfreeze("a.example/1")
    assert here.frozen("a.example/1") == ""
