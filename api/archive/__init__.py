"""The yearly archive (年度归档): one folder that opens without this program, after 会计档案管理办法 and DA/T 94."""

from api.archive.contents import Kept
from api.archive.folder import write_archive

__all__ = ["Kept", "write_archive"]
