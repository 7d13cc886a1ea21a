"""What an import refuses beyond the rules of the book itself."""

from domain.kernel.errors import Kind, rule

CHANGED = rule(
    "import.changed",
    Kind.CONFLICT,
    "凭证 {number}({date})已经入账，而表中内容不同；已入账的凭证不能修改，请另记冲销凭证",
    "voucher {number} of {date} is posted and the sheet differs from it; post a reversal instead of editing",
    "财会〔2013〕20号 art. 10",
)
OTHER_MEANING = rule(
    "import.account_name",
    Kind.REFUSED,
    "科目编码 {code} 在本科目表中是「{official}」，表中却是「{name}」（编码应为 {other}）；是否用了 2004 年的编码？",
    "code {code} is {official} in this chart, but the sheet says {name} (code {other}); is it the chart of 2004?",
    "财会〔2023〕20号",
)
TWO_NAMES = rule(
    "import.two_names",
    Kind.REFUSED,
    "科目 {code} 在 {first_file} 第 {first_row} 行的名称是「{expected}」，这里却是「{read}」；请改成一致",
    "account {code} is named {expected} in {first_file}, row {first_row}, but {read} here; give it one name",
    "财会〔2023〕14号 会计科目",
)
NO_SUMMARY = rule(
    "import.summary", Kind.MALFORMED, "凭证没有摘要", "the voucher has no summary", "会计基础工作规范 art. 51"
)

BAD_LINES = rule(
    "import.lines",
    Kind.MALFORMED,
    "凭证 {number} 有 {count} 行分录，应有 {least} 到 {most} 行；过多时请分成几张凭证",
    "voucher {number} has {count} lines, where {least} to {most} are expected; split a longer one",
)
BOOK_CHANGED = rule(
    "import.book_changed",
    Kind.CONFLICT,
    "建账时的 {key} 是「{expected}」，不能改为「{read}」",
    "{key} was fixed as '{expected}' when the book was opened and cannot become '{read}'",
    "ADR 0012",
)
CLOSED_AHEAD = rule(
    "import.closed_through",
    Kind.REFUSED,
    "closed_through 是 {read}，还没有到；最晚写本月 {latest}。结了账的月份不能再打开，请核对年份",
    "closed_through is {read}, which has not begun; the latest is this month, {latest}. What is closed stays closed",
    "财会〔2023〕14号: 按月结账",
)
NO_KEY = rule(
    "import.no_key",
    Kind.FORBIDDEN,
    "密钥文件夹 {folder} 中没有本账套现行有效的{role}密钥",
    "the keys folder {folder} holds no {role} key that is good in this book now",
)
