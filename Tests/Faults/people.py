"""Shared folders: the commands that are disturbed, each with what must hold afterwards."""

import os
import shutil
import signal

import trees
from vaults import Syncing, leftover
from world import require

SHARED = "photos"


def know_bob(world):
    """Makes bob's device and his card, and adds that to the vault's contacts."""
    card = world.device(
        "bob", "card", "--out", world.path("bob.card"), "--no-passphrase", "--name", "bob")
    require(card.code == 0, f"card: {card}")
    added = world.inside("contact", "add", "bob", world.path("bob.card"))
    require(added.code == 0, f"contact add: {added}")


class Granting(Syncing):
    """`grant` of a folder in which there are changes that are not synced yet."""

    def build(self):
        self.meet()
        self.old = trees.state(self.path("folder"))
        trees.edit(self.path("folder"))
        self.new = trees.state(self.path("folder"))
        self.keep("edited")
        return self

    def meet(self):
        """A synced vault, and bob's card in it."""
        self.found()
        trees.make(self.path("folder"))
        know_bob(self)
        self.do("sync")

    def do(self, *command, home="home", folder="folder"):
        result = self.inside(*command, home=home, folder=folder)
        require(result.code == 0, f"{command}: {result}")
        return result

    def keep(self, name):
        """What `before` goes back to from now on."""
        self.stop_nodes()
        self.parts = [part for part in ("home", "folder", "node1", "bob", "bob-photos", "bob.share",
                                        "home2", "folder2") if os.path.exists(self.path(part))]
        self.kept = name
        self.save(name, *self.parts)

    def before(self):
        self.stop_nodes()
        for part in ("back", "bob.share", "bob-photos"):
            path = self.path(part)
            if part not in self.parts and os.path.exists(path):
                os.remove(path) if os.path.isfile(path) else shutil.rmtree(path)
        self.reset(self.kept)
        require(self.start_node(1), "the node starts")

    def grant(self, env=None):
        return self.inside(
            "grant", "bob", "--read", SHARED, "--out", self.path("bob.share"), "--yes", env=env)

    def accept(self, env=None):
        return self.device(
            "bob", "accept", self.path("bob.share"), self.path("bob-photos"), "--name", "theirs",
            env=env)

    def shared(self):
        """What the other person is to see: the folder, and nothing else."""
        inside = os.fsencode(SHARED) + b"/"
        return {name[len(inside):]: value
                for name, value in trees.state(self.path("folder")).items()
                if name.startswith(inside)}

    def seen(self):
        return trees.state(self.path("bob-photos"))

    def judge(self, killed):
        if killed:
            result, found = self.restored()
            if result.code != 0:
                return f"restore right after: {result}"
            wrong = trees.mixed(self.old, self.new, found)
            if wrong:
                return f"half there: {wrong}"
            again = self.grant()
            if again.code != 0:
                return f"grant again: {again}"
        synced = self.inside("sync")
        if synced.code != 0:
            return f"sync: {synced}"
        return self.granted_once() or self.whole(self.new) or self.arrives()

    def granted_once(self):
        """One right, one scope, and no other home of a scope."""
        rows = self.inside("grants", "--json").json.get("grants", [])
        if len(rows) != 1 or rows[0].get("may") != "read":
            return f"not one right: {rows}"
        homes = []
        for where, folders, _ in os.walk(self.path("home", "vaults")):
            homes += folders if os.path.basename(where) == "scopes" else []
        return None if len(homes) == 1 else f"homes of scopes: {homes}"

    def arrives(self):
        """The other person takes it up and has the folder."""
        accepted = self.accept()
        if accepted.code != 0:
            return f"accept: {accepted}"
        synced = self.inside("sync", home="bob", folder="bob-photos")
        if synced.code != 0:
            return f"sync of bob: {synced}"
        wrong = trees.differences(self.shared(), self.seen())
        return f"bob has not what he was granted: {wrong}" if wrong else leftover(
            self, "bob", "bob-photos")


class Mounting(Granting):
    """The first `sync` after the folder was granted: its files change hands."""

    def build(self):
        super().build()
        self.before()
        granted = self.grant()
        require(granted.code == 0, f"grant: {granted}")
        self.keep("granted")
        return self

    def judge(self, killed):
        if killed:
            again = self.inside("sync")
            if again.code != 0:
                return f"sync again: {again}"
        return self.granted_once() or self.whole(self.new) or self.arrives()


class Accepting(Mounting):
    """`accept` by the other person."""

    def build(self):
        super().build()
        self.before()
        self.do("sync")
        self.keep("synced")
        return self

    def judge(self, killed):
        if killed:
            again = self.accept()
            bound = os.path.exists(self.path("bob-photos/.freehold/vault"))
            if again.code != 0 and not (again.code == 2 and bound):
                return f"accept again: {again}"
        synced = self.inside("sync", home="bob", folder="bob-photos")
        if synced.code != 0:
            return f"sync of bob: {synced}"
        wrong = trees.differences(self.shared(), self.seen())
        if wrong:
            return f"bob has not what he was granted: {wrong}"
        homes = os.listdir(self.path("bob/vaults"))
        if len(homes) != 1:
            return f"homes at bob's: {homes}"
        return self.whole(self.new) or leftover(self, "bob", "bob-photos")


class Revoking(Accepting):
    """`revoke` of what the other person has and uses."""

    def build(self):
        super().build()
        self.before()
        accepted = self.accept()
        require(accepted.code == 0, f"accept: {accepted}")
        self.do("sync", home="bob", folder="bob-photos")
        self.had = self.seen()
        self.keep("used")
        return self

    def revoke(self, env=None):
        return self.inside("revoke", "bob", SHARED, "--yes", env=env)

    def judge(self, killed):
        if killed:
            again = self.revoke()
            if again.code == 10:
                # Nothing was left to do: then every node knows already.
                problem = self.covered()
                if problem:
                    return f"revoke again: {again}, and {problem}"
            elif again.code != 0:
                return f"revoke again: {again}"
        trees.write(self.path("folder"), SHARED + "/after.txt", b"not for bob")
        new = trees.state(self.path("folder"))
        synced = self.inside("sync")
        if synced.code != 0:
            return f"sync: {synced}"
        refused = self.inside("sync", home="bob", folder="bob-photos")
        if refused.code not in (3, 13):
            return f"bob is not refused: {refused}"
        wrong = trees.differences(self.had, self.seen())
        if wrong:
            return f"bob has not what he had: {wrong}"
        granted = self.inside("grants", "--json").json.get("grants")
        if granted:
            return f"still granted: {granted}"
        return self.covered() or self.whole(new)

    def covered(self):
        rows = self.inside("revocations", "--json").json
        silent = [row.get("silent") for row in rows.get("revocations", [])]
        return None if silent == [[]] else f"coverage: {rows}"


class Resealing(Revoking):
    """`reencrypt` of a folder that was taken back, with a change in it that is not synced yet."""

    def build(self):
        super().build()
        self.before()
        # Several pieces, a list of pieces that lies in packs itself, and what lies in the tree.
        trees.write(self.path("folder"), SHARED + "/several.bin", trees.noise(12, 1_300_000))
        self.write_sparse(SHARED + "/sparse.bin")
        trees.write(self.path("folder"), SHARED + "/note.txt", b"a few words")
        self.do("sync")
        revoked = self.revoke()
        require(revoked.code == 0, f"revoke: {revoked}")
        self.do("sync")
        require(self.left_to_do(), "there is something to seal anew")
        self.old = trees.state(self.path("folder"))
        # The pieces of this one are no longer in the folder: the node has them.
        trees.write(self.path("folder"), SHARED + "/several.bin", trees.noise(14, 1_200_000))
        self.new = trees.state(self.path("folder"))
        self.keep("revoked")
        return self

    def write_sparse(self, name):
        """More pieces and holes than a manifest names itself."""
        with open(self.path("folder", name), "wb") as file:
            for number in range(70):
                file.seek(number << 16)
                file.write(trees.noise(number, 4096))

    def reseal(self, env=None):
        return self.inside("reencrypt", SHARED, "--yes", env=env)

    def left_to_do(self):
        """What a further run would seal anew, or bring to the node; None for nothing."""
        told = self.inside("reencrypt", SHARED, "--dry-run", "--json")
        nothing = {"files": 0, "bytes": 0, "conflicts": 0, "waitingBytes": 0}
        return None if told.code == 0 and told.json.get("before") == nothing else f"{told}"

    def judge(self, killed):
        if killed:
            result, found = self.restored()
            if result.code != 0:
                return f"restore right after: {result}"
            wrong = trees.differences(self.old, found)
            if wrong:
                return f"not as it was: {wrong}"
            again = self.reseal()
            if again.code != 0:
                return f"reencrypt again: {again}"
        left = self.left_to_do()
        if left:
            return f"exit 0, and something is left: {left}"
        result, found = self.restored()
        wrong = trees.differences(self.old, found)
        if result.code != 0 or wrong:
            return f"not what it was: {result} {wrong}"
        synced = self.inside("sync")
        if synced.code != 0:
            return f"sync: {synced}"
        return self.whole(self.new) or self.clean()

    def clean(self):
        """The node has nothing that is damaged or belongs to nobody."""
        self.stop_node(1, signal.SIGTERM)
        scrub = self.node_command(1, "scrub", "--json")
        return f"scrub: {scrub}" if scrub.code != 0 or scrub.json.get("strays") else None


class Hearing(Granting):
    """A device that hears that a folder is shared, and has changes in it that are not synced."""

    def build(self):
        self.meet()
        self.join("home2", "folder2")
        self.do("sync", home="home2", folder="folder2")
        granted = self.grant()
        require(granted.code == 0, f"grant: {granted}")
        self.do("sync")
        self.edit(self.path("folder2"))
        self.new = trees.state(self.path("folder2"))
        self.keep("heard")
        return self

    @staticmethod
    def edit(folder):
        trees.edit(folder)
        trees.write(folder, SHARED + "/new.jpg", trees.noise(11, 70_000))
        trees.write(folder, SHARED + "/deep/new.txt", b"new and deep")

    def hear(self, env=None):
        return self.inside("sync", home="home2", folder="folder2", env=env)

    def judge(self, killed):
        if killed:
            again = self.hear()
            if again.code != 0:
                return f"sync again: {again}"
        wrong = trees.differences(self.new, trees.state(self.path("folder2")))
        if wrong:
            return f"the second device has not what it had: {wrong}"
        synced = self.inside("sync")
        if synced.code != 0:
            return f"sync of the first device: {synced}"
        return self.whole(self.new) or self.arrives()
