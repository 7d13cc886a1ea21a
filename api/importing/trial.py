"""The trial of a folder on a private replica of the book: every step is tried there before one is signed or posted."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from api.importing.book_file import FILE
from api.importing.placing import in_file, place
from api.importing.problems import Problem
from api.importing.steps import Step, signing_keys
from domain.book import Book
from domain.entry import MAX_ENTRY_BYTES, TOO_LARGE, Entry, parse_text, unsigned_text
from domain.kernel.errors import RuleViolation
from domain.kernel.note import Signature
from domain.kernel.ulid import derive
from domain.privacy import check_clear_fields, may_name_a_person
from domain.vouchers import check_told, may_be_blank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from api.identity import Keyring
    from api.importing.book_file import BookFile
    from api.importing.folder import Amounts
    from domain.kernel.statement import Statement

SIGNATURE_LINE_BYTES = 150
"""Room for one signature line when an entry's size is estimated."""


class Trial:
    """A replica of the book with the steps that it accepted and the problems of those that it refused.

    `stored` holds the data of what the book had before, by the statements' ids, `types` what kinds of them.
    """

    def __init__(self, file: BookFile, stored: Iterable[Entry], keyring: Keyring, at: str) -> None:
        """Begin on top of the stored entries; the steps are to be signed at `at`."""
        self.file = file
        self.at = at
        self.book = Book(file.id)
        self.steps: list[Step] = []
        self.problems: list[Problem] = []
        self.stored: dict[str, Any] = {}
        self.types: set[type] = set()
        self._keyring = keyring
        for entry in stored:
            self.book.evolve(entry)
            self.stored[entry.statement.id] = entry.statement.data
            self.types.add(type(entry.statement))

    def add(
        self,
        type_: type[Statement],
        data: object,
        id_: str,
        roles: tuple[str, ...],
        rows: Sequence[Amounts] = (),
    ) -> bool:
        """Try a step on the replica; keep it, or report why the rules refuse it and at which of `rows`."""
        step = Step(type_, data, id_, roles)
        try:
            self._try(step)
        except RuleViolation as violation:
            self.refuse(violation, rows)
            return False
        self.steps.append(step)
        return True

    def refuse(self, violation: RuleViolation, rows: Sequence[Amounts] = ()) -> None:
        """Report a problem of these rows, or of book.toml."""
        if not rows:
            self.problems.append(Problem.of(violation, FILE))
            return
        row, field = place(violation, rows)
        self.problems.append(Problem.at(in_file(violation, row.row), row.row, field))

    def id(self, *parts: str) -> str:
        """Return the id that the same thing always gets, so that a second import finds it."""
        date = parts[1] if parts[0] == "voucher" else f"{self.file.opened}-01"
        moment = datetime.fromisoformat(f"{date}T00:00:00").replace(tzinfo=UTC)
        return derive(int(moment.timestamp() * 1000), self.file.id, *parts)

    def _try(self, step: Step) -> None:
        statement = step.statement(self.book, self.at)
        text = unsigned_text(statement)
        parse_text(text)
        if may_name_a_person(text):
            check_clear_fields(step.data)
        if may_be_blank(text):
            check_told(step.data)
        size = len(text) + SIGNATURE_LINE_BYTES * len(step.roles)
        if size > MAX_ENTRY_BYTES:
            raise TOO_LARGE(size=size, limit=MAX_ENTRY_BYTES)
        names = sorted(key.name for key in signing_keys(self.book, self._keyring, step.roles))
        signatures = tuple(Signature(name, 0, b"") for name in names)
        entry = Entry(b"", text, statement, signatures, hashlib.sha256(text).digest())
        registry = self.book.registry_for(statement)
        self.book.decide(entry, [registry.keys[name] for name in names])
        self.book.evolve(entry)
