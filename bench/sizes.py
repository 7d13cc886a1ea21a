"""How much each measure does, in three sizes: `full`, `quick` (two minutes on two cores) and `tiny` (for the tests)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """Numbers of entries, vouchers, books and rounds."""

    name: str
    rounds: int
    ingest: int
    stock_saves: int
    audit: int
    browser: int
    rebuild: int
    stock_events: int
    read_vouchers: int
    read_calls: int
    growth_small: int
    growth_large: int
    growth_sample: int
    books: int
    books_sample: int
    followed_books: int
    followed_entries: int
    proof_small: int
    proof_large: int
    typed: int


SIZES = {
    "full": Sizes(
        name="full",
        rounds=5,
        ingest=20_000,
        stock_saves=2_000,
        audit=40_000,
        browser=20_000,
        rebuild=40_000,
        stock_events=3_000,
        read_vouchers=100_000,
        read_calls=500,
        growth_small=10_000,
        growth_large=1_000_000,
        growth_sample=20_000,
        books=1_000,
        books_sample=20_000,
        followed_books=1_000,
        followed_entries=1_000,
        proof_small=1_000,
        proof_large=1_000_000,
        typed=200,
    ),
    "quick": Sizes(
        name="quick",
        rounds=3,
        ingest=6_000,
        stock_saves=500,
        audit=10_000,
        browser=5_000,
        rebuild=10_000,
        stock_events=800,
        read_vouchers=10_000,
        read_calls=200,
        growth_small=5_000,
        growth_large=50_000,
        growth_sample=4_000,
        books=1_000,
        books_sample=6_000,
        followed_books=40,
        followed_entries=1_000,
        proof_small=1_000,
        proof_large=100_000,
        typed=60,
    ),
    "tiny": Sizes(
        name="tiny",
        rounds=1,
        ingest=200,
        stock_saves=20,
        audit=300,
        browser=300,
        rebuild=300,
        stock_events=20,
        read_vouchers=300,
        read_calls=20,
        growth_small=100,
        growth_large=400,
        growth_sample=100,
        books=5,
        books_sample=100,
        followed_books=3,
        followed_entries=100,
        proof_small=100,
        proof_large=400,
        typed=3,
    ),
}
