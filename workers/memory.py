"""How often Python looks for garbage that counting references does not find."""

import gc
from typing import Final

_OBJECTS: Final = 10_000


def collect_less_often() -> None:
    """Look after ten thousand new objects instead of seven hundred.

    Events and states refer to nothing that refers back, so there is little to be found; and a process that
    holds many of them spent a quarter of a fold's time on looking through them.
    """
    gc.set_threshold(_OBJECTS, 10, 10)
