"""How far a book is witnessed (已见证、见证中) under the policy: by whom, since when, and who is missing."""

from projections.witnessing.query import (
    Witnessed,
    Witnessing,
    WitnessState,
    first_over,
    first_over_each,
    newest_checkpoint,
    proof_at,
    state_of,
)

__all__ = [
    "WitnessState",
    "Witnessed",
    "Witnessing",
    "first_over",
    "first_over_each",
    "newest_checkpoint",
    "proof_at",
    "state_of",
]
