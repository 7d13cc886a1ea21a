"""Original documents (原始凭证) by their SHA-256, in a folder: what a voucher names can be shown, as it was signed.

They are for those who keep and supervise the book: an invoice or a photo may say what is nobody else's business.
"""

from __future__ import annotations

import io
import re
import zipfile
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from audit.disk import Disk
from domain.kernel.errors import Kind, Phrase, rule
from domain.vouchers import File

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 16_777_216
NAME_MAX = 100

MISSING = rule(
    "attachment.missing",
    Kind.UNKNOWN,
    "附件 {sha256} 不在本服务器上，请先上传",
    "the attachment {sha256} is not on this server; upload it first",
    "会计基础工作规范 art. 51(3)",
)
OTHERWISE = rule(
    "attachment.otherwise",
    Kind.REFUSED,
    "附件 {name} 与上传的文件不符：大小应为 {size} 字节，类型应为 {media}",
    "the attachment {name} is not as it was uploaded: {size} bytes of {media}",
    "会计基础工作规范 art. 51(3)",
)
DAMAGED = rule(
    "attachment.damaged",
    Kind.UNAVAILABLE,
    "附件 {sha256} 在服务器上已损坏，请管理员从备份恢复",
    "the attachment {sha256} is damaged on the server; its operator restores it from a backup",
)
OTHER_KIND = rule(
    "attachment.kind",
    Kind.REFUSED,
    "附件 {name} 不是照片（JPEG、PNG）、PDF、OFD 或 XML，不收",
    "the attachment {name} is no photo (JPEG, PNG), PDF, OFD or XML, and is not taken",
)
TORN = rule(
    "attachment.torn",
    Kind.REFUSED,
    "附件 {name} 不完整：{missing}，多半没有传完或存坏了；请重新拍照、下载，或取原件再传",
    "the attachment {name} is not whole: {missing}; it was probably cut off: photograph or download it again",
    "会计基础工作规范 art. 51(3)",
)
NO_INVOICE = rule(
    "attachment.no_invoice",
    Kind.REFUSED,
    "附件 {name} 是 XML，但里面没有发票或票据的数据（根元素是「{root}」），不收；请传税务局或银行给的原文件",
    "the attachment {name} is XML without the data of an invoice (its root is {root}), and is not taken; upload the"
    " file as the tax bureau or the bank gave it",
    "财会〔2020〕6号 art. 3",
)
EMPTY = rule(
    "attachment.size",
    Kind.REFUSED,
    "附件 {name} 有 {size} 字节，应为 1 到 {limit} 字节",
    "the attachment {name} has {size} bytes, where 1 to {limit} are expected",
)

_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_ENDS = {
    "image/jpeg": (b"\xff\xd9", Phrase("没有图片的结尾", "the picture has no end")),
    "image/png": (b"IEND\xaeB`\x82", Phrase("没有图片的结尾", "the picture has no end")),
}
"""What stands at the end of a picture, at times with something more behind it."""

_NOT_READ = Phrase("读不出完整的 XML", "it cannot be read as XML")
_INVOICE = "invoice"
_XBRL = "xbrl"
"""What an invoice has in an element's name, and the root of other vouchers' data (电子凭证会计数据标准)."""

_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff/\\]")


def media_of(data: bytes) -> str:
    """Return the media type that the bytes themselves show, "" for one that is not taken."""
    for magic, media in _MAGIC.items():
        if data.startswith(magic):
            return media
    if data.startswith(b"PK\x03\x04"):
        return "application/ofd" if _is_ofd(data) else ""
    return "application/xml" if _XML.match(data) else ""


def _check_whole(name: str, media: str, data: bytes) -> None:
    """Raise `attachment.torn` for a picture or XML that was cut off, `attachment.no_invoice` for any other XML."""
    end, missing = _ENDS.get(media, (b"", _NOT_READ))
    if end not in data:
        raise TORN(name=name, missing=missing)
    if media != "application/xml":
        return
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise TORN(name=name, missing=_NOT_READ) from None
    names = [str(element.tag).rpartition("}")[2] for element in root.iter()]
    if names[0].casefold() != _XBRL and not any(_INVOICE in one.casefold() for one in names):
        raise NO_INVOICE(name=name, root=names[0])


def _is_ofd(data: bytes) -> bool:
    """Tell whether a ZIP is an OFD (GB/T 33190): it has OFD.xml at its top."""
    try:
        return "OFD.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False


class Attachments:
    """The original documents of all books."""

    def __init__(self, folder: Path, disk: Disk | None = None) -> None:
        """Use a folder; what is needed below it is made when something is kept."""
        self._folder = folder
        self._disk = disk or Disk()

    def keep(self, book: str, name: str, data: bytes) -> File:
        """Keep a document durably and return how a voucher names it; the same again changes nothing.

        Raises `attachment.size`, `attachment.kind`, `attachment.torn`, `attachment.no_invoice`.
        """
        name = _UNSAFE.sub("", name).strip()[:NAME_MAX] or "附件"
        if not 0 < len(data) <= MAX_BYTES:
            raise EMPTY(name=name, size=len(data), limit=MAX_BYTES)
        media = media_of(data)
        if not media:
            raise OTHER_KIND(name=name)
        _check_whole(name, media, data)
        digest = sha256(data).hexdigest()
        path = self._path(book, digest)
        if not path.exists():
            self._disk.put(path, data)
        return File(media=media, name=name, sha256=digest, size=len(data))

    def has(self, book: str, digest: str) -> bool:
        """Tell whether a document is kept."""
        return self._path(book, digest).exists()

    def read(self, book: str, digest: str) -> bytes:
        """Return a document, which is what its digest says; raises `attachment.missing`, `attachment.damaged`."""
        try:
            data = self._path(book, digest).read_bytes()
        except FileNotFoundError:
            raise MISSING(sha256=digest) from None
        if sha256(data).hexdigest() != digest:
            raise DAMAGED(sha256=digest)
        return data

    def require(self, book: str, file: File) -> bytes:
        """Return a document that a voucher names; raises as `read`, and `attachment.otherwise` for another."""
        data = self.read(book, file.sha256)
        if (len(data), media_of(data)) != (file.size, file.media):
            raise OTHERWISE(name=file.name, size=len(data), media=media_of(data))
        return data

    def _path(self, book: str, digest: str) -> Path:
        return self._folder / book / digest[:2] / digest
