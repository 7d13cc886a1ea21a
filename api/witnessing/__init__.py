"""The log's side of witnessing (见证): asks the witnesses of its policy, keeps what they sign, hears what they saw."""

from api.witnessing.courier import Target
from api.witnessing.files import NO_POLICY, OTHER_LOGS, FileAnswer, accept
from api.witnessing.witnesses import Witnesses

__all__ = ["NO_POLICY", "OTHER_LOGS", "FileAnswer", "Target", "Witnesses", "accept"]
