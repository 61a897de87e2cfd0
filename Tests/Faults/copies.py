"""Homes that turn out to be copies: the sync that becomes a new device is disturbed."""

import glob
import os
import shutil

import trees
from people import know_bob
from vaults import Syncing
from world import require


class Adopting(Syncing):
    """The first `sync` of a home that came out of a backup: its mark is another file's."""

    def build(self):
        super().build()
        # Some of what is not synced is in the history already, the rest only in the folder.
        offline = self.inside("sync")
        require(offline.code == 14, f"sync without a node: {offline}")
        trees.write(self.path("folder"), "new/later.txt", b"not even saved yet")
        self.new = trees.state(self.path("folder"))
        self.save("edited", *self.parts)
        return self

    def before(self):
        super().before()
        for mark in glob.glob(self.path("home", "vaults", "*", "original")):
            shutil.copy2(mark, mark + ".copy")
            os.replace(mark + ".copy", mark)

    def adopt(self, env):
        return self.inside("sync", env=env)

    def judge(self, killed):
        if killed:
            again = self.inside("sync")
            if again.code != 0:
                return f"sync again: {again}"
        devices = sorted(row["name"] for row in self.devices())
        if devices != ["laptop", "laptop-2"]:
            return f"devices: {devices}"
        return self.whole(self.new)

    def devices(self):
        listed = self.inside("device", "list", "--json").json
        return listed["devices"]


class Forking(Adopting):
    """A home that went back in time unnoticed, and whose other self has synced meanwhile.

    A node shows what it has never signed: it becomes a new device and writes again what only it has.
    """

    # Where both have changed something.
    place = ""

    def build(self):
        self.found()
        trees.make(self.path("folder"))
        self.prepare()
        first = self.inside("sync")
        require(first.code == 0, f"first sync: {first}")
        self.old = trees.state(self.path("folder"))
        self.stop_nodes()
        self.save("start", *self.parts)
        require(self.start_node(1), "the node starts")
        self.other_self()
        theirs = trees.state(self.path("folder"))
        self.stop_nodes()
        self.save("node", "node1")
        self.reset("start")
        self.own_changes()
        self.new = {**trees.state(self.path("folder")),
                    **{name: value for name, value in theirs.items() if name not in self.old}}
        self.save("edited", "home", "folder")
        return self

    def prepare(self):
        pass

    def other_self(self):
        for number in range(2):
            name = f"{self.place}other/{number}.txt"
            trees.write(self.path("folder"), name, b"%d elsewhere" % number)
            synced = self.inside("sync")
            require(synced.code == 0, f"sync of the other self: {synced}")

    def own_changes(self):
        """Several batches, of which the later ones are about what the first ones have made."""
        own = self.place + "own"
        at = lambda name: self.path("folder", own, name)
        for number in range(4):
            trees.write(self.path("folder"), f"{own}/{number}/small.txt", b"%d here" % number)
            trees.write(
                self.path("folder"), f"{own}/{number}/large.bin", trees.noise(number, 90_000))
            trees.write(self.path("folder"), f"{own}/always.txt", b"turn %d" % number)
            if number:
                os.rename(at(f"{number - 1}/small.txt"), at(f"{number - 1}/renamed.txt"))
            if number == 3:
                shutil.rmtree(at("1"))
            offline = self.inside("sync")
            require(offline.code == 14, f"sync without a node: {offline}")

    def before(self):
        self.stop_nodes()
        self.reset("edited")
        self.reset("node")
        shutil.rmtree(self.path("back"), ignore_errors=True)
        require(self.start_node(1), "the node starts")


class ForkingShared(Forking):
    """The same where only the inside of a shared folder has changed meanwhile."""

    place = "photos/"

    def prepare(self):
        know_bob(self)
        for command in (("sync",), ("grant", "bob", "--read", "photos", "--out",
                                    self.path("bob.share"), "--yes")):
            done = self.inside(*command)
            require(done.code == 0, f"{command}: {done}")
