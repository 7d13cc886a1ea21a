"""The log's side of witnessing (见证): asks the witnesses of its policy, keeps what they sign, hears what they saw."""

from api.witnessing.courier import Target
from api.witnessing.files import accept, request, witness_named
from api.witnessing.witnesses import Witnesses

__all__ = ["Target", "Witnesses", "accept", "request", "witness_named"]
