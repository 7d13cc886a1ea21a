"""A book at the end of a period, as the checks see it, and what a check remarks."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from domain.balances import TrialRow
    from domain.kernel.errors import Phrase, RuleViolation
    from domain.reconciliation import BankLine, BookLine
    from domain.statements import BudgetRow
    from domain.vouchers import Line


class MonthVoucher(NamedTuple):
    """A voucher of the period: `entry`, its number, summary, how many attachments, and the codes of its accounts.

    A draft has no entry yet. `corrects` tells that it names the voucher that it sets right.
    """

    entry: int | None
    number: str | Phrase
    summary: str
    attachments: int
    accounts: tuple[str, ...]
    reversal: bool
    is_reversed: bool = False
    corrects: bool = False


class Distributing(NamedTuple):
    """A voucher that stands and transfers or distributes, with its lines; a draft has no entry yet.

    `shown` is what each account adds to the lines of the statement of income, in fen, by these lines' keys; `corrects`
    the number of the voucher that it sets right, if that is one of an earlier year and distributed nothing; `founded`
    tells whether it names the resolution that it rests on, or any voucher that it sets right.
    """

    entry: int | None
    number: str | Phrase
    summary: str
    lines: Sequence[Line]
    shown: Mapping[str, Mapping[str, int]]
    corrects: str = ""
    founded: bool = False


class Dip(NamedTuple):
    """A day at whose end an account was below zero, in fen."""

    account: str
    date: str | Phrase
    balance_fen: int


class Stock(NamedTuple):
    """What is left of an account's goods, in thousandths of its unit."""

    account: str
    unit: str
    left_milli: int


class PartyBalance(NamedTuple):
    """What stands on an account with a counterparty (往来单位), "" where none is public: debits less credits."""

    account: str
    party: str
    balance_fen: int


class Lacking(NamedTuple):
    """A voucher of the period that lacks something on an account: cashier, party, project or quantity."""

    what: str
    account: str
    number: int
    entry: int


class Corrected(NamedTuple):
    """What was done to a posted voucher, by numbers: what reversed it ("": nothing), what sets it right and stands."""

    number: str
    red: str
    by: tuple[str, ...]


class Correction(NamedTuple):
    """A voucher that cancels another, or sets it right: what it is called, and what was done to that one before.

    A draft has no entry yet.
    """

    entry: int | None
    own: Phrase
    summary: str
    cancels: bool
    before: Corrected


class Cancelled(NamedTuple):
    """A voucher that one of the period cancels in red (`red`, by number), and that nothing sets right which stands."""

    entry: int
    number: str
    summary: str
    accounts: tuple[str, ...]
    red: str


class MonthEnd(NamedTuple):
    """A book at the end of a period: the first open one, the trial balance, sides and names by code, vouchers.

    - `reach`: up to which day the bank's statements of an account were read in.
    - `differences`: what the reconciliation of each leaves at the period's end, None where no balance is known.
    - `only_bank`, `only_book`: the lines that bank and book have alone.
    - `stocks`: what is left of goods.
    - `opened_result_fen`: what stood on 本年收益 when the book was opened in the middle of this year, as a credit.
    - `opened`: what stood on each account of 收益分配 then, as a debit.
    - `opened_income`: what the opening has of income and expense, as debits, in the book's first month alone.
    - `parties`: those of receivables and payables.
    - `income`: the figures of the statement of income of the year so far by the lines' keys.
    - `given_before_fen`: what was distributed to members and others in the year before the period.
    - `alike`: groups of vouchers that say the very same, by entry and number.
    - `transferred`: what the period's transfers moved of income and expense, by account, and from 本年收益 to 收益分配,
      as debits.
    - `distributing`: the vouchers that do either.
    - `lacking`: what vouchers that stand should say and do not.
    - `corrections`: those that stand and cancel others or set them right.
    - `vacant`: the roles of which nobody holds a key now.
    - `cancelled`: those that the period cancels and nothing sets right; of several that did so in turn, the first.
    - `nominal`: what stood on what wears out before the period at its nominal amount (1 yuan a piece), as debits.
    - `today`: the day on which it is looked at, "" where nobody says.
    """

    period: str
    open_period: str
    rows: Sequence[TrialRow]
    sides: Mapping[str, str]
    names: Mapping[str, str]
    vouchers: Sequence[MonthVoucher]
    dips: Sequence[Dip]
    budget: Sequence[BudgetRow] = ()
    reach: Mapping[str, str] = MappingProxyType({})
    differences: Mapping[str, int | None] = MappingProxyType({})
    only_bank: Mapping[str, Sequence[BankLine]] = MappingProxyType({})
    only_book: Mapping[str, Sequence[BookLine]] = MappingProxyType({})
    stocks: Sequence[Stock] = ()
    opened_result_fen: int = 0
    parties: Sequence[PartyBalance] = ()
    income: Mapping[str, int] = MappingProxyType({})
    opened: Mapping[str, int] = MappingProxyType({})
    opened_income: Mapping[str, int] = MappingProxyType({})
    transferred: Mapping[str, int] = MappingProxyType({})
    lacking: Sequence[Lacking] = ()
    given_before_fen: int = 0
    alike: Sequence[Sequence[tuple[int, str]]] = ()
    corrections: Sequence[Correction] = ()
    cancelled: Sequence[Cancelled] = ()
    nominal: Mapping[str, int] = MappingProxyType({})
    distributing: Sequence[Distributing] = ()
    vacant: Collection[str] = ()
    today: str = ""


class Around(NamedTuple):
    """What stands around a draft.

    `dips` are the days that it makes fall short, `income`, if it distributes, the figures of the statement of income of
    the year so far with it, by the lines' keys, `alike` what the vouchers are called that say the very same. What it
    distributes itself is `own`, by those keys, `earlier` the numbers of the year's vouchers that did so, `reserves`
    what the accounts of the reserve that it moves have then, credits less debits in fen, `shown` and `corrects` as a
    voucher that stands has them (`Distributing`). `lacking` is what it should say and does not, `signing` the roles
    that have signed it or must, `vacant` those of which nobody holds a key, `made` the day on which it was made, ""
    where nobody says.
    """

    dips: Sequence[Dip] = ()
    income: Mapping[str, int] = MappingProxyType({})
    alike: Sequence[str | Phrase] = ()
    own: Mapping[str, int] = MappingProxyType({})
    earlier: Mapping[str, Sequence[str]] = MappingProxyType({})
    reserves: Mapping[str, int] = MappingProxyType({})
    shown: Mapping[str, Mapping[str, int]] = MappingProxyType({})
    corrects: str = ""
    lacking: Sequence[Lacking] = ()
    signing: Sequence[str] = ()
    vacant: Collection[str] = ()
    made: str = ""


class Remark(NamedTuple):
    """What a check remarks: whether it stops, the rule with its words, and the account or the entry it is about."""

    stops: bool
    violation: RuleViolation
    account: str = ""
    entry: int | None = None
