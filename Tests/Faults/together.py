"""Several at once, and interruptions: locks, Ctrl-C, and going on where it was."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import time

import trees
from tally import CI, Tally
from vaults import leftover
from world import FREEHOLD, World, require, wait_until

tally = Tally("together")
PACK = 16 << 20


class Crowd(World):
    def start(self, *arguments, env=None):
        return subprocess.Popen(
            [FREEHOLD, *arguments, "-C", self.path("folder")], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, "FREEHOLD_HOME": self.path("home"), **(env or {})})

    @staticmethod
    def end(process, timeout=120):
        out, err = process.communicate(timeout=timeout)
        return process.returncode, out, err

    def build(self):
        self.found()
        trees.make(self.path("folder"))
        require(self.inside("sync").code == 0, "the first sync")

    def whole(self):
        self.inside("sync")
        name = f"back-{time.monotonic_ns()}"
        back = self.inside("restore", "/", "--to", self.path(name))
        wrong = trees.differences(trees.state(self.path("folder")), trees.state(self.path(name)))
        checked = self.inside("check", "--all")
        left = leftover(self, "home", "folder", "node1")
        return not wrong and back.code == 0 and checked.code == 0 and not left, (
            f"{back} {wrong} {checked} {left}")

    def two(self, rounds):
        """Two syncs at once: one works, the other works or says busy; both is fine, too."""
        codes = []
        for number in range(rounds):
            trees.write(self.path("folder"), f"two-{number}.bin", trees.noise(number, 400_000))
            ends = [self.end(process) for process in [self.start("sync"), self.start("sync")]]
            codes += [end[0] for end in ends]
            busy = [end for end in ends if end[0] == 11]
            good = 0 in [end[0] for end in ends] and all(end[0] in (0, 11) for end in ends)
            told = all("process" in end[2] and "→" in end[2] for end in busy)
            if not (good and told):
                tally.check(f"two syncs at once, round {number}", False, ends)
        tally.check(f"{rounds} times two syncs at once: {sorted(set(codes))}", set(codes) <= {0, 11})
        tally.check("everything is whole afterwards", *self.whole())

    def eight(self, rounds):
        """Eight commands at once, one of them killed."""
        verbs = [["sync"], ["status", "--json"], ["ls"], ["cat", "notes/plan.txt"], ["check"],
                 ["log", "notes/plan.txt"], ["sync"], ["doctor", "--json"]]
        bad, count = [], 0
        for number in range(rounds):
            trees.write(self.path("folder"), f"eight-{number}.bin", trees.noise(number, 200_000))
            running = [(verb, self.start(*verb)) for verb in verbs]
            time.sleep(0.02 * (number % 10))
            running[number % len(running)][1].kill()
            for verb, process in running:
                code, out, err = self.end(process)
                count += 1
                if code not in (0, 3, 11, -9):
                    bad.append((verb, code, err[-300:]))
        tally.check(f"{count} commands, eight at a time, one of each eight killed", not bad, bad[:3])
        tally.check("no lock is left and everything is whole", *self.whole())

    def interrupted(self, number, expected, label):
        """A signal in the middle of a large sync."""
        trees.write(self.path("folder"), f"{label}.bin", trees.noise(label, 80_000_000))
        before = self.stored()
        process = self.start("sync", "--json")
        seen = wait_until(lambda: self.stored() > before or process.poll() is not None, 60)
        started = time.monotonic()
        process.send_signal(number)
        code, out, err = self.end(process)
        seconds = time.monotonic() - started
        tally.check(
            f"{label}: exit {expected} within 5 s ({seconds:.1f} s), and it says what is kept",
            seen and code == expected and seconds < 5 and "kept" in err + out,
            f"{seen} exit {code} in {seconds:.1f} s: {err[-300:]} {out[-300:]}")
        again = self.inside("sync", "--json")
        sent = again.json.get("sent", 0)
        tally.check(f"{label}: the next sync goes on ({sent} bytes sent)", again.code == 0, again)
        tally.check(f"{label}: everything is whole", *self.whole())

    def resumed(self, kills):
        """Killed again and again: what was sent is not sent again."""
        size = (48 if CI else 192) << 20
        trees.write(self.path("folder"), "long.bin", trees.noise("long", size))
        before, known = self.stored(), self.acknowledged()
        step = size // (kills + 1)
        for number in range(1, kills + 1):
            process = self.start("sync")
            wait_until(lambda: self.stored() - before > number * step or process.poll() is not None)
            process.kill()
            process.communicate()
        there, known = self.stored() - before, self.acknowledged() - known
        last = self.inside("sync", "--json")
        sent = last.json.get("sent", 0)
        tally.check("killed again and again, then a sync works", last.code == 0, last)
        # A pack goes from memory, so a kill costs those on their way (decision 0011).
        tally.check(
            f"a kill costs at most three packs: {(there - known) >> 20} MiB in {kills} kills",
            there - known <= kills * 3 * PACK, f"{there} there, {known} acknowledged")
        most = size + size // 50 - known + (1 << 20)
        tally.check(
            f"it sends the rest only: {sent >> 10} KiB, {known >> 10} KiB were acknowledged",
            sent <= most, f"sent {sent}, more than {most}")
        tally.check("everything is whole", *self.whole())

    def acknowledged(self):
        """Bytes of packs that the device knows to be safe."""
        vault = os.path.join(self.path("home", "vaults"), os.listdir(self.path("home", "vaults"))[0])
        with contextlib.closing(sqlite3.connect(os.path.join(vault, "vault.db"))) as database:
            return database.execute("SELECT sum(length) FROM packs WHERE state > 0").fetchone()[0] or 0

    def stored(self):
        total = 0
        for where, _, files in os.walk(self.path("node1", "vaults")):
            for name in files:
                if len(name) == 64:
                    try:
                        total += os.path.getsize(os.path.join(where, name))
                    except OSError:
                        pass
        return total


with Crowd() as world:
    world.build()
    world.two(2 if CI else 20)
    world.eight(2 if CI else 25)
    world.interrupted(signal.SIGINT, 130, "SIGINT")
    world.interrupted(signal.SIGTERM, 130, "SIGTERM")
    world.resumed(2 if CI else 5)
tally.end()
