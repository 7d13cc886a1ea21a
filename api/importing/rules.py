"""What an import refuses beyond the rules of the book itself."""

from domain.kernel.errors import Kind, rule

CHANGED = rule(
    "import.changed",
    Kind.CONFLICT,
    "凭证 {number}（{date}）已经入账：{what}入账时是「{posted}」，表中是「{read}」；已入账的不能改，请改回或另记冲销",
    "voucher {number} of {date} is posted: {what} was posted as '{posted}', the sheet says '{read}'; put it back, or "
    "post a reversal",
    "财会〔2013〕20号 art. 10",
)
OPENING_CHANGED = rule(
    "import.opening_changed",
    Kind.CONFLICT,
    "{number}（{date}）已经入账：{what}入账时是「{posted}」，表中是「{read}」；入了账的期初余额不能改，也不能冲销：请改回，"
    "确实记错了就另记一张调整凭证",
    "the opening balances of {date} are posted: {what} was posted as '{posted}', the sheet says '{read}'; they can "
    "neither be changed nor reversed: put it back, or post an adjusting voucher if they were wrong",
    "财会〔2013〕20号 art. 10",
)
ATTACHMENTS_DIFFER = rule(
    "import.attachments",
    Kind.REFUSED,
    "同一张凭证的附件数应相同：前面的行是 {first}，这一行是 {read}；请写整张凭证的附件数，只写一次或每行都一样",
    "the rows of one voucher give different numbers of attachments: {first} before, {read} here; give the voucher's, "
    "once or alike in each row",
    "会计基础工作规范 art. 51",
)
OTHER_MEANING = rule(
    "import.account_name",
    Kind.REFUSED,
    "科目编码 {code} 在本科目表中{meaning}，表中却是「{name}」（编码应为 {other}）；是否用了 2004 年的编码？",
    "code {code} {meaning} in this chart, but the sheet says {name} (code {other}); is it the chart of 2004?",
    "财会〔2023〕20号",
)
TWO_NAMES = rule(
    "import.two_names",
    Kind.REFUSED,
    "科目 {code} 在 {first_file} {first}的名称是「{expected}」，这里却是「{read}」；请改成一致",
    "account {code} is named {expected} in {first_file}, {first}, but {read} here; give it one name",
    "财会〔2023〕14号 会计科目",
)
RENAMED = rule(
    "import.renamed",
    Kind.CONFLICT,
    "科目 {code} 在账上的名称是「{expected}」，这里却是「{read}」；请改回，或空着；是另一个科目就用新的编码",
    "account {code} is named {expected} in the book, but {read} here; put it back or leave it blank; another account "
    "needs a code of its own",
    "财会〔2023〕14号 会计科目",
)
INCOME_LEFT = rule(
    "import.income_left",
    Kind.REFUSED,
    "账套从 {opened} 开始，收支科目（501 至 521）应已在上年末转入 321、再转入 322 收益分配，年初没有余额；"
    "这里 {count} 个收支科目有余额，收入减支出是 {amount} 元，会算成 {year} 年的收支："
    "请先在旧账上作年末结转，把净额填在 322 未分配收益",
    "the book begins with the year, {opened}: income and expense (501 to 521) were to be transferred to 321 and that "
    "to 322 at the end of the year before, and are nil; here {count} of these accounts have balances, income less "
    "expense is {amount} yuan, which would count as income of {year}: make the year's end in the old books, and give "
    "what is left on 322 (undistributed income)",
    "财会〔2023〕14号 本年收益",
)
MOVED = rule(
    "import.voucher_moved",
    Kind.CONFLICT,
    "凭证 {number}（{date}）看来就是已入账而表中没有了的凭证 {before}（{before_date}）；已入账的日期、凭证号不能改，"
    "请改回，或先冲销 {before} 再导入；确是另一张，请把 {before} 的各行放回表中",
    "voucher {number} of {date} seems to be {before} of {before_date}, which is posted and no longer in the sheet; "
    "what is posted keeps its date and number: put them back, or reverse {before} first; if it is "
    "another voucher, put the rows of {before} back into the sheet",
    "财会〔2013〕20号 art. 10",
)
NUMBER_TWICE = rule(
    "import.number_twice",
    Kind.REFUSED,
    "凭证 {number}（{date}）从{first}起已有一张，借贷平衡；这里隔开又有一张，也平衡。两张凭证请编不同的号；"
    "是同一张就把各行放在一起；是重复的就删去",
    "a voucher {number} of {date} begins in {first} and balances; here, set apart, is a second that balances "
    "too: give two vouchers two numbers, put the rows of one together, or delete a copy",
    "会计基础工作规范 art. 51",
)
COPIED = rule(
    "import.copied",
    Kind.REFUSED,
    "凭证 {number}（{date}）从这一行起，与从{first}起的各行完全相同：重复的请删去；确是两笔，请在摘要中分清",
    "from here on voucher {number} of {date} says the very same as from {first} on: delete a copy; if both are "
    "meant, say in the summaries how they differ",
    "会计基础工作规范 art. 51",
)
ONE_VOUCHER = rule(
    "import.one_voucher",
    Kind.REFUSED,
    "凭证 {number}（{date}）的各行不成一张：{other_place}的凭证号是「{other}」、日期是 {other_date}，是不是同一张？"
    "同一张凭证各行的日期、凭证号要写得完全一样",
    "the rows of {number} of {date} are no whole voucher: {other_place} has number '{other}' and date {other_date}; "
    "if they are one, write date and number alike in every row",
    "会计基础工作规范 art. 51",
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
PERSON_CHANGED = rule(
    "import.person_changed",
    Kind.CONFLICT,
    "{column} 是「{read}」，账上登记的是「{expected}」；换人要先以 key.granted 或 key.rotated 登记新密钥，这里才能改",
    "{column} is '{read}', the book has '{expected}'; a new person's key is first granted (key.granted, key.rotated)",
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
    "密钥文件夹 {folder} 中没有本账套现行有效的{role}密钥；请用 --keys 指明首次导入时生成密钥的文件夹"
    "（未指明过的，在 SUNLEDGER_HOME 下的 keys 里），换过的密钥也要放进去",
    "the keys folder {folder} holds no {role} key that is good in this book now; give --keys the folder in which the"
    " first import made its keys (without --keys below SUNLEDGER_HOME, in keys), and put a rotated key there too",
)
