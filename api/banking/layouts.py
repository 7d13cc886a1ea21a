"""What the columns of banks' statements (银行对账单) are called, and in which of three ways they have their amounts."""

from __future__ import annotations

from api.adapters.header import Column, Layout

_SAID = (
    Column(
        "date",
        "交易日期",
        "date",
        ("记账日期", "入账日期", "记账日", "日期", "交易日", "交易时间"),
        ranked=True,
    ),
    Column("text", "摘要", "text", ("交易摘要", "业务摘要", "用途", "附言", "交易附言", "备注"), ranked=True),
    Column("serial", "序号", "serial", ("交易序号",), optional=True),
)
_BALANCE = Column(
    "balance",
    "余额",
    "balance",
    ("账户余额", "当前余额", "本次余额", "交易后余额", "结余"),
    optional=True,
)
AMOUNTS = ("received", "paid")
COLUMNS = (
    *_SAID,
    Column(
        "received",
        "收入",
        "received",
        ("收入金额", "贷方发生额", "贷方发生额(收入)", "贷方金额", "贷方", "转入金额", "转入", "存入"),
    ),
    Column(
        "paid",
        "支出",
        "paid",
        ("支出金额", "借方发生额", "借方发生额(支取)", "借方金额", "借方", "转出金额", "转出", "支取"),
    ),
    _BALANCE,
)
LAYOUT = Layout(COLUMNS, amounts=AMOUNTS, booked=("date", *AMOUNTS))
DIRECTIONS = (
    "借贷标志",
    "借贷方向",
    "借贷标识",
    "借贷",
    "借/贷",
    "收支标志",
    "收支",
    "收/支",
    "d/c",
    "dc",
    "方向",
    "交易方向",
)
_AMOUNT = Column("amount", "金额", "amount", ("交易金额", "发生额", "发生金额", "交易发生额"))
_DIRECTION = Column("direction", "收支方向", "direction", DIRECTIONS)
DIRECTED_COLUMNS = (*_SAID, _AMOUNT, _DIRECTION, _BALANCE)
DIRECTED = Layout(DIRECTED_COLUMNS, amounts=("amount",), booked=("date", "amount"))
"""One column of amounts, and one that says which way each went."""
SIGNED = Layout((*_SAID, _AMOUNT, _BALANCE), amounts=("amount",), booked=("date", "amount"))
"""One column of amounts, below nil for what went out."""
FIELDS = tuple(
    dict.fromkeys(column.field for column in (*COLUMNS, *DIRECTED_COLUMNS) if column.field != "serial")
)
LABELS = ("date", "serial", "text")
"""The fields in one of which a row says what it is."""
