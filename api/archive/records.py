"""The records of a year's archive: what they are called, how long they are kept, and their catalogue as CSV and XML."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from api.adapters.tables import Table, TableColumn, to_csv

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from domain.vouchers import File

PERMANENT, THIRTY, TEN = "永久", "30年", "10年"
"""How long something is kept, counted from the year's end (会计档案管理办法 art. 14 with its table)."""

VOUCHERS, LEDGERS, REPORTS, OTHERS = "PZ", "ZB", "BB", "QT"
"""The categories (类别号): 凭证, 账簿, 报表, 其他."""

KINDS = {VOUCHERS: "记账凭证", LEDGERS: "会计账簿", REPORTS: "财务会计报告", OTHERS: "其他会计资料"}
"""What a record of a category is (凭证类别; beside vouchers the kinds of 会计档案管理办法 art. 6)."""

ORIGINAL = "原始凭证"
"""What the original behind a voucher is."""

SOURCE = "sunledger"


@dataclass(frozen=True)
class Record:
    """A file of the archive with what DA/T 94 wants to be said of it, in the order of the catalogue's columns.

    `category`, `volume` and `piece` make its 档号; `number` is a voucher's, `attachments` how many originals it has.
    `original` tells that it is one of these; `missing` is one that is not there, `absent` says why another record is
    not: the catalogue says so, and its path and data are empty.
    """

    path: str
    data: bytes
    category: str
    volume: int
    piece: int
    title: str
    responsible: str
    date: str
    kept: str
    number: str = ""
    attachments: int = 0
    signers: str = ""
    related: str = ""
    original: bool = False
    missing: File | None = None
    absent: str = ""

    @property
    def sha256(self) -> str:
        """The SHA-256 of its data, or of that which is missing; "" of what is absent."""
        if self.absent:
            return ""
        return self.missing.sha256 if self.missing else sha256(self.data).hexdigest()

    @property
    def reference(self) -> str:
        """Its 档号: category, volume, piece."""
        return f"{self.category}-{self.volume:04d}-{self.piece:04d}"

    @property
    def described(self) -> dict[str, str]:
        """Its metadata by element, in order."""
        return {
            "档号": self.reference,
            "题名": self.title,
            "责任者": self.responsible,
            "日期": self.date,
            "凭证类别": ORIGINAL if self.original else KINDS[self.category],
            "凭证号": self.number,
            "附件数": str(self.attachments),
            "保管期限": self.kept,
            "密级": "公开",
            "格式": form_of(self.missing.media) if self.missing else self.path.rpartition(".")[2],
            "文件名": self.path,
            "文件大小": str(self.missing.size if self.missing else len(self.data)),
            "电子签名": self.signers,
            "来源系统": SOURCE,
            "关联凭证号": self.related,
            "SHA-256": self.sha256,
            "备注": "归档时原件不在服务器上" if self.missing else self.absent,
        }


def form_of(media: str) -> str:
    """Return what the name of a file of a media type ends in."""
    return media.rpartition("/")[2] or "bin"


def catalogue_csv(described: Sequence[dict[str, str]]) -> bytes:
    """Return the catalogue (归档目录) of records as a table."""
    columns = tuple(map(TableColumn, described[0]))
    return to_csv(Table("归档目录", columns, [tuple(one.values()) for one in described]))


def catalogue_xml(described: Sequence[dict[str, str]], book: str, name: str, year: str) -> bytes:
    """Return the catalogue as XML: an element for each record, and in it one for each of its metadata."""
    root = ET.Element("归档目录", {"账套": book, "单位名称": name, "年度": year})
    for record in described:
        element = ET.SubElement(root, "文件")
        for key, value in record.items():
            ET.SubElement(element, key).text = value
    ET.indent(root)
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def checksums(digests: Mapping[str, str]) -> bytes:
    """Return what `sha256sum --check` reads, of SHA-256 by path."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()
