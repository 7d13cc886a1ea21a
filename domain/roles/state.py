"""The registry of keys: validity is by position in the log, never by a clock (design: a signature in entry i)."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from math import inf
from typing import TYPE_CHECKING

from domain.kernel.note import VerifierKey, parse_vkey

if TYPE_CHECKING:
    from domain.roles.events import KeyGrant

ROLES = {
    "accountant": "会计",
    "cashier": "出纳",
    "head": "负责人",
    "supervisor": "监督委员会",
    "township": "乡镇",
    "county": "县",
    "member": "成员",
}
"""The roles of a book and their Chinese names."""

SEPARATED = frozenset({"accountant", "cashier", "head", "supervisor"})
"""One holder may have one of these only (农村集体经济组织法 art. 34; 会计基础工作规范 art. 12)."""


@dataclass(slots=True)
class Key:
    """A registered key. It is good in entry i when `granted` < i (entry 0: in itself) and i <= `last`."""

    verifier: VerifierKey
    role: str
    holder: str
    person: str
    granted: int
    last: int | None = None

    @property
    def name(self) -> str:
        """The key's name, ``<book>/<role>/<number>``."""
        return self.verifier.name


@lru_cache(maxsize=4096)
def role_of(key_name: str) -> str:
    """Return the role that stands in a key's name, "" when there is none."""
    parts = key_name.split("/")
    return parts[1] if len(parts) == 3 else ""


@lru_cache(maxsize=4096)
def roles_of(key_names: tuple[str, ...]) -> frozenset[str]:
    """Return the roles that stand in keys' names. Cached, so that a book's many vouchers share few sets."""
    return frozenset(map(role_of, key_names))


@dataclass
class Roles:
    """All keys ever granted in a book, by name."""

    keys: dict[str, Key] = field(default_factory=dict)

    def grant(self, grant: KeyGrant, index: int) -> None:
        """Register a key that entry `index` grants."""
        verifier = parse_vkey(grant.vkey)
        key = Key(verifier, role_of(verifier.name), grant.holder, grant.name, index)
        self.keys[verifier.name] = key

    def end(self, name: str, last: int) -> None:
        """Let a key be good up to and including entry `last`."""
        self.keys[name].last = last

    @property
    def people(self) -> dict[str, str]:
        """The names of the holders of all keys, by the keys' names; "" where a name is not public."""
        return {name: key.person for name, key in self.keys.items()}

    def active(self) -> list[Key]:
        """Return the keys that are good for the next entry."""
        return [key for key in self.keys.values() if key.last is None]

    def successors(self) -> dict[str, Key]:
        """Return by each key's name the key by which its holder signs in that role now, the newest of several.

        It is the key itself if none followed, and has ended where the holder has none any more.
        """
        granted = sorted(self.keys.values(), key=lambda key: (key.last is None, key.granted))
        newest = {(key.holder, key.role): key for key in granted}
        return {name: newest[key.holder, key.role] for name, key in self.keys.items()}

    def keys_of_holder(self, name: str) -> list[str]:
        """Return the names of all keys that the holder of this one was given for its role, itself among them."""
        own = self.keys[name]
        return [key.name for key in self.keys.values() if (key.holder, key.role) == (own.holder, own.role)]

    def namesakes(self) -> dict[str, list[str]]:
        """Return each name under which several holders had separated roles at one time, with these roles in order.

        They may be namesakes, or one person who was registered twice: no log can tell.
        """
        found: dict[str, set[str]] = {}
        ends: dict[str, dict[str, float]] = {}  # by person and role, up to which entry
        for key in self.keys.values():  # in the order in which they were granted
            if key.person and key.role in SEPARATED:
                held = ends.setdefault(key.person, {})
                others = {role for role, end in held.items() if role != key.role and end > key.granted}
                if others:
                    found.setdefault(key.person, set()).update(others, (key.role,))
                held[key.role] = max(held.get(key.role, 0), inf if key.last is None else key.last)
        return {person: sorted(roles) for person, roles in found.items()}

    def roles_held(self, holder: str) -> set[str]:
        """Return the roles for which this holder has an active key."""
        return {key.role for key in self.active() if key.holder == holder}
