"""The bank accounts of a book, as they are held against a bank's statement."""

from projections.bank.query import balance_fen, book_lines, statements_reach

__all__ = ["balance_fen", "book_lines", "statements_reach"]
