"""The statements that were read in, by book and account; what is read again is not kept twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from api.banking.account import require_at_bank, require_money, take_turn
from api.banking.reading import StatementLine, does_not_follow
from api.clock import now
from api.database import snapshot
from domain.chart import CASH
from domain.kernel.errors import Kind, Phrase, rule
from domain.kernel.money import MAX_FEN, format_fen
from domain.kernel.period import parse_date
from projections.bank import balance_fen, bank_balance_fen, held_at_end, statements_reach

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from psycopg_pool import ConnectionPool

    from domain.reconciliation import Reconciliation

NO_CASH = rule(
    "bank.cash",
    Kind.REFUSED,
    "{account} 不是库存现金科目（101 及其明细）；银行存款用 sunledger bank reconcile",
    "{account} is no account of cash (101 and those below); of a bank's use sunledger bank reconcile",
    "会计基础工作规范 art. 62",
)
BAD_COUNT = rule(
    "bank.counted",
    Kind.MALFORMED,
    "盘点的现金应在零和一笔的限额之间，读到 {read} 分；缺的现金是差额，不要填成负数",
    "cash that was counted is from nil to the limit of one line; read {read} fen. What is short is the difference, and"
    " not to be put below nil",
    "会计基础工作规范 art. 62",
)
COUNTED_AHEAD = rule(
    "bank.counted_ahead",
    Kind.REFUSED,
    "盘点日期 {read} 晚于今天（{today}），现金还没有盘点；请核对年份和月份",
    "the day of the count, {read}, lies after today ({today}): nothing was counted then. Check year and month",
    "会计基础工作规范 art. 62",
)
NOT_SO_FAR = rule(
    "bank.not_so_far",
    Kind.REFUSED,
    "科目 {account} 的对账单只读到 {reach}，还没有到 {date}：请填写对账单上的余额，或读入到那天的对账单"
    "（月末没有交易的，读入时写明到哪天）",
    "the statements of {account} were read in up to {reach} and do not reach {date}; give the statement's balance, or"
    " read one in that goes so far (say up to which day, where its last lines are earlier)",
    "会计基础工作规范 art. 62",
)
NO_BALANCE = rule(
    "bank.no_balance",
    Kind.REFUSED,
    "科目 {account} 的对账单已读到 {reach}，但看不出 {date} 的余额：没有写明，或与之后的接不上；请填写对账单上的余额，"
    "或读入有余额列的、中间缺少的对账单",
    "the statements of {account} were read in up to {reach}, but do not tell what stood on it on {date}: they do not"
    " say it, or what comes after does not follow from it. Give the statement's balance, or read one in that has the"
    " balances, or that is missing between",
    "会计基础工作规范 art. 62",
)
GAP = rule(
    "bank.gap",
    Kind.REFUSED,
    "科目 {account} 到 {date} 的银行余额说不出：缺 {after} 之后、{before} 之前的对账单（此前读入的是"
    "「{file_before}」，其后是「{file_after}」，两边的余额差 {moved} 元）；请读入缺少的对账单，"
    "或填写对账单上那天的余额",
    "what stood on {account} on {date} is not told: the statement behind {after} and before {before} is missing (read"
    " in are '{file_before}' before it and '{file_after}' after it, whose balances are {moved} yuan apart). Read in"
    " what is missing, or give the statement's balance of that day",
    "会计基础工作规范 art. 62",
)
NOTHING = rule(
    "bank.nothing",
    Kind.REFUSED,
    "科目 {account} 还没有读入 {date} 以前的对账单；请先读入（网页上，或 sunledger bank import）",
    "no statement of {account} up to {date} was read in; read one in first, on the page or by sunledger bank import",
    "会计基础工作规范 art. 62",
)

BAD_THROUGH = rule(
    "bank.through",
    Kind.REFUSED,
    "「对账单到哪天」应在最后一笔的日期 {last} 和今天 {today} 之间，读到 {read}；没有到的日子，对账单说明不了",
    "a statement goes up to a day from that of its last line, {last}, to today, {today}; read {read}. It says nothing"
    " of days that have not been",
    "会计基础工作规范 art. 62",
)

SELECT_STANDING = """
    SELECT number, date::text, amount_fen, text, balance_fen FROM bank_standing
    WHERE book = %s AND account = %s ORDER BY date, number
"""
SELECT_LEFT = """
    SELECT number, date::text, amount_fen, text,
           (SELECT max(balance_fen) FROM bank_import_lines AS said
            WHERE (said.book, said.account, line) = (bank_lines.book, bank_lines.account, number))
    FROM bank_lines WHERE book = %(book)s AND account = %(account)s AND number NOT IN (
        SELECT number FROM bank_standing WHERE book = %(book)s AND account = %(account)s
    )
    ORDER BY number
"""
INSERT_IMPORT = """
    INSERT INTO bank_imports (book, account, number, file, sha256, through, read_by)
    SELECT %(book)s, %(account)s, coalesce(max(number), 0) + 1, %(name)s, %(sha256)s, %(through)s::date, %(read_by)s
    FROM bank_imports WHERE book = %(book)s AND account = %(account)s
    RETURNING number
"""
INSERT_LINE = """
    INSERT INTO bank_lines (book, account, number, date, amount_fen, text) VALUES (%s, %s, %s, %s, %s, %s)
"""
INSERT_IMPORT_LINE = """
    INSERT INTO bank_import_lines (book, account, import, line, balance_fen) VALUES (%s, %s, %s, %s, %s)
"""
SELECT_COLUMNS = "SELECT field, header FROM bank_columns WHERE book = %s AND account = %s"
DELETE_COLUMNS = "DELETE FROM bank_columns WHERE book = %s AND account = %s"
INSERT_COLUMN = "INSERT INTO bank_columns (book, account, field, header) VALUES (%s, %s, %s, %s)"

IS_TWIN: tuple[Callable[[int | None, int | None], bool], ...] = (
    lambda said, kept: said is not None and said == kept,
    lambda said, kept: said is not None and kept is None,
    lambda said, kept: said is None and kept is None,
    lambda said, kept: said is None and kept is not None,
)
"""Which balances two lines have that are one, of the same day, amount and words: what tells most comes first."""


class SourceFile(NamedTuple):
    """The file that a statement is read from: its name, its SHA-256 in hex, by which key it is read in.

    Without a key it is read in at the server.
    """

    name: str
    sha256: str | None = None
    read_by: str | None = None


class Taken(NamedTuple):
    """How many lines of a statement are new, and how many were read before; the import's number, what is to be said."""

    new: int
    known: int
    number: int
    notices: Sequence[Phrase] = ()


class _Kept(NamedTuple):
    """A line as it is kept: its number, and what the statement that it came in said."""

    number: int
    line: StatementLine


class BankStatements:
    """The statements of all books' accounts."""

    def __init__(self, pool: ConnectionPool[Any]) -> None:
        """Use the tables through `pool`."""
        self._pool = pool

    def headers(self, book: str, account: str) -> dict[str, str]:
        """Return the headers that were given for an account's statements, by field."""
        with self._pool.connection() as connection:
            return dict(connection.execute(SELECT_COLUMNS, (book, account)).fetchall())

    def remember_headers(self, book: str, account: str, headers: Mapping[str, str]) -> None:
        """Remember under which headers an account's statements have what is wanted."""
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(DELETE_COLUMNS, (book, account))
            for field, header in headers.items():
                connection.execute(INSERT_COLUMN, (book, account, field, header))

    def take_in(
        self, book: str, account: str, lines: Sequence[StatementLine], file: SourceFile, through: str = ""
    ) -> Taken:
        """Keep a statement, with its lines that are new, all or none.

        Statements overlap. A line is known by day, amount, words, and the balance behind it if both statements say so;
        of equal ones as many are kept as a statement has. One that left when an import was undone comes back as the
        line that it was. It goes `through` a day, or to its last line. Raises `bank.account`, `bank.through`,
        `bank.statement_of_cash`, `bank.statement_of_several`, `book.unknown`.
        """
        day = _reach(lines, through) if through else None
        asked = {"book": book, "account": account}
        with self._pool.connection() as connection, connection.transaction():
            take_turn(connection, book, account)
            require_at_bank(connection, book, account)
            standing = _kept(connection.execute(SELECT_STANDING, (book, account)))
            left = _kept(connection.execute(SELECT_LEFT, asked))
            given = asked | file._asdict() | {"through": day}
            ((number,),) = connection.execute(INSERT_IMPORT, given).fetchall()
            known = _twins(standing, dict(enumerate(lines)))
            gone = _twins(left, {place: line for place, line in enumerate(lines) if place not in known})
            last = len(standing) + len(left)
            for place, line in enumerate(lines):
                twin = known.get(place) or gone.get(place)
                if twin is None:
                    twin = last = last + 1
                    connection.execute(INSERT_LINE, (book, account, twin, *line[:3]))
                connection.execute(INSERT_IMPORT_LINE, (book, account, number, twin, line.balance_fen))
        mine = set(known.values())
        notices = _break([one.line for one in standing if one.number not in mine], lines[0])
        return Taken(len(lines) - len(mine), len(mine), number, notices)

    def read_through(self, book: str) -> dict[str, str]:
        """Return up to which day a bank's statement was read in, by account."""
        with self._pool.connection() as connection:
            return statements_reach(connection, book)

    def balance(self, book: str, account: str, day: str) -> int | None:
        """Return what the bank says stood on an account at the end of a day, None where its statements do not.

        They do up to the day to which they go; of a day behind that nobody knows.
        """
        with self._pool.connection() as connection:
            return bank_balance_fen(connection, book, account, parse_date(day))

    def reconcile(self, book: str, account: str, day: str, bank_fen: int | None = None) -> Reconciliation:
        """Return the reconciliation of an account at the end of a day, with the bank's balance as its statement has it.

        The balance need not be given where the statement that was read in says it. Before the first day of the
        statements, lines of the book are looked at only as far as they may be the statement's. Raises `bank.account`,
        `bank.nothing`, `bank.not_so_far`, `bank.gap`, `bank.no_balance`, `book.unknown`, `date.malformed`.
        """
        parse_date(day)
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            reach = statements_reach(connection, book).get(account, "")
            found, left_fen = held_at_end(connection, book, account, day, reach, bank_fen)
            if found is None:
                raise NOTHING(account=account, date=day)
            gap = next((gap for gap in found.gaps if gap.holds(day)), None)
            if left_fen is None and gap:
                facts = gap._asdict() | {"moved": format_fen(gap.moved_fen)}
                del facts["moved_fen"]
                raise GAP(account=account, date=day, **facts)
            if left_fen is None:
                raise (NO_BALANCE if day <= reach else NOT_SO_FAR)(account=account, date=day, reach=reach)
        return found

    def counted(self, book: str, account: str, day: str, counted_fen: int) -> tuple[int, int]:
        """Return the book's balance of cash at the end of a day, and what was counted less that.

        Raises `bank.account`, `bank.cash`, `bank.counted`, `bank.counted_ahead`, `book.unknown`, `date.malformed`.
        """
        today = now()[:10]
        if parse_date(day) > today:
            raise COUNTED_AHEAD(read=day, today=today)
        if not 0 <= counted_fen <= MAX_FEN:
            raise BAD_COUNT(read=counted_fen)
        if not account.startswith(CASH):
            raise NO_CASH(account=account)
        with snapshot(self._pool) as connection:
            require_money(connection, book, account)
            book_fen = balance_fen(connection, book, account, day)
        return book_fen, counted_fen - book_fen


def _reach(lines: Sequence[StatementLine], through: str) -> str:
    """Return up to which day a statement goes that is said to go `through` one."""
    last, day, today = max(line.date for line in lines), parse_date(through), now()[:10]
    if not last <= day <= today:
        raise BAD_THROUGH(last=last, today=today, read=day)
    return day


def _kept(rows: Iterable[tuple[Any, ...]]) -> list[_Kept]:
    return [_Kept(number, StatementLine(*said)) for number, *said in rows]


def _twins(kept: Iterable[_Kept], lines: Mapping[int, StatementLine]) -> dict[int, int]:
    """Return which of the lines that are kept each of a statement's is, its number by the other's place.

    Those of the same balance are one. Then those that say theirs have the first choice of those that do not: a balance
    that only one of the two says tells nothing apart.
    """
    found, same = dict[int, int](), dict[tuple[str, int, str], list[_Kept]]()
    for one in kept:
        same.setdefault(one.line[:3], []).append(one)
    for is_twin in IS_TWIN:
        for place, line in lines.items():
            said, twins = line.balance_fen, [] if place in found else same.get(line[:3], [])
            twin = next((one for one in twins if is_twin(said, one.line.balance_fen)), None)
            if twin:
                twins.remove(twin)
                found[place] = twin.number
    return found


def _break(kept: Sequence[StatementLine], first: StatementLine) -> list[Phrase]:
    """Say that a statement's first balance does not follow the one that was kept before it, if it does not.

    `kept` are the lines of other statements by day; those of one day may have come in any order.
    """
    earlier = [line for line in kept if line.date <= first.date]
    of_day = [line for line in earlier if line.date == earlier[-1].date]
    if not of_day or not all(does_not_follow(line, first) for line in of_day):
        return []
    stood, before_fen = of_day[-1], (first.balance_fen or 0) - first.amount_fen
    begins, stands = format_fen(before_fen), format_fen(stood.balance_fen or 0)
    return [
        Phrase(
            f"对账单第一笔之前的余额是 {begins} 元，以前读入的到 {stood.date} 的余额是 {stands} 元，接不上："
            "可能中间缺了对账单，或是别的账户的；读错了可以撤回这次读入",
            f"before its first line the statement stands at {begins} yuan; what was read before stands at {stands} on"
            f" {stood.date}. A statement may be missing between them, or this is another account's: undo it if so",
        )
    ]
