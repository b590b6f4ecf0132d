"""Sealed texts: a data key for each party, wrapped by one master key. Without its data key a text cannot be read again.

AES-256 in Galois counter mode. What a text is about goes into its seal, so that one cannot be put in another's place.
"""

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from inforce.errors import BadInput, MissingKey, WrongKey

KEY_VARIABLE: Final = "INFORCE_PARTIES_KEY"
FILE_VARIABLE: Final = "INFORCE_PARTIES_KEY_FILE"
KEY_BYTES: Final = 32
_NONCE: Final = 12
_PAD: Final = 256
"""Texts are filled up to a multiple of this, so that their length says little."""


class Damaged(Exception):
    """A sealed text was changed, or is another one's."""


class MasterKey:
    """The key that opens all data keys. Keep it apart from the store and its backups."""

    __slots__ = ("_cipher", "_key", "id")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise WrongKey(f"a master key has {KEY_BYTES} bytes, not {len(key)}")
        self._key, self._cipher = key, AESGCM(key)
        self.id = sha256(b"inforce master key " + key).hexdigest()[:16]
        """Tells keys apart; the key cannot be found from it."""

    @classmethod
    def generate(cls) -> Self:
        """A new one, from the operating system's randomness."""
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def of(cls, text: str, source: str = "the text") -> Self:
        """The key of a text as `text` writes it. Raises WrongKey."""
        try:
            key = urlsafe_b64decode(text.strip().encode("ascii"))
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise WrongKey(f"{source} is no master key; one has {KEY_BYTES} bytes, in base64")
        return cls(key)

    @classmethod
    def from_file(cls, path: Path | str) -> Self:
        """The key in a file. Raises MissingKey where it cannot be read, WrongKey where it holds none."""
        try:
            text = Path(path).read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "it is no text"
            raise MissingKey(f"the key file {path} cannot be read ({reason})") from None
        return cls.of(text, f"the key file {path}")

    @property
    def text(self) -> str:
        """The key itself, to be kept safe."""
        return urlsafe_b64encode(self._key).decode()

    def write(self, path: Path | str) -> None:
        """Into a new file that only its owner can read. Raises BadInput where there is one already."""
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(self.text + "\n")
        except OSError as error:
            raise BadInput(f"the key file {path} cannot be written ({error.strerror})") from None

    def wrap(self, data_key: bytes, about: str) -> bytes:
        """A data key, sealed."""
        return _sealed(self._cipher, data_key, about)

    def unwrap(self, wrapped: bytes, about: str) -> bytes:
        """The data key. Raises Damaged."""
        return _opened(self._cipher, wrapped, about)

    def __repr__(self) -> str:
        return f"<MasterKey {self.id}>"

    def __reduce__(self) -> str:
        raise TypeError("a master key is not pickled")


def find_master_key(environment: Mapping[str, str] | None = None) -> MasterKey | None:
    """The master key that the environment gives: itself, or the file it is in. None where it gives none."""
    given = os.environ if environment is None else environment
    text, file = given.get(KEY_VARIABLE), given.get(FILE_VARIABLE)
    if text and file:
        raise WrongKey(f"both {KEY_VARIABLE} and {FILE_VARIABLE} are set; set one of the two")
    if file:
        return MasterKey.from_file(file)
    return MasterKey.of(text, KEY_VARIABLE) if text else None


def new_data_key() -> bytes:
    """A data key."""
    return os.urandom(KEY_BYTES)


def seal(data_key: bytes, text: bytes, about: str) -> bytes:
    """A text, sealed. `about` must be the same to open it."""
    return _sealed(AESGCM(data_key), text + b" " * (-len(text) % _PAD), about)


def unseal(data_key: bytes, sealed: bytes, about: str) -> bytes:
    """The text, with spaces at its end. Raises Damaged."""
    return _opened(AESGCM(data_key), sealed, about)


def _sealed(cipher: AESGCM, content: bytes, about: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + cipher.encrypt(nonce, content, about.encode())


def _opened(cipher: AESGCM, sealed: bytes, about: str) -> bytes:
    try:
        return cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except (InvalidTag, ValueError):
        raise Damaged(about) from None
