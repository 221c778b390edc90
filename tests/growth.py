"""Whether work grows with the text or with its square: one size and four times that, side by side in one process."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

SLACK = 0.002
"""Seconds: what takes no time to speak of cannot be quadratic."""


def assert_linear(work: Callable[[int], Callable[[], object]], size: int, *, times: int = 4) -> None:
    """Let work on `times` the size take less than twice `times` as long: were it quadratic, it would take `times` ** 2.

    What the machine does besides only adds, so the least of several attempts is what the work takes. There are more
    attempts as long as the ratio looks bad: work that is quadratic looks bad in all of them.
    """
    small, large = work(size), work(times * size)
    least = [float("inf")] * 2
    for _ in range(8):
        for at, timed in enumerate((small, small, large)):
            least[at // 2] = min(least[at // 2], _seconds(timed))
        if least[1] < 2 * times * least[0] + SLACK:
            return
    raise AssertionError(f"{times} x the size took {least[1] / least[0]:.1f} x as long")


def _seconds(work: Callable[[], object]) -> float:
    """How long work takes by itself: in a process that ran many tests before, the collector would take longer."""
    gc.disable()
    start = time.process_time()
    try:
        work()
        return time.process_time() - start
    finally:
        gc.enable()
