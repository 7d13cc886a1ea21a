"""The columns of opening balances and of a journal, and what programs call them."""

from __future__ import annotations

from api.adapters.header import Column, Layout

CODE = Column(
    "code", "科目编码", "code", ("科目代码", "科目编号", "会计科目编码", "会计科目代码"), within="name"
)
NAME = Column("name", "科目名称", "name", ("科目", "会计科目", "会计科目名称"), within="code")
"""Code and name may stand in one cell, as in 10201 基本账户 below 科目."""
DATE = Column(
    "date",
    "日期",
    "date",
    ("凭证日期", "记账日期", "制单日期"),
    ranked=True,
    parts=(
        Column("year", "年", "year", ("年份", "年度", "会计年度"), spared=True),
        Column("month", "月", "month", ("月份",)),
        Column("day", "日", "day"),
    ),
)
"""The voucher's own date comes before the day on which it was booked, that before the one on which it was written."""
KIND = Column("kind", "凭证字", "kind", ("凭证类型", "凭证类别", "凭证种类", "凭证类", "字"), optional=True)
NUMBER = Column(
    "number", "凭证号", "number", ("凭证编号", "凭证字号", "凭证号码", "凭证号数", "记账凭证号", "号")
)


def _beside(field: str, zh: str, *also: str) -> Column:
    return Column(field, zh, field, also, optional=True)


BESIDE = (
    _beside(
        "party", "往来单位", "往来单位名称", "往来户", "往来户名", "客商", "客商名称", "往来", "单位名称"
    ),
    _beside("customer", "客户", "客户名称"),
    _beside("supplier", "供应商", "供应商名称", "供货商"),
    _beside("person", "个人往来", "个人", "个人名称", "往来个人", "职员", "职员名称", "人员", "人员名称"),
    _beside("auxiliary", "辅助核算", "辅助核算项目", "辅助项", "辅助项目", "辅助信息"),
    _beside("project", "项目", "项目名称", "核算项目", "核算项目名称", "部门", "部门名称"),
    _beside("quantity", "数量"),
    _beside("unit", "计量单位", "数量单位"),
)
"""What a line may have beside account and amounts (辅助核算、数量): read where a table has it."""

MARKS = (
    _beside("status", "状态", "凭证状态"),
    _beside("void", "作废", "作废标志", "是否作废"),
    _beside("checked", "审核状态", "审核标志", "是否审核", "审核"),
    _beside("booked", "记账状态", "记账标志", "是否记账", "过账状态", "过账标志", "是否过账", "记账", "过账"),
)
"""What programs say of a voucher as a whole."""

OPENING_COLUMNS = (
    CODE,
    NAME,
    Column("debit", "借方余额", "debit", ("借余额",)),
    Column("credit", "贷方余额", "credit", ("贷余额",)),
    *BESIDE,
)
DIRECTIONS = ("方向", "余额方向", "借贷方向", "借贷")
OPENING_BY_DIRECTION = (
    Column("direction", "期初方向", "direction", (*DIRECTIONS, "期初余额方向")),
    Column("amount", "余额", "amount", ("金额",)),
)
JOURNAL_COLUMNS = (
    DATE,
    KIND,
    NUMBER,
    Column("summary", "摘要", "summary", ("摘要说明", "内容摘要", "业务摘要")),
    CODE,
    NAME,
    Column("debit", "借方金额", "debit", ("借方", "借方发生额", "借")),
    Column("credit", "贷方金额", "credit", ("贷方", "贷方发生额", "贷")),
    Column(
        "attachments",
        "附件数",
        "attachments",
        ("附单据数", "附件张数", "附单据张数", "附单据", "附件", "单据数"),
        spared=True,
    ),
    *BESIDE,
    *MARKS,
)
JOURNAL_BY_DIRECTION = (
    Column("direction", "方向", "direction", ("借贷方向", "借贷", "借/贷", "借贷标志")),
    Column(
        "amount", "金额", "amount", ("发生额", "发生金额", "本币金额", "本位币金额", "人民币金额", "记账金额")
    ),
)
"""What a table may have instead of a column for each side. 方向 alone is told by what is more exactly named first."""


def _layout(
    columns: tuple[Column, ...], sides: tuple[Column, ...], foreign: tuple[Column, ...] = ()
) -> Layout:
    """Return the layout of a table with debit and credit, and beside it the one with direction and amount."""
    by_side = {"debit": sides, "credit": ()}
    other = [one for column in columns for one in by_side.get(column.field, (column,))]
    by_direction = Layout(other, foreign, ("amount",), ("code", "amount"))
    return Layout(columns, foreign, other=by_direction, told_by="direction")


def _opening_at(time: str, en: str) -> Layout:
    """Return the layout of a table that says of when its balances are: 期初, 年初 or 期末."""

    def ways(name: str) -> tuple[str, ...]:
        return (
            *(f"{time}{name}", f"{name}{time}", f"{name}{time}余额", f"{time}余额{name}", f"{name}{time}数"),
            *(f"{time}{name}余额", f"{time}{name}金额", f"{time}余额{name}金额"),
        )

    def side(field: str, name: str) -> Column:
        also = (*ways(name), *ways(name.removesuffix("方")))
        return Column(field, f"{time}{name}余额", f"{en} {field}", also)

    directions = (f"{time}余额方向", f"方向{time}余额", *DIRECTIONS)
    before = () if time in {"期初", "期末"} else ("期初方向",)
    amounts = (f"{time}金额", f"{time}余额金额", f"{time}本币余额", f"{time}余额本币", f"{time}数")
    by_direction = (
        Column("direction", f"{time}方向", "direction", (*directions, *before)),
        Column("amount", f"{time}余额", f"{en} amount", amounts),
    )
    sides = (side("debit", "借方"), side("credit", "贷方"))
    return _layout((CODE, NAME, *sides, *BESIDE), by_direction, (DATE, NUMBER))


LAYOUTS = {
    "opening": _layout(OPENING_COLUMNS, OPENING_BY_DIRECTION, (DATE, NUMBER)),
    "journal": _layout(JOURNAL_COLUMNS, JOURNAL_BY_DIRECTION),
}
"""The tables by the stem of their file; in English a journal has every column that opening balances have."""

YEAR_BEGUN = "年初"
OPENINGS = {
    "": LAYOUTS["opening"],
    "期初": _opening_at("期初", "opening"),
    YEAR_BEGUN: _opening_at(YEAR_BEGUN, "year opening"),
    "期末": _opening_at("期末", "closing"),
}
"""How opening balances stand in a table, by what its headers say of when they are."""
