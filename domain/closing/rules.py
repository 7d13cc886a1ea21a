"""What the checklist of a period's closing remarks, in words."""

from __future__ import annotations

from domain.kernel.errors import Kind, rule

ACCOUNTING = "财会〔2023〕14号"

EARLIER_OPEN = rule(
    "closing.earlier_open",
    Kind.REFUSED,
    "{open} 还没有结账；各月依次结账，先结它",
    "{open} is still open; periods close in order, it comes first",
    f"{ACCOUNTING}: 按月结账",
)
NOT_OVER = rule(
    "closing.not_over",
    Kind.REFUSED,
    "{period} 还没有过完（今天 {today}）：现在结了账，从今天到 {last} 为止还会有的凭证就再也不能入账；请等月末过后再结",
    "{period} is not over (today is {today}): once it is closed, vouchers of what still happens up to {last} can never"
    " be booked in it; close it after its last day",
    f"{ACCOUNTING}: 按月结账; 会计基础工作规范 art. 63",
)
NO_VOUCHERS = rule(
    "closing.no_vouchers",
    Kind.REFUSED,
    "{period} 没有一张凭证；确实没有收支才可以结账",
    "{period} has no voucher; close it only if nothing came in or went out",
)
SUSPENSE = rule(
    "closing.suspense",
    Kind.REFUSED,
    "{account} {name}还有 {balance} 元；查明原因、报批后转出，期末应为零",
    "{account} {name} still has {balance} yuan; find the reason, have it approved and transfer it: nil at period end",
    f"{ACCOUNTING} 待处理财产损溢",
)
CASH_BELOW_ZERO = rule(
    "closing.cash_below_zero",
    Kind.REFUSED,
    "{account} {name} {date} 的余额是 {balance} 元；现金和存款不会是负数，请查漏记或记错日期的凭证",
    "{account} {name} stands at {balance} yuan on {date}; money is never below zero: look for a voucher left out or"
    " misdated",
    "会计基础工作规范 art. 57",
)
WRONG_SIDE = rule(
    "closing.wrong_side",
    Kind.REFUSED,
    "{account} {name}的余额在{side} {balance} 元，与科目的方向相反",
    "{account} {name} has a {side} balance of {balance} yuan, against the account's side",
    f"{ACCOUNTING}",
)
QUANTITY_BELOW_ZERO = rule(
    "closing.quantity_below_zero",
    Kind.REFUSED,
    "{account} {name}结存 {quantity} {unit}；实物不会是负数，请查漏记的入库或多记的出库",
    "{account} {name}: {quantity} {unit} are left; goods are never below zero: look for a receipt left out or an issue"
    " told too high",
    f"{ACCOUNTING} 库存物资、农产品",
)
OPENED_RESULT = rule(
    "closing.opened_result",
    Kind.REFUSED,
    "年中建账的，本年已结转的收益请按 501 至 521 各科目本年累计发生额填列，321 不填；"
    "填在 321 的 {amount} 元算作年初未分配收益",
    "of a book begun in mid-year, the year's income so far belongs to 501 to 521 by what each moved, and 321 stays "
    "blank; the {amount} yuan on 321 count as undistributed income of earlier years",
    f"{ACCOUNTING} 本年收益",
)
RESULT_LEFT = rule(
    "closing.result_left",
    Kind.REFUSED,
    "账套从 {opened} 开始，321 本年收益应已在上年末转入 322 收益分配（未分配收益），年初没有余额，读到 {amount} 元："
    "请在旧账上结转（亏损的相反）后，把它填在 322 未分配收益",
    "the book begins with the year, {opened}: 321 was to be transferred to 322 (undistributed income) at the end of"
    " the year before and is nil; read {amount} yuan. Transfer it in the old books, and give it on 322 instead",
    f"{ACCOUNTING} 本年收益",
)
NO_ATTACHMENTS = rule(
    "closing.no_attachments",
    Kind.REFUSED,
    "凭证 {number}「{summary}」没有附件；除结账和更正的凭证外，都要有原始凭证",
    "voucher {number} '{summary}' has no attachment; all but closing and correcting vouchers rest on originals",
    "会计基础工作规范 art. 51",
)
NO_DEPRECIATION = rule(
    "closing.no_depreciation",
    Kind.REFUSED,
    "{account} {name}有余额，本月没有计提 {contra} {contra_name}",
    "{account} {name} has a balance, and nothing was added to {contra} {contra_name} this month",
    f"{ACCOUNTING} 固定资产、生产性生物资产、无形资产",
)
WAGES_LEFT = rule(
    "closing.wages_left",
    Kind.REFUSED,
    "{account} {name}还有 {balance} 元没有发放",
    "{account} {name}: {balance} yuan are not paid yet",
    f"{ACCOUNTING} 应付工资、应付劳务费",
)
NOT_TRANSFERRED = rule(
    "closing.not_transferred",
    Kind.REFUSED,
    "{account} {name}还有 {balance} 元没有结转，年末应为零",
    "{account} {name} still has {balance} yuan to be transferred: nil at the end of the year",
    f"{ACCOUNTING} 本年收益、收益分配",
)

NO_STATEMENT = rule(
    "closing.no_statement",
    Kind.REFUSED,
    "{account} {name}的银行对账单{reach}，本月的还没有对；读入对账单，编好余额调节表再结账",
    "{account} {name}: the bank's statements were read in {reach}; read this month's in and reconcile it first",
    "会计基础工作规范 art. 62",
)
NOT_RECONCILED = rule(
    "closing.not_reconciled",
    Kind.REFUSED,
    "{account} {name} {date} 的银行存款余额调节表对不上，差 {difference} 元；查明原因，对上再结账",
    "{account} {name}: the bank reconciliation of {date} does not come out, by {difference} yuan; find out why before"
    " the period is closed",
    "会计基础工作规范 art. 62",
)
NO_BANK_BALANCE = rule(
    "closing.no_bank_balance",
    Kind.REFUSED,
    "{account} {name}：从读入的对账单看不出 {date} 的余额（没有写明，或与之后的接不上），不知道对得上没有；"
    "请读入有余额列的、中间缺少的对账单；没有的，结账前照对账单上的余额自行核对，本条仍会提示",
    "{account} {name}: the statements that were read in do not tell what stood on it on {date} (they do not say it, or"
    " what comes after does not follow from it), so that nobody knows whether it is right; read one in that has the"
    " balances, or that is missing between. Where there is none, reconcile by hand before the period is closed: this"
    " remark stays",
    "会计基础工作规范 art. 62",
)
BANK_ONLY = rule(
    "closing.bank_only",
    Kind.REFUSED,
    "{account} {name}到 {date} 有 {count} 笔银行已记、账上未记，见银行对账；请向银行取回单，补记入账",
    "{account} {name}: by {date} the bank has {count} lines that the book has not, see its reconciliation; get the"
    " bank's slips and book them",
    "会计基础工作规范 art. 62",
)
BOOK_ONLY = rule(
    "closing.book_only",
    Kind.REFUSED,
    "{account} {name}到 {date} 有 {count} 笔账上已记、银行 {days} 天以上未记：收 {received} 元，付 {paid} 元；"
    "请查明是否退票、漏存或多记",
    "{account} {name}: by {date} the book has {count} lines that the bank has not had for more than {days} days:"
    " {received} yuan received, {paid} paid; find out whether they were returned, never deposited or booked in error",
    "会计基础工作规范 art. 62",
)
OVER_BUDGET = rule(
    "closing.over_budget",
    Kind.REFUSED,
    "{account} {name}今年已支出 {spent} 元，计划 {planned} 元，超出 {over} 元；请查明，需要时由成员大会调整计划",
    "{account} {name}: {spent} yuan spent this year where {planned} are planned, beyond it by {over}; find out why and"
    " have the plan revised by the members if need be",
    "农村集体经济组织法 art. 26; alert C17",
)
NOT_IN_BUDGET = rule(
    "closing.not_in_budget",
    Kind.REFUSED,
    "{account} {name}今年已支出 {spent} 元，收支计划没有给它列数；计划列的是以后才转入的科目（如工程列了 151，"
    "先支出的是 153 在建工程；生产列了 511，先支出的是 401）的，应列先支出的科目，由成员（代表）大会调整计划",
    "{account} {name}: {spent} yuan spent this year, and the plan has nothing for it. If the plan names where that goes"
    " later (151 for works that are first spent on 153, 511 for what 401 makes), it is to name the account that is"
    " spent on first: have it revised by the members",
    "农村集体经济组织法 art. 26; alert C17",
)
NEAR_BUDGET = rule(
    "closing.near_budget",
    Kind.REFUSED,
    "{account} {name}今年已支出 {spent} 元，是计划 {planned} 元的 {share}",
    "{account} {name}: {spent} yuan spent this year, {share} of the {planned} planned",
    "alert C17",
)
