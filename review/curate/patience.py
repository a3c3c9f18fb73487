"""How long somebody waits who gave wrong passwords: longer each time, by account and by address."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

from db.errors import MedquantError

FREE_BY_ACCOUNT, FREE_BY_ADDRESS = 5, 20
"""How many wrong passwords cost no waiting."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 900.0
FORGOTTEN_AFTER = 3600.0
MOST_KEPT = 20_000
_HALF_OF_IPV6 = 64


class TooSoonError(MedquantError):
    """A try that came before the waiting time was over."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"too many wrong passwords; wait {_words(seconds)}, then try again")


@dataclass
class _Tries:
    wrong: int = 0
    last: float = 0.0


class Patience:
    """Counts wrong passwords in memory.

    Parameters
    ----------
    now
        Gives the time in seconds.

    Notes
    -----
    A try counts as wrong from its start until it has proved right, so that many at the same time are no way around.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._lock = Lock()

    def claim(self, account: str, address: str) -> None:
        """Begin a try.

        Parameters
        ----------
        account
            The folded name that was typed, whether there is such an account or not.
        address
            From where; of the connection itself, not of a header that anybody can write.

        Raises
        ------
        TooSoonError
            With the seconds that are left to wait; such a try is not counted.
        """
        keys = self._keys(account, address)
        with self._lock:
            now = self._now()
            left = max(self._left(key, free, now) for key, free in keys)
            if left > 0:
                raise TooSoonError(int(left) + 1)
            for key, _free in keys:
                tries = self._tries.setdefault(key, _Tries())
                tries.wrong, tries.last = tries.wrong + 1, now
                self._tries.move_to_end(key)
            while len(self._tries) > MOST_KEPT:
                self._tries.popitem(last=False)

    def right(self, account: str, address: str) -> None:
        """Say that the try was right: the account starts anew, the address has one wrong try less."""
        (mine, _), (place, _) = self._keys(account, address)
        with self._lock:
            self._tries.pop(mine, None)
            if place in self._tries:
                self._tries[place].wrong = max(self._tries[place].wrong - 1, 0)

    @staticmethod
    def _keys(account: str, address: str) -> tuple[tuple[tuple[str, str], int], tuple[tuple[str, str], int]]:
        return (("account", account[:200]), FREE_BY_ACCOUNT), (
            ("address", _network(address)),
            FREE_BY_ADDRESS,
        )

    def _left(self, key: tuple[str, str], free: int, now: float) -> float:
        tries = self._tries.get(key)
        if tries is None:
            return 0.0
        if now - tries.last > FORGOTTEN_AFTER:
            del self._tries[key]
            return 0.0
        over = tries.wrong - free
        if over < 0:
            return 0.0
        return tries.last + min(FIRST_WAIT * 2.0 ** min(over, 30), LONGEST_WAIT) - now


def _network(address: str) -> str:
    """Return what one sender cannot change: an IPv4 address, or the network half of an IPv6 one."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6:
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((int(found), _HALF_OF_IPV6), strict=False))
    return str(found)


def _words(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return f"{-(-seconds // 60)} minutes"
