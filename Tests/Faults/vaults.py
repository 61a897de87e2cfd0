"""The commands that are disturbed, each with its oracle: what must hold afterwards."""

import glob
import os
import re
import shutil
import signal

import trees
from world import Result, World, leftovers, require, wait_until


class Founding(World):
    """`init` in an empty place."""

    def build(self):
        return self

    def before(self):
        for part in ("home", "folder", "sheet", "back"):
            path = self.path(part)
            shutil.rmtree(path, ignore_errors=True)
            if os.path.exists(path):
                os.remove(path)

    def judge(self, killed):
        if killed:
            again = self.init()
            bound = os.path.exists(self.path("folder/.freehold/vault"))
            done = again.code == 2 and "vault already" in again.err and bound
            if again.code != 0 and not done:
                return f"init again: {again}"
        sheet = open(self.path("sheet")).read()
        words = re.findall(r"\b[a-z]{3,8}\b", sheet)
        if len(words) < 24:
            return f"the sheet is not whole: {sheet!r}"
        did = open(self.path("folder/.freehold/vault")).read().strip()
        if did not in sheet.replace("\n", ""):
            return f"the sheet is not this vault's: {did}"
        vaults = os.listdir(self.path("home/vaults"))
        if len(vaults) != 1:
            return f"vaults at home: {vaults}"
        trees.write(self.path("folder"), "a.txt", b"a")
        synced = self.inside("sync")
        if synced.code not in (0, 3):
            return f"sync: {synced}"
        return leftover(self, "home", "folder")


def leftover(world, *parts):
    found = leftovers(*(world.path(part) for part in parts))
    return f"left over: {found}" if found else None


class Syncing(World):
    """A synced vault with a node, and edits that are not synced yet."""

    parts = ("home", "folder", "node1")

    def build(self):
        self.found()
        trees.make(self.path("folder"))
        first = self.inside("sync")
        require(first.code == 0, f"first sync: {first}")
        self.old = trees.state(self.path("folder"))
        trees.edit(self.path("folder"))
        self.new = trees.state(self.path("folder"))
        self.stop_nodes()
        self.save("edited", *self.parts)
        return self

    def before(self):
        self.stop_nodes()
        self.reset("edited")
        shutil.rmtree(self.path("back"), ignore_errors=True)
        require(self.start_node(1), "the node starts")

    def restored(self, home="home"):
        shutil.rmtree(self.path("back"), ignore_errors=True)
        result = self.inside("restore", "/", "--to", self.path("back"), home=home)
        return result, trees.state(self.path("back")) if result.code == 0 else {}

    def judge(self, killed):
        if killed:
            result, found = self.restored()
            if result.code != 0:
                return f"restore right after: {result}"
            wrong = trees.mixed(self.old, self.new, found)
            if wrong:
                return f"half there: {wrong}"
            again = self.inside("sync")
            if again.code != 0:
                return f"sync again: {again}"
        return self.whole(self.new)

    def whole(self, wanted):
        """Everything is there, safe, and nothing else is."""
        result, found = self.restored()
        if result.code != 0:
            return f"restore: {result}"
        wrong = trees.differences(wanted, found) or trees.differences(
            wanted, trees.state(self.path("folder")))
        if wrong:
            return f"not the same: {wrong}"
        status = self.inside("status", "--json").json
        if not status.get("redundancy", {}).get("met") or status.get("pendingBytes") != 0:
            return f"not safe: {status}"
        checked = self.inside("check", "--all")
        if checked.code != 0:
            return f"check --all: {checked}"
        waiting = glob.glob(self.path("home", "vaults", "**", "outbox", "*.pack"), recursive=True)
        return f"safe, and kept here: {waiting}" if waiting else leftover(self, *self.parts)


class Adding(World):
    """`node add` for a vault that has none."""

    def build(self):
        made = self.init()
        require(made.code == 0, made)
        trees.make(self.path("folder"))
        self.make_node(1)
        require(self.start_node(1), "the node starts")
        self.line = self.invitation(1)
        self.stop_nodes()
        self.save("invited", "home", "folder", "node1")
        return self

    def before(self):
        self.stop_nodes()
        self.reset("invited")
        require(self.start_node(1), "the node starts")

    def add(self, env):
        return self.inside("node", "add", self.line, "--name", "attic", env=env)

    def judge(self, killed):
        if killed:
            again = self.add({})
            if again.code != 0:
                return f"node add again: {again}"
        synced = self.inside("sync", "--json")
        if synced.code != 0:
            return f"sync: {synced}"
        names = [node["name"] for node in self.inside("status", "--json").json["nodes"]]
        if names != ["attic"]:
            return f"nodes: {names}"
        return leftover(self, "home", "folder", "node1")


class Restoring(Syncing):
    """`restore` into a folder that is not there, or half there."""

    def before(self):
        shutil.rmtree(self.path("back"), ignore_errors=True)
        if not self.nodes:
            self.reset("edited")
            require(self.start_node(1), "the node starts")
            synced = self.inside("sync")
            require(synced.code == 0, synced)

    def restore(self, env):
        return self.inside("restore", "/", "--to", self.path("back"), env=env)

    def judge(self, killed):
        if killed:
            if os.path.exists(self.path("back")):
                wrong = [
                    f"{name!r}" for name, value in trees.state(self.path("back")).items()
                    if value[0] == "file" and not name.split(b"/")[-1].startswith(b".")
                    and value[:2] != self.new.get(name, ())[:2]]
                if wrong:
                    return f"half written: {wrong}"
            again = self.restore({})
            if again.code != 0:
                return f"restore again: {again}"
        wrong = trees.differences(self.new, trees.state(self.path("back")))
        return f"not the same: {wrong}" if wrong else leftover(self, "back", "home")


class Serving(Syncing):
    """The node is killed while a device syncs; the device is not."""

    def before(self):
        self.stop_nodes()
        self.reset("edited")

    def serve(self, env):
        started = self.start_node(1, env=env)
        process = self.nodes.get(1)
        if started:
            self.synced = self.inside("sync")
            self.stop_node(1, signal.SIGTERM)
        self.nodes.pop(1, None)
        return Result(process.returncode, "", f"{getattr(self, 'synced', '')}")

    def judge(self, killed):
        require(self.start_node(1), "the node starts again by itself")
        if killed:
            again = self.inside("sync")
            if again.code != 0:
                return f"sync again: {again}"
        problem = self.whole(self.new)
        self.stop_node(1, signal.SIGTERM)
        scrub = self.node_command(1, "scrub", "--json")
        if scrub.code != 0 or scrub.json.get("strays"):
            return problem or f"scrub: {scrub}"
        return problem


class Recovering(Syncing):
    """`recover` on a machine that has nothing but the sheet."""

    def build(self):
        super().build()
        self.before()
        synced = self.inside("sync")
        require(synced.code == 0, f"sync: {synced}")
        self.stop_nodes()
        self.save("synced", *self.parts)
        return self

    def before(self):
        self.stop_nodes()
        self.reset("synced" if os.path.exists(self.path("saved-synced")) else "edited")
        for part in ("back", "home-new", "folder-new"):
            shutil.rmtree(self.path(part), ignore_errors=True)
        require(self.start_node(1), "the node starts")

    def recover(self, env):
        return self.device(
            "home-new", "recover", self.path("folder-new"), "--phrase-file", self.path("sheet"),
            "--node", f"https://127.0.0.1:{self.port + 1}", "--no-passphrase", "--name", "new",
            env=env)

    def judge(self, killed):
        if killed:
            again = self.recover({})
            bound = os.path.exists(self.path("folder-new/.freehold/vault"))
            if again.code != 0 and not (again.code == 2 and "vault already" in again.err and bound):
                return f"recover again: {again}"
        return self.arrived()

    def arrived(self):
        """The new device has everything, and the old one is none the worse."""
        for home, folder in (("home-new", "folder-new"), ("home", "folder"), ("home-new", "folder-new")):
            synced = self.inside("sync", home=home, folder=folder)
            if synced.code != 0:
                return f"sync of {home}: {synced}"
        wrong = trees.differences(self.new, trees.state(self.path("folder-new")))
        if wrong:
            return f"the new folder is not the same: {wrong}"
        vaults = os.listdir(self.path("home-new/vaults"))
        if len(vaults) != 1:
            return f"vaults in the new home: {vaults}"
        return self.whole(self.new) or leftover(self, "home-new", "folder-new")


class Joining(Recovering):
    """`join` with a code, while the other device waits in `link`."""

    def build(self):
        self.link = None
        return super().build()

    def before(self):
        self.end_link()
        super().before()

    def close(self):
        self.end_link()
        super().close()

    def end_link(self):
        if self.link:
            self.link.kill()
            self.link.communicate()
        self.link = None

    def code(self):
        """A fresh code from the device that has the vault."""
        self.end_link()
        code, self.link = self.start_link()
        return code

    def join(self, env, code=None):
        self.used = code or self.code()
        return self.device(
            "home-new", "join", self.used, self.path("folder-new"), "--no-passphrase", "--name",
            "new", env=env)

    def judge(self, killed):
        if killed:
            again = self.join({}, self.used)
            bound = os.path.exists(self.path("folder-new/.freehold/vault"))
            if again.code != 0 and not (again.code == 2 and bound):
                # A code is good for one try: the other device makes another one.
                again = self.join({})
            if again.code != 0 and not (again.code == 2 and bound):
                return f"join again: {again}"
        # The other device waits no longer than it must.
        wait_until(lambda: self.link.poll() is not None, 5)
        self.end_link()
        return self.arrived()
