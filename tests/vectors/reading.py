"""Reading the vectors of logs: each as a bundle, and what the audit in Python finds in it."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

from audit.bundle import write_bundle
from audit.source import open_source
from audit.tlog.policy import parse_policy
from audit.tlog.tiles import encode_bundle
from audit.verify import verify
from audit.witnessed import Asked
from domain.kernel.errors import RuleViolation

FOLDER = Path(__file__).parent
Found = list[tuple[str, int | None]]
"""Rule and entry of each finding."""


NOW_S = int(time.time())
"""The reader's clock, as the page in the browser reads it."""


def read(name: str) -> Any:  # noqa: ANN401 -- whatever the file holds
    """Return the object in a file of vectors."""
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def read_logs() -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Return every log of the vectors, with the parts of its file."""
    files = [read(name) for name in ("logs.json", "private.json")]
    return [(log, file["parts"]) for file in files for log in file["logs"]]


def write_log(log: dict[str, Any], parts: dict[str, str], path: Path) -> Path:
    """Write a log of the vectors as a bundle and return its path."""
    files = {name: _bytes(file, parts) for name, file in log["files"].items()}
    write_bundle(path, files.items())
    if log["cut"]:
        path.write_bytes(path.read_bytes()[: -log["cut"]])
    return path


def _bytes(file: str | list[str], parts: dict[str, str]) -> bytes:
    if isinstance(file, list):
        return encode_bundle([base64.b64decode(parts[name]) for name in file])
    return base64.b64decode(parts[file])


def audited(path: Path, *, anchor: str = "", policy: str = "", kept: bytes = b"") -> tuple[Found, str | None]:
    """Return what the audit finds in a bundle, and the rule by which it could not be read, if so."""
    try:
        asked = Asked(parse_policy(policy.encode()), NOW_S) if policy else None
        report = verify(open_source(str(path)), anchor=anchor, kept=kept, asked=asked)
    except RuleViolation as violation:
        return [], violation.rule.code
    return [(finding.rule, finding.entry) for finding in report.findings], None


def outside(path: Path) -> dict[str, Any]:
    """Return what the audit of a bundle says of the values outside its log, without the words."""
    said = verify(open_source(str(path))).outside.as_object()
    digests = [{name: one[name] for name in one if name not in {"zh", "en"}} for one in said["digests"]]
    return {"rolls": said["rolls"], "rows_erased": said["rows_erased"], "digests": digests}
