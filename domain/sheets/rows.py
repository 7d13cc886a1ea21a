"""The rows of a sheet as leaves of a Merkle tree (RFC 6962), so that one row is proved without the others."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, TypeAlias

from domain.kernel.canonical import encode
from domain.kernel.merkle import Tree, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Row: TypeAlias = "Mapping[str, str | int]"
"""A row's figures and texts by their names, such as `TrialRow._asdict()`."""


def rows_tree(rows: Iterable[Row]) -> Tree:
    """Return the tree over the rows in their order; the leaf of a row is its canonical JSON."""
    tree = Tree()
    for row in rows:
        tree.append(leaf_hash(encode(row)))
    return tree


def rows_root(rows: Iterable[Row]) -> str:
    """Return the base64 root over the rows."""
    return base64.b64encode(rows_tree(rows).root()).decode()
