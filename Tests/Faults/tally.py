"""Counts what passed and failed, and says how to see one point again."""

import os
import sys
import time
import traceback

CI = bool(os.environ.get("CI"))
POINT = os.environ.get("POINT", "")


class Tally:
    def __init__(self, suite):
        self.suite = suite
        self.passed = self.failed = 0
        self.numbers = {}
        self.started = time.monotonic()

    def check(self, what, holds, detail=""):
        """One named check."""
        if holds:
            self.passed += 1
            if not self.quiet:
                print(f"  ok    {what}", flush=True)
        else:
            self.failed += 1
            print(f"  FAIL  {what}: {str(detail)[-1500:]}", flush=True)
        return bool(holds)

    quiet = False

    def say(self, text):
        print(f"== {text}", flush=True)

    def note(self, name, number=1):
        """A figure for the summary."""
        self.numbers[name] = self.numbers.get(name, 0) + number

    def point(self, name, body):
        """Runs one point; anything it raises is its failure. POINT=sync: means all of sync."""
        if POINT and POINT != name and not (POINT.endswith(":") and name.startswith(POINT)):
            return
        try:
            problem = body()
        except Exception as error:
            problem = str(error) if type(error).__name__ == "Broken" else traceback.format_exc()
        if problem:
            self.failed += 1
            print(f"  FAIL  {name}: {str(problem)[-1500:]}", flush=True)
            print(f"        again: make faults SUITE={self.suite} POINT={name}", flush=True)
        else:
            self.passed += 1

    def end(self):
        seconds = time.monotonic() - self.started
        for name, number in self.numbers.items():
            print(f"  {name}: {number}")
        print(f"{self.suite}: {self.passed} passed, {self.failed} failed in {seconds:.0f} s", flush=True)
        sys.exit(1 if self.failed else 0)


def sample(count, share):
    """All numbers from 1 to `count`; in CI so many of them, spread evenly, both ends included."""
    if not CI or count <= share:
        return list(range(1, count + 1))
    return sorted({1 + round(i * (count - 1) / (share - 1)) for i in range(share)})
