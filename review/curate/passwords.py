"""Passwords: which are good enough, how they are kept, and how one is compared."""

import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from db.errors import MedquantError
from review.curate.people import folded

SHORTEST, LONGEST = 12, 1024
FEWEST_DIFFERENT = 5
BESIDE_NAME = 8
COMMON = frozenset(
    {
        "000000000000", "111111111111", "1234567890123", "123456789012", "123456789abc", "1234567890ab", "1q2w3e4r5t6y",
        "1qaz2wsx3edc", "abcdefghijkl", "adminadmin12", "administrator", "changeme1234", "changemenow1", "correcthorse",
        "correcthorsebatterystaple", "correct horse battery staple", "iloveyou1234", "iloveyouforever", "letmein12345",
        "medquant1234", "medquantmedquant", "mypassword123", "passw0rd1234", "password1234", "password12345",
        "password123456", "passwordpassword", "qazwsxedcrfv", "qwerty123456", "qwertyqwerty", "qwertyuiop12",
        "qwertyuiop123", "qwertyuiopasdf", "secretsecret", "trustno1trustno1", "welcome12345", "welcome123456",
        "zaq12wsxcde3",
    }
)  # fmt: skip
"""Passwords that guessers try first, of those that are long enough; in small letters."""

_AT_ONCE = BoundedSemaphore(2)  # each comparison takes 64 MiB and all it gets of the processor


def _hasher() -> PasswordHasher:
    return PasswordHasher()


def check_password(name: str, password: str) -> None:
    """Refuse a password that is easily guessed.

    Raises
    ------
    MedquantError
        With the rule that it breaks; the password itself is not repeated.
    """
    if len(password) < SHORTEST:
        raise MedquantError(
            f"the password has {len(password)} characters; at least {SHORTEST} are needed: a sentence is good"
        )
    if len(password) > LONGEST:
        raise MedquantError(f"the password has {len(password):,} characters; at most {LONGEST:,} are allowed")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in password):
        raise MedquantError("the password holds a control character, which cannot be typed; leave it out")
    plain = folded(password)
    if len(plain.replace(folded(name), "")) < BESIDE_NAME:
        raise MedquantError("the password is hardly more than the name; choose another")
    if plain in COMMON or len(set(plain)) < FEWEST_DIFFERENT:
        raise MedquantError("the password is among the first that guessers try; choose another")


def hash_password(password: str) -> str:
    """Return what is kept of a password: Argon2id with a salt of its own."""
    with _AT_ONCE:
        return _hasher().hash(_bytes(password))


def same_password(kept: str | None, password: str) -> bool:
    """Return whether a password is the one that was kept.

    Parameters
    ----------
    kept
        What `hash_password` gave; None if there is no such account: a hash is compared all the same, so that the time
        taken does not tell which names exist.
    password
        What was typed.
    """
    with _AT_ONCE:
        try:
            _hasher().verify(kept or stand_in(), _bytes(password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Return whether a password should be hashed anew because the parameters have changed."""
    return _hasher().check_needs_rehash(kept)


@cache
def stand_in() -> str:
    """Return the hash that is compared where there is no account."""
    return _hasher().hash("nobody has this password")


def _bytes(password: str) -> bytes:
    """Return the bytes that are hashed, the same from every keyboard."""
    return unicodedata.normalize("NFKC", password[: LONGEST + 1]).encode("utf-8", "surrogatepass")
