from __future__ import annotations
import re, hashlib
A = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_R = re.compile(f"[0-7][{A}]{{25}}")
def encode(ms: int, r: bytes) -> str:
    n = (ms << 80) | int.from_bytes(r, "big"); return "".join(A[(n >> 5 * i) & 31] for i in range(25, -1, -1))
def is_ulid(t: str) -> bool: return bool(_R.fullmatch(t))
def derive(ms: int, *parts: str) -> str:
    return encode(ms, hashlib.sha256(b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)).digest()[:10])
