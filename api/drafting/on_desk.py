"""A draft as it is shown: what is kept of it, and what follows from the rules: whose turn it is, and who refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from api.drafting.lapsing import lapse, what_then
from api.drafting.mending import CHANGED, MADE, Author, mend
from api.drafting.naming import holder, people_of, refusal
from domain.roles import ROLES, role_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from api.drafting.mending import Mend
    from api.drafting.naming import ByKey
    from api.drafting.store import Step, Waiting
    from api.invoices import InvoiceRead
    from domain.closing import Remark
    from domain.drafts import Review
    from domain.roles import Key


class OnDesk(NamedTuple):
    """A draft as it is kept, and what the rules say of it now; nothing any more of one that is closed.

    `successors` are the keys by which the holders of the book's keys sign now, by each key's name: what one has said by
    a key that was replaced since is still theirs, and nobody else's.
    `invoices` are those among its documents, as these say; `checklist` is what is remarked on the month of a closing;
    `about` are the roles that are about to sign what is kept as no draft.
    """

    waiting: Waiting
    review: Review
    successors: Mapping[str, Key]
    invoices: Sequence[InvoiceRead] = ()
    checklist: Sequence[Remark] = ()
    about: Collection[str] = ()

    @property
    def people(self) -> dict[str, str]:
        """The public names of those who did something by a key of the book, by that key."""
        return people_of(self.successors)

    @property
    def signed(self) -> list[str]:
        """The keys whose signatures count: none that has ended since."""
        return [one.name for one in self.waiting.draft.signatures if one.name not in self.review.lapsed]

    @property
    def lapsed(self) -> list[ByKey]:
        """The signatures whose keys have ended since and whose holders have not signed anew."""
        people = self.people
        return [
            lapse(name, holder(name, people), what_then(name, self._holder(name), self._active, self.asks))
            for name in self.review.lapsed
            if not self._has_signed(name)
        ]

    @property
    def signing(self) -> list[str]:
        """The roles that must sign, and those that have or will beside them, in the order of `ROLES`."""
        signed = {*map(role_of, self.signed), *self.about}
        return [role for role in ROLES if role in signed or role in self.review.demanded]

    @property
    def asks(self) -> tuple[str, ...]:
        """The roles whose signature it waits for: nobody's while it waits to be changed or withdrawn."""
        return () if self._is_held else self.review.asked

    @property
    def signers(self) -> list[str]:
        """The keys by which the holders of these roles sign now."""
        return sorted(key for key in self._active if role_of(key) in self.asks)

    @property
    def mend(self) -> Mend | None:
        """Who is to change or withdraw it, as it could not be posted, or one refuses it; None where neither is so.

        It is both whose voucher it is and whose text: who made it, and who changed it last and stands as its maker
        (制单) on the printed voucher.
        """
        if not self._is_held:
            return None
        how = {self._holder(self.waiting.steps[0].key): MADE}
        how.setdefault(self._holder(self.waiting.last.key), CHANGED)
        authors = [Author(role_of(key), done) for key, done in how.items() if key in self._active]
        return mend(authors, {role_of(key) for key in self._active})

    @property
    def refused(self) -> list[Step]:
        """The refusals of its present text that stand: whoever signed afterwards has thought better of it."""
        steps = {self._holder(step.key): step for step in self.waiting.steps if step.step == "refused"}
        standing = (step for step in steps.values() if step.revision == self.waiting.revision)
        return [step for step in standing if not self._has_signed(step.key)]

    @property
    def gone(self) -> list[str]:
        """The keys that refuse it, while it waits, and whose holders have none any more: nobody takes that back."""
        refused = self.refused if self.waiting.state == "open" else []
        return [step.key for step in refused if self._holder(step.key) not in self._active]

    @property
    def refusals(self) -> list[ByKey]:
        """Who refuses its present text and why, and of each whether nobody can take that back."""
        people, gone = self.people, self.gone
        return [
            refusal(step.key, holder(step.key, people), step.words, for_good=step.key in gone)
            for step in self.refused
        ]

    def dropped(self, key: str) -> bool:
        """Tell whether one's signature fell away by the change that made the present text, and was not given anew."""
        return not self._has_signed(key) and any(
            step.step == "dropped" and step.revision == self.waiting.revision for step in self._steps(key)
        )

    def answered(self, key: str) -> bool:
        """Tell whether one refused an earlier text, which others changed since, and has said nothing of this one."""
        own = [step for step in self._steps(key) if step.step in {"signed", "refused", "changed"}]
        return bool(own) and own[-1].step == "refused" and own[-1].revision < self.waiting.revision

    @property
    def _is_held(self) -> bool:
        return self.waiting.state == "open" and bool(self.review.is_stuck or self.refused)

    @property
    def _active(self) -> set[str]:
        return {key.name for key in self.successors.values() if key.last is None}

    def _holder(self, key: str) -> str:
        """Return what stands for whoever holds a key: the key by which they sign now in that role."""
        found = self.successors.get(key)
        return found.name if found else key

    def _has_signed(self, key: str) -> bool:
        return self._holder(key) in {self._holder(name) for name in self.signed}

    def _steps(self, key: str) -> Iterator[Step]:
        return (step for step in self.waiting.steps if self._holder(step.key) == self._holder(key))
