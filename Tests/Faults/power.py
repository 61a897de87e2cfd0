"""Power cuts: a file system stops at once and forgets everything that was not synced.

XFS and ext4 on a loop file, stopped by their shutdown calls, mounted again (which replays the
journal). The device's state and folder lie on one, or a node's data, or both. Cuts come right after
a command has ended, when everything it acknowledged must be there, and at random moments.
"""

import fcntl
import os
import random
import shutil
import struct
import subprocess
import time

import trees
from people import SHARED, Resealing
from tally import CI, POINT, Tally
from vaults import leftover
from world import FREEHOLD, Broken, World, require, run, wait_until

tally = Tally("power")
TRIALS = int(os.environ.get("TRIALS", "1" if CI else "12"))
SEED = int(os.environ.get("SEED", "1"))
EXT4_SHUTDOWN = 0x8004587D
# What each kind of run takes, learned from the runs that were left alone.
seconds_of = {}


class Loop:
    """A file system on a loop file that can lose its power."""

    def __init__(self, kind, where):
        self.kind, self.image, self.mount = kind, where + ".img", where
        os.makedirs(where)
        with open(self.image, "wb") as file:
            file.truncate(400 << 20)
        # One device for all mounts: a new one could see what the old one has not let go of.
        self.device = self.do("losetup", "--find", "--show", self.image).strip()
        self.do("mkfs." + kind, "-q", self.device)
        self.do("mount", self.device, where)

    @staticmethod
    def do(*command):
        answer = run(list(command))
        require(answer.code == 0, f"{command}: {answer}")
        return answer.out

    def cut(self):
        if self.kind == "xfs":
            run(["xfs_io", "-x", "-c", "shutdown", self.mount])
            return
        file = os.open(self.mount, os.O_RDONLY)
        # 2: without writing the journal out first.
        fcntl.ioctl(file, EXT4_SHUTDOWN, struct.pack("I", 2))
        os.close(file)

    def back(self):
        require(
            wait_until(lambda: run(["umount", self.mount]).code == 0, 30),
            "the stopped file system cannot be unmounted")
        self.do("mount", self.device, self.mount)

    def sync(self):
        self.do("sync", "-f", self.mount)

    def close(self):
        wait_until(lambda: run(["umount", self.mount]).code == 0, 10)
        run(["losetup", "--detach", self.device])


class Cuts(World):
    """A world whose parts named in `on` lie on the file system that is cut."""

    on = ()

    def path(self, *parts):
        return super().path(*(("disk",) if parts[0] in self.on else ()), *parts)

    def build(self, kind, on):
        self.loop = Loop(kind, self.path("disk"))
        self.on = on
        self.found()
        trees.make(self.path("folder"))
        self.count = 0
        require(self.inside("sync").code == 0, "the first sync")
        self.acknowledged = trees.state(self.path("folder"))

    def close(self):
        self.stop_nodes()
        self.loop.close()
        super().close()

    def change(self):
        """Another few changes; durable, because what programs do not sync is theirs to lose."""
        self.count += 1
        number = self.count
        folder = self.path("folder")
        trees.write(folder, f"turn-{number}/small", b"%d" % number)
        trees.write(folder, f"turn-{number}/large", trees.noise(number, 700_000))
        trees.write(folder, "always.txt", b"turn %d\n" % number * 400)
        with open(os.path.join(folder, "film.bin"), "r+b") as file:
            file.seek(number * 1000 % 2_000_000)
            file.write(trees.noise(number, 3000))
        if number > 1:
            os.rename(f"{folder}/turn-{number - 1}/small", f"{folder}/turn-{number - 1}/moved")
        if number > 2:
            shutil.rmtree(f"{folder}/turn-{number - 2}", ignore_errors=True)
        self.loop.sync()
        return trees.state(folder)

    def cut(self):
        self.loop.cut()
        self.stop_nodes()
        self.loop.back()
        self.restart()

    def restart(self):
        if not self.start_node(1):
            with open(self.path("node1.log")) as log:
                raise Broken(f"the node does not start again by itself: {log.read()[-800:]}")

    def restored(self):
        shutil.rmtree(self.path("back"), ignore_errors=True)
        result = self.inside("restore", "/", "--to", self.path("back"))
        require(result.code == 0, f"restore: {result}")
        return trees.state(self.path("back"))

    def settle(self, wanted):
        """The next sync just works, and everything is whole."""
        again = self.inside("sync")
        require(again.code == 0, f"sync afterwards: {again}")
        wrong = trees.differences(wanted, self.restored())
        require(not wrong, f"not the same: {wrong}")
        checked = self.inside("check", "--all")
        require(checked.code == 0, f"check --all: {checked}")
        self.acknowledged = wanted
        return leftover(self, "home", "folder", "node1")

    def after(self):
        """The power goes right after a sync has ended well."""
        wanted = self.change()
        started = time.monotonic()
        done = self.inside("sync")
        seconds_of[self.loop.kind] = time.monotonic() - started
        require(done.code == 0, f"sync: {done}")
        self.cut()
        wrong = trees.differences(wanted, self.restored())
        require(not wrong, f"acknowledged and lost: {wrong}")
        return self.settle(wanted)

    def cut_after(self, seconds, *command):
        """Cuts so long after a command has begun; the code that it ends with, None for not yet."""
        process = subprocess.Popen(
            [FREEHOLD, *command, "-C", self.path("folder")], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={**os.environ, "FREEHOLD_HOME": self.path("home")})
        time.sleep(seconds)
        self.loop.cut()
        ended = process.poll()
        process.kill()
        process.wait()
        self.stop_nodes()
        self.loop.back()
        self.restart()
        tally.note(f"cuts during {command[0]}" if ended != 0 else "cuts after its end")
        return ended

    def during(self, chance):
        """The power goes at a random moment of a sync."""
        old, wanted = self.acknowledged, self.change()
        ended = self.cut_after(
            chance.uniform(0, 1.1) * seconds_of.get(self.loop.kind, 1), "sync")
        found = self.restored()
        if ended == 0:
            wrong = trees.differences(wanted, found)
            require(not wrong, f"acknowledged and lost: {wrong}")
        wrong = trees.mixed(old, wanted, found)
        require(not wrong, f"half there: {wrong}")
        return self.settle(wanted)


def trials(kind, on, label):
    if POINT and not POINT.startswith(f"{kind}-{label}"):
        return
    with Cuts() as world:
        world.build(kind, on)
        chance = random.Random(f"{SEED}-{kind}-{label}")
        for number in range(1, TRIALS + 1):
            # Every trial goes on from the one before, so POINT names the whole row.
            tally.point(POINT or f"{kind}-{label}", world.after)
            tally.note("cuts right after exit 0")
            tally.point(POINT or f"{kind}-{label}", lambda: world.during(chance))


class Founded(Cuts):
    """`init`, then the cut."""

    def close(self):
        World.close(self)

    def trial(self, kind):
        loop = Loop(kind, self.path("disk"))
        self.on = ("home", "folder", "sheet", "back")
        try:
            made = self.init()
            require(made.code == 0, made)
            loop.cut()
            loop.back()
            did = open(self.path("folder", ".freehold/vault")).read().strip()
            require(did in open(self.path("sheet")).read(), "the sheet is the vault's")
            trees.write(self.path("folder"), "a", b"a")
            synced = self.inside("sync")
            require(synced.code in (0, 3), synced)
            cat = self.inside("cat", "a")
            require(cat.code == 0 and cat.out == "a", cat)
            back = self.inside("restore", "/", "--to", self.path("back"))
            require(back.code == 0, back)
            loop.cut()
            loop.back()
            wrong = trees.differences(
                trees.state(self.path("folder")), trees.state(self.path("back")))
            require(not wrong, f"restored and lost: {wrong}")
        finally:
            loop.close()


def founded(kind):
    for _ in range(TRIALS):
        with Founded() as world:
            tally.point(POINT or f"{kind}-init", lambda: world.trial(kind))
            tally.note("cuts right after exit 0", 2)


class Shared(Founded, Resealing):
    """A folder is shared, taken up, synced, taken back and sealed anew, with a cut after each."""

    def trial(self, kind, chance):
        self.loop = Loop(kind, self.path("disk"))
        self.on = ("home", "folder", "node1", "bob", "bob-photos", "bob.card", "bob.share", "back")
        try:
            self.meet()
            granted = self.grant()
            require(granted.code == 0, f"grant: {granted}")
            self.cut()
            accepted = self.accept()
            require(accepted.code == 0, f"accept, after a cut behind grant: {accepted}")
            self.cut()
            trees.write(self.path("folder"), SHARED + "/large.bin", trees.noise(15, 12_000_000))
            self.loop.sync()
            self.do("sync")
            require(not self.granted_once(), self.granted_once())
            self.do("sync", home="bob", folder="bob-photos")
            self.cut()
            wrong = trees.differences(self.shared(), self.seen())
            require(not wrong, f"acknowledged to bob and lost: {wrong}")
            had = self.seen()
            revoked = self.revoke()
            require(revoked.code == 0, f"revoke: {revoked}")
            self.cut()
            require(not self.covered(), self.covered())
            trees.write(self.path("folder"), SHARED + "/after.txt", b"not for bob")
            self.do("sync")
            refused = self.inside("sync", home="bob", folder="bob-photos")
            require(refused.code in (3, 13), f"bob is not refused: {refused}")
            wrong = trees.differences(had, self.seen())
            require(not wrong, f"bob has not what he had: {wrong}")
            self.loop.sync()
            self.cut_after(chance.uniform(0, 0.15), "reencrypt", SHARED, "--yes")
            resealed = self.reseal()
            require(resealed.code == 0, f"reencrypt: {resealed}")
            self.cut()
            require(not self.left_to_do(), self.left_to_do())
            return self.settle(trees.state(self.path("folder")))
        finally:
            self.stop_nodes()
            self.loop.close()


def shared(kind):
    chance = random.Random(f"{SEED}-{kind}-people")
    for _ in range(TRIALS):
        with Shared() as world:
            tally.point(POINT or f"{kind}-people", lambda: world.trial(kind, chance))
            tally.note("cuts right after exit 0", 5)


def possible():
    """Mounting needs root and loop devices; where they are missing nothing is claimed."""
    if os.geteuid() != 0:
        return False
    with World() as world:
        try:
            Loop("ext4", world.path("disk")).close()
            Loop("xfs", world.path("other")).close()
            return True
        except Exception as error:
            print(f"  {error}")
            return False


if not possible():
    print("power: skipped: mounting a loop file needs root and loop devices; 0 cuts made")
    raise SystemExit(0)
for kind in ("ext4", "xfs"):
    if not POINT or POINT == f"{kind}-init":
        founded(kind)
    if not POINT or POINT == f"{kind}-people":
        shared(kind)
    trials(kind, ("home", "folder"), "device")
    trials(kind, ("node1",), "node")
    trials(kind, ("home", "folder", "node1"), "both")
tally.end()
