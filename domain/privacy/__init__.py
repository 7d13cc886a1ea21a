"""Privacy (个人信息): values outside the log under salted digests, their erasure, and what may not stand in clear."""

from domain.privacy.clear import check_clear, check_clear_fields, check_disclosed, check_number
from domain.privacy.events import MAX_ERASED, ErasedRow, Erasure, SubjectErased
from domain.privacy.kinds import Found, Personal
from domain.privacy.personal import find_personal, mask_personal, may_name_a_person
from domain.privacy.rules import decide_erase, require_new
from domain.privacy.state import Privacy

__all__ = [
    "MAX_ERASED",
    "ErasedRow",
    "Erasure",
    "Found",
    "Personal",
    "Privacy",
    "SubjectErased",
    "check_clear",
    "check_clear_fields",
    "check_disclosed",
    "check_number",
    "decide_erase",
    "find_personal",
    "mask_personal",
    "may_name_a_person",
    "require_new",
]
