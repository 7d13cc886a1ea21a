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

    from domain.kernel.errors import RuleViolation

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
    "附件 {name} 是{found}，不收；收照片（JPEG、PNG）、PDF、OFD 和 XML。{remedy}",
    "the attachment {name} is {found} and is not taken; photos (JPEG, PNG), PDF, OFD and XML are. {remedy}",
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
    "附件 {name} 是空的（0 字节），多半没有存好；请打开原件看看，重新保存再传",
    "the attachment {name} is empty (0 bytes): it was probably not saved. Open the original, save it, upload it again",
)
TOO_LARGE = rule(
    "attachment.too_large",
    Kind.REFUSED,
    "附件 {name} 超过 {limit} MiB，不收；照片请缩小后再传，页数多的 PDF 请分成几个",
    "the attachment {name} has more than {limit} MiB and is not taken; make a photo smaller, part a long PDF",
)

_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}
_ENDS = {
    "application/pdf": (b"%%EOF", Phrase("没有 PDF 的结尾", "the PDF has no end")),
    "image/jpeg": (b"\xff\xd9", Phrase("没有图片的结尾", "the picture has no end")),
    "image/png": (b"IEND\xaeB`\x82", Phrase("没有图片的结尾", "the picture has no end")),
}
"""What stands at the end of a picture or a PDF, at times with something more behind it."""
_PDF_END_BYTES = 1_024
"""The end of a PDF is among its last bytes (ISO 32000-1, annex H.3); one for the web has one near its beginning too."""

_PACKED = Phrase("请解压后把里面的文件一个一个上传", "Unpack it and upload the files in it one by one")
_PICTURE = Phrase("请转成 JPEG（或截屏）再传", "Make it a JPEG, or a screenshot, first")
_OFFICE = Phrase("请另存为 PDF 再传", "Save it as PDF first")
_OTHERS: tuple[tuple[re.Pattern[bytes], Phrase, Phrase], ...] = (
    (re.compile(rb"Rar!|7z\xbc\xaf|\x1f\x8b"), Phrase("压缩包", "an archive"), _PACKED),
    (
        re.compile(rb"....ftyp(?:hei|hev|mif1|msf1|avif)", re.DOTALL),
        Phrase("HEIC 照片", "a HEIC photo"),
        _PICTURE,
    ),
    (
        re.compile(rb"GIF8|BM|II\*\0|MM\0\*|RIFF....WEBP", re.DOTALL),
        Phrase("别的图片格式", "another kind of picture"),
        _PICTURE,
    ),
    (
        re.compile(rb"\xd0\xcf\x11\xe0"),
        Phrase("Word、Excel 等办公文件", "a file of an office program"),
        _OFFICE,
    ),
)
"""What people take for a document and is not taken: how it begins, what it is, and what to do."""
_UNKNOWN = (
    Phrase("看不出是什么的文件", "a file of an unknown kind"),
    Phrase("请传原件的照片、扫描件或电子原件", "Upload a photo, a scan or the electronic original"),
)

_NOT_READ = Phrase("读不出完整的 XML", "it cannot be read as XML")
_INVOICE = "invoice"
_XBRL = "xbrl"
"""What an invoice has in an element's name, and the root of other vouchers' data (电子凭证会计数据标准)."""

_XML = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff/\\]")


def cleaned(name: str) -> str:
    """Return a file's name as a voucher has it."""
    return _UNSAFE.sub("", name).strip()[:NAME_MAX] or "附件"


def too_large(name: str) -> RuleViolation:
    """Return the refusal of a file that has more than `MAX_BYTES`, by its name and the limit."""
    return TOO_LARGE(name=cleaned(name), limit=MAX_BYTES // 2**20)


def media_of(data: bytes) -> str:
    """Return the media type that the bytes themselves show, "" for one that is not taken."""
    for magic, media in _MAGIC.items():
        if data.startswith(magic):
            return media
    if data.startswith(b"PK\x03\x04"):
        return "application/ofd" if _is_ofd(data) else ""
    return "application/xml" if _XML.match(data) else ""


def _other_kind(name: str, data: bytes) -> RuleViolation:
    """Return what is wrong with a file whose kind is not taken: what it is, and what to do about it."""
    if data.startswith(b"PK\x03\x04"):
        return _other_zip(name, data)
    known = ((found, remedy) for begins, found, remedy in _OTHERS if begins.match(data))
    found, remedy = next(known, _UNKNOWN)
    return OTHER_KIND(name=name, found=found, remedy=remedy)


def _other_zip(name: str, data: bytes) -> RuleViolation:
    """Return what is wrong with a ZIP that is no OFD: cut off (its end tells what is in it), of an office, packed."""
    try:
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return TORN(name=name, missing=Phrase("没有 OFD 或压缩包的结尾", "the OFD or archive has no end"))
    if "[Content_Types].xml" in names:
        return OTHER_KIND(
            name=name, found=Phrase("Word、Excel 等办公文件", "a file of an office program"), remedy=_OFFICE
        )
    return OTHER_KIND(name=name, found=Phrase("压缩包", "an archive"), remedy=_PACKED)


def _check_whole(name: str, media: str, data: bytes) -> None:
    """Raise `attachment.torn` for what was cut off, `attachment.no_invoice` for XML that is none."""
    end, missing = _ENDS.get(media, (b"", _NOT_READ))
    if end not in (data[-_PDF_END_BYTES:] if media == "application/pdf" else data):
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

        Raises `attachment.size`, `attachment.too_large`, `attachment.kind`, `attachment.torn`, `attachment.no_invoice`.
        """
        name = cleaned(name)
        if len(data) > MAX_BYTES:
            raise too_large(name)
        if not data:
            raise EMPTY(name=name)
        media = media_of(data)
        if not media:
            raise _other_kind(name, data)
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
