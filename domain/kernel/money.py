from decimal import Decimal
def parse_fen(t: str) -> int: return int(Decimal(t.replace(",", "") or "0") * 100)
def plain_fen(f: int) -> str: return f"{f/100:.2f}"
def format_fen(f: int) -> str: return f"{f/100:,.2f}"
