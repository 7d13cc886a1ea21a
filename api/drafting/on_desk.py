"""A draft as it is shown: what is kept of it, and what follows from the rules: whose turn it is, and who refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from domain.roles import ROLES, role_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from api.drafting.store import Step, Waiting
    from api.invoices import InvoiceRead
    from domain.closing import Remark
    from domain.drafts import Review


class OnDesk(NamedTuple):
    """A draft as it is kept, and what the rules say of it now; nothing any more of one that is closed.

    `invoices` are those among its documents, as these say; `checklist` is what is remarked on the month of a closing.
    """

    waiting: Waiting
    review: Review
    invoices: Sequence[InvoiceRead] = ()
    checklist: Sequence[Remark] = ()

    @property
    def signed(self) -> list[str]:
        """The keys whose signatures count: none that has ended since."""
        return [one.name for one in self.waiting.draft.signatures if one.name not in self.review.lapsed]

    @property
    def signing(self) -> list[str]:
        """The roles that must sign, and those that have signed beside them, in the order of `ROLES`."""
        signed = {role_of(name) for name in self.signed}
        return [role for role in ROLES if role in signed or role in self.review.demanded]

    @property
    def asks(self) -> tuple[str, ...]:
        """The roles whose signature it waits for: nobody's while it waits for its maker."""
        return () if self.maker else self.review.asked

    @property
    def maker(self) -> str:
        """The key that made it, if it waits for that one: it could not be posted, or one refuses it; "" otherwise."""
        return self.waiting.last.key if self.review.is_stuck or self.refused else ""

    @property
    def refused(self) -> list[Step]:
        """The refusals of its present text that stand: whoever signed afterwards has thought better of it."""
        signed, revision = self.signed, self.waiting.revision
        steps = {step.key: step for step in self.waiting.steps if step.step == "refused"}
        return [step for step in steps.values() if step.revision == revision and step.key not in signed]

    def dropped(self, key: str) -> bool:
        """Tell whether a key's signature fell away by the change that made the present text, and was not given anew."""
        return key not in self.signed and any(
            step.step == "dropped" and step.key == key and step.revision == self.waiting.revision
            for step in self.waiting.steps
        )

    def answered(self, key: str) -> bool:
        """Tell whether a key refused an earlier text, which others changed since, and has said nothing of this one."""
        said = {"signed", "refused", "changed"}
        own = [step for step in self.waiting.steps if step.key == key and step.step in said]
        return bool(own) and own[-1].step == "refused" and own[-1].revision < self.waiting.revision
