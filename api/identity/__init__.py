"""Private keys and who holds them; a server never sees these, the person's own client does."""

from api.identity.keyfile import load_key, save_key
from api.identity.keyring import Keyring, holder_digest

__all__ = ["Keyring", "holder_digest", "load_key", "save_key"]
