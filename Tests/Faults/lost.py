"""Parts of a device's state, or a node's disk, are gone or damaged.

Oracle: no data changes; what can be made again is made again by itself; what cannot is said in a
sentence that names the cure.
"""

import os
import random
import shutil

import trees
from tally import CI, Tally
from vaults import leftover
from world import World, require

tally = Tally("lost")


class Lost(World):
    def build(self, nodes=2, redundancy="1/2"):
        self.found(nodes, redundancy)
        trees.make(self.path("folder"))
        require(self.inside("sync").code == 0, "the first sync")
        trees.edit(self.path("folder"))
        require(self.inside("sync").code == 0, "the second sync")
        vaults = os.listdir(self.path("home", "vaults"))
        require(len(vaults) == 1, vaults)
        self.vault = self.path("home", "vaults", vaults[0])
        self.wanted = trees.state(self.path("folder"))
        return self

    def unchanged(self):
        """The folder, the vault and the nodes hold what they held."""
        wrong = trees.differences(self.wanted, trees.state(self.path("folder")))
        if wrong:
            return f"the folder changed: {wrong}"
        shutil.rmtree(self.path("back"), ignore_errors=True)
        back = self.inside("restore", "/", "--to", self.path("back"))
        wrong = trees.differences(self.wanted, trees.state(self.path("back")))
        if back.code != 0 or wrong:
            return f"restore: {back} {wrong}"
        checked = self.inside("check", "--all")
        if checked.code != 0:
            return f"check --all: {checked}"
        return leftover(self, "home", "folder")


def damage(path, how):
    if how == "deleted":
        os.remove(path)
    elif how == "emptied":
        open(path, "wb").close()
    elif how == "cut":
        os.truncate(path, os.path.getsize(path) // 2)
    else:
        chance = random.Random(how)
        with open(path, "r+b") as file:
            for _ in range(8):
                file.seek(chance.randrange(os.path.getsize(path)))
                file.write(bytes([chance.randrange(256)]))


def index(how):
    """The folder index says what was in step: without it everything is compared again."""
    with Lost() as world:
        world.build()
        damage(os.path.join(world.vault, "folder.index"), how)
        synced = world.inside("sync")
        if synced.code != 0:
            return f"sync: {synced}"
        return world.unchanged()


def marker():
    """The binding in the folder is gone."""
    with Lost() as world:
        world.build()
        shutil.rmtree(world.path("folder", ".freehold"))
        synced = world.inside("sync")
        if synced.code != 10 or "→" not in synced.err:
            return f"sync without a binding: {synced}"
        again = world.init()
        return None if again.code in (0, 2) and "→" in again.err else f"init: {again}"


def database(how):
    """The database is gone or damaged: a sentence with a cure, never a trap or a wrong answer."""
    with Lost() as world:
        world.build()
        for name in ("vault.db-wal", "vault.db-shm"):
            path = os.path.join(world.vault, name)
            if os.path.exists(path):
                os.remove(path)
        damage(os.path.join(world.vault, "vault.db"), how)
        for verb in (["status"], ["sync"], ["ls"], ["check", "--all"], ["doctor"]):
            result = world.inside(*verb)
            if result.code not in (0, 1, 3, 10, 15):
                return f"{verb}: {result}"
            if result.code not in (0,) and "→" not in result.err + result.out:
                return f"{verb} names no cure: {result}"
        wrong = trees.differences(world.wanted, trees.state(world.path("folder")))
        return f"the folder changed: {wrong}" if wrong else None


def key(how):
    """The device's key file is gone or damaged."""
    with Lost() as world:
        world.build()
        damage(world.path("home", "device.key"), how)
        for verb in (["sync"], ["cat", "notes/plan.txt"]):
            result = world.inside(*verb)
            if result.code not in (10, 12, 15) or "→" not in result.err:
                return f"{verb}: {result}"
        return None


def pack(how):
    """A pack that no node has yet is damaged on the device: named, and cut again from the folder."""
    with Lost() as world:
        world.build()
        world.stop_nodes()
        trees.write(world.path("folder"), "late.bin", trees.noise(3, 900_000))
        world.wanted = trees.state(world.path("folder"))
        offline = world.inside("sync")
        require(offline.code == 14, offline)
        outbox = os.path.join(world.vault, "outbox")
        packs = os.listdir(outbox)
        require(packs, "a pack waits")
        damage(os.path.join(outbox, packs[0]), how)
        for number in (1, 2):
            require(world.start_node(number), "the node starts")
        first = world.inside("sync")
        if first.code not in (0, 3, 15):
            return f"sync: {first}"
        second = world.inside("sync")
        if second.code != 0:
            return f"second sync: {second} (the first: {first})"
        return world.unchanged()


def node(same_key):
    """A node's disk is replaced by an empty one, with the old key or as a new node."""
    with Lost() as world:
        world.build()
        world.stop_node(2)
        old = world.path("old-node2")
        os.rename(world.path("node2"), old)
        if same_key:
            os.makedirs(world.path("node2"))
            for name in ("node.toml", "node.key", "tls.key", "tls.cert", "node.record"):
                shutil.copy(os.path.join(old, name), world.path("node2", name))
            require(world.start_node(2), "the node starts with an empty disk")
            result = world.inside("sync")
            if result.code not in (3, 13, 15) or "node2" not in result.err or "→" not in result.err:
                return f"sync: {result}"
            again = world.inside("node", "add", world.invitation(2), "--name", "node2")
            if again.code != 0:
                return f"node add with a new invitation: {again}"
        else:
            world.make_node(2)
            require(world.start_node(2), "the new node starts")
            gone = world.inside("sync")
            if gone.code not in (3, 15) or "node2" not in gone.err:
                return f"sync: {gone}"
            removed = world.inside("node", "remove", "node2", "--yes")
            if removed.code != 0:
                return f"node remove: {removed}"
            added = world.inside("node", "add", world.invitation(2), "--name", "new2")
            if added.code != 0:
                return f"node add: {added}"
        codes = []
        for _ in range(4):
            synced = world.inside("sync")
            codes.append(synced.code)
            if synced.code == 0 and world.inside("status", "--json").json["redundancy"]["met"]:
                break
        else:
            return f"not whole after {codes}: {synced} {world.inside('status')}"
        # The new disk alone brings everything back.
        world.stop_node(1)
        world_back = world.inside("restore", "/", "--to", world.path("alone"))
        wrong = trees.differences(world.wanted, trees.state(world.path("alone")))
        if world_back.code not in (0, 3) or wrong:
            return f"restore from the new disk alone: {world_back} {wrong}"
        require(world.start_node(1), "the other node is back")
        return world.unchanged()


for how in ("deleted", "scribbled") if CI else ("deleted", "emptied", "cut", "scribbled"):
    tally.point(f"index-{how}", lambda: index(how))
    tally.point(f"database-{how}", lambda: database(how))
    tally.point(f"key-{how}", lambda: key(how))
    tally.point(f"pack-{how}", lambda: pack(how))
tally.point("marker", marker)
tally.point("node-same-key", lambda: node(True))
tally.point("node-new-key", lambda: node(False))
tally.end()
