"""What the keeping of disclosures refuses."""

from domain.kernel.errors import Kind, rule

NO_ENTRY = rule(
    "disclosure.no_entry",
    Kind.UNKNOWN,
    "账套 {book} 没有第 {index} 号记录，无从存放它的披露",
    "the book {book} has no entry {index} whose disclosures could be kept",
)
NO_SUCH_DIGEST = rule(
    "disclosure.no_digest",
    Kind.REFUSED,
    "该记录中没有摘要 {digest}：披露与所签的内容不符",
    "the entry has no digest {digest}: the disclosure is not what was signed",
    "RFC 9901 section 7.1",
)
KEPT_OTHERWISE = rule(
    "disclosure.kept",
    Kind.CONFLICT,
    "摘要 {digest} 的披露已按另一知悉范围或另一人存放，不能改变",
    "the disclosure of {digest} is kept for another tier or subject already, which is not changed",
    "个人信息保护法 art. 23",
)
ERASED = rule(
    "disclosure.erased",
    Kind.CONFLICT,
    "摘要 {digest} 的内容已由第 {entry} 号记录注明删除，不能再存",
    "what stood behind {digest} was erased by entry {entry} and is not kept again",
    "个人信息保护法 art. 47",
)
NOBODY = rule(
    "disclosure.no_subject",
    Kind.UNKNOWN,
    "账套 {book} 没有存放关于「{subject}」的内容",
    "nothing is kept on {subject} in the book {book}",
)
DRAFTED = rule(
    "disclosure.drafted",
    Kind.CONFLICT,
    "关于「{subject}」还有一张待签凭证 {draft}；先把它签完或撤回，再办删除",
    "the draft {draft} still holds something on {subject}; let it be signed, or withdraw it, and erase then",
    "个人信息保护法 art. 47",
)
NO_LEAVES = rule(
    "disclosure.no_rows",
    Kind.UNKNOWN,
    "账套 {book} 的第 {index} 号记录不是清册，或它的各行没有存放在这里",
    "entry {index} of the book {book} is no roll, or its rows are not kept here",
)
