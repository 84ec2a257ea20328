"""The words for people (сообщения людям), in Russian and in English: of problems, of errors, of what roles rest on.

All of them are here; what happened in the cabinet is told in the words of `resolvers.telling`.
"""

from resolvers.wording.problems import message
from resolvers.wording.sentences import said

__all__ = ["message", "said"]
