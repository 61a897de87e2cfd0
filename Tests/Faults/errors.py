"""The system says no: no space, no quota, a device that fails, at the n-th call for every n.

Oracle: the command ends by itself, and not by a trap; with exit 0 only when everything is as it
should be; without space with exit 16 and a sentence that says where. When the error is over, the
same command just works and everything is whole. After a failed sync nothing is acknowledged.
"""

import os
import re
import shutil

import shim
import trees
from copies import Adopting, Forking, ForkingShared
from people import Accepting, Granting, Hearing, Mounting, Resealing, Revoking
from sweeps import count_calls, numbers, wanted
from tally import CI, Tally
from vaults import Founding, Restoring, Serving, Syncing, leftover
from world import World, require, run

tally = Tally("errors")
ENDS = {0, 1, 3, 11, 14, 15, 16}


def judge_answer(result, error, is_node):
    """What is wrong with the answer of a run that met an error."""
    if result.code not in ENDS:
        return f"ended badly: {result}"
    text = result.err + result.out
    names_place = "/" in text or re.search(r"warning: [^:]+: cannot ", text)
    if result.code == 16 and not is_node and not names_place:
        return f"does not say where: {result}"
    if error in ("ENOSPC", "EDQUOT") and not is_node and result.code not in (0, 3, 16):
        return f"no space, and yet: {result}"
    if result.code != 0 and not is_node and "→" not in result.err and "warning" not in result.err:
        return f"does not say what to do: {result}"
    return None


def sweep(kind, name, share, run_it, errors, calls, is_node=False, only=None):
    for error, ever in errors:
        label = f"{name}-{error.lower()}{'-on' if ever else ''}"
        if calls != shim.SPACE_CALLS:
            label += "-" + calls.split(",")[0]
        if only:
            label += "-" + only
        limits = {"FAULT_PATH": only} if only else {}
        if not wanted(label):
            continue
        with kind() as world:
            world.build()
            command = lambda env: run_it(world, env)
            made = count_calls(
                tally, label, world, command, FAULT_FILES="1", FAULT_CALLS=calls, **limits)
            for number in numbers(made, share):
                tally.point(
                    f"{label}:{number}",
                    lambda: point(
                        world, command, shim.fail(number, error, calls, ever, **limits), error,
                        is_node))


def point(world, command, environment, error, is_node):
    world.before()
    log = world.path("failed")
    result = command({**environment, "FAULT_LOG": log, "FAULT_ALL": "1"})
    history = shim.history(log)
    made = [(name, path) for number, name, path in history if number]
    at = int(environment["FAULT_AT"])
    if len(made) < at:
        return None if result.code == 0 else f"nothing failed, and yet: {result}"
    name, path = made[at - 1]
    tally.note("calls failed")
    problem = judge_answer(result, error, is_node)
    if problem:
        return f"{problem} (after {name} of {path})"
    if name in shim.SYNC_NAMES and result.code == 0 and not is_node:
        # Harmless only where it is seen in the calls that nothing waited for this sync.
        lost = shim.unsynced(history, at, environment["FAULT_FOR"] == "on")
        if lost:
            return f"acknowledged, and {lost} are not synced (failed {name})"
        tally.note(f"failed syncs of {os.path.basename(path)[-12:]} behind which nothing waited")
    verdict = world.judge(True)
    return f"{verdict} (after {name} of {path})" if verdict else None


class Full(World):
    """A device whose disk really fills up."""

    def build(self):
        for part, size in (("home", 24), ("folder", 64)):
            os.makedirs(self.path(part))
            with open(self.path(part + ".img"), "wb") as file:
                file.truncate(size << 20)
            for command in (["mkfs.ext4", "-q", "-b", "4096", "-m", "0", self.path(part + ".img")],
                            ["mount", "-o", "loop", self.path(part + ".img"), self.path(part)]):
                answer = run(command)
                require(answer.code == 0, f"{command}: {answer}")
        self.found()
        trees.make(self.path("folder"))
        require(self.inside("sync").code == 0, "the first sync")

    def close(self):
        self.stop_nodes()
        for part in ("home", "folder"):
            run(["umount", self.path(part)])
        super().close()

    def story(self):
        """Full, deletions all the same, space again."""
        self.stop_nodes()
        ballast = self.path("home", "ballast")
        with open(ballast, "wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            except OSError:
                pass
        trees.write(self.path("folder"), "large.bin", trees.noise(9, 9_000_000))
        require(self.start_node(1), "the node starts")
        full = self.inside("sync")
        tally.check(
            "a full disk is exit 16 with the place and what to do",
            full.code == 16 and self.path("home") in full.err and "→" in full.err, full)
        status = self.inside("status")
        tally.check("status works on a full disk, or says so", status.code in (0, 16), status)
        os.remove(self.path("folder", "large.bin"))
        shutil.rmtree(self.path("folder", "leave"))
        os.remove(ballast)
        with open(ballast, "wb") as file:
            file.write(bytes(8 << 20))
        deleted = self.inside("sync")
        tally.check("deletions go through when little is left", deleted.code == 0, deleted)
        os.remove(ballast)
        trees.write(self.path("folder"), "large.bin", trees.noise(9, 9_000_000))
        again = self.inside("sync")
        tally.check("with space again the same command works", again.code == 0, again)
        back = self.inside("restore", "/", "--to", self.path("back"))
        wrong = trees.differences(trees.state(self.path("folder")), trees.state(self.path("back")))
        tally.check("and everything is whole", back.code == 0 and not wrong, f"{back} {wrong}")
        tally.check("nothing is left over", not leftover(self, "home", "folder"))


class Quota(World):
    """A node whose quota for the vault is used up."""

    def story(self):
        made = self.init()
        require(made.code == 0, made)
        self.make_node(1)
        require(self.start_node(1), "the node starts")
        line = self.invitation(1, "6MiB")
        require(self.inside("node", "add", line, "--name", "small").code == 0, "node add")
        trees.make(self.path("folder"))
        require(self.inside("sync").code == 0, "the first sync")
        trees.write(self.path("folder"), "large.bin", trees.noise(9, 9_000_000))
        full = self.inside("sync")
        tally.check(
            "a quota that is used up is exit 16, names the node and says what to do",
            full.code == 16 and "small" in full.err and "→" in full.err, full)
        os.remove(self.path("folder", "large.bin"))
        os.remove(self.path("folder", "film.bin"))
        deleted = self.inside("sync")
        ls = self.inside("ls")
        tally.check(
            "deletions go through when the quota is used up",
            deleted.code in (0, 16) and "film.bin" not in ls.out, f"{deleted} {ls}")


NO_SPACE = [("ENOSPC", False), ("ENOSPC", True), ("EDQUOT", False)]
if CI:
    NO_SPACE = [("ENOSPC", True)]
SYNCS, WRITES = "fsync,fdatasync,syncfs", "write,pwrite,writev"
sync = lambda world, env: world.inside("sync", env=env)
init = lambda world, env: world.init(env=env)
restore = lambda world, env: world.restore(env)
serve = lambda world, env: world.serve(env)
PEOPLE = [
    (Granting, "grant", lambda world, env: world.grant(env)),
    (Accepting, "accept", lambda world, env: world.accept(env)),
    (Revoking, "revoke", lambda world, env: world.revoke(env)),
    (Mounting, "mount", sync),
    (Resealing, "reencrypt", lambda world, env: world.reseal(env)),
    (Hearing, "hear", lambda world, env: world.hear(env)),
    (Adopting, "adopt", lambda world, env: world.adopt(env)),
    (Forking, "fork", lambda world, env: world.adopt(env)),
    (ForkingShared, "fork-shared", lambda world, env: world.adopt(env)),
]
sweep(Founding, "init", 2, init, NO_SPACE, shim.SPACE_CALLS)
sweep(Syncing, "sync", 3, sync, NO_SPACE, shim.SPACE_CALLS)
sweep(Restoring, "restore", 2, restore, NO_SPACE, shim.SPACE_CALLS)
sweep(Serving, "node", 2, serve, NO_SPACE[-1:], shim.SPACE_CALLS, is_node=True)
for kind, name, run_it in PEOPLE[:3] if CI else PEOPLE:
    sweep(kind, name, 2, run_it, NO_SPACE[:2], shim.SPACE_CALLS)
for calls in (SYNCS, WRITES, "read"):
    if CI and calls != SYNCS:
        continue
    broken = [("EIO", False)] if CI or calls != SYNCS else [("EIO", False), ("EIO", True)]
    sweep(Founding, "init", 2, init, broken, calls)
    sweep(Syncing, "sync", 3, sync, broken, calls)
    sweep(Restoring, "restore", 2, restore, broken, calls)
    sweep(Serving, "node", 2, serve, broken, calls, is_node=True)
    for kind, name, run_it in [] if CI else PEOPLE:
        sweep(kind, name, 2, run_it, broken[:1], calls)
# SQLite turns to its write-ahead log with the help of a journal; without the log a commit could be
# undone by a power cut.
sweep(Founding, "init", 9, init, [("EIO", False), ("ENOSPC", False)], SYNCS, only="db-journal")
if wanted("quota"):
    with Quota() as world:
        world.story()
if wanted("full") and os.geteuid() == 0:
    try:
        with Full() as world:
            world.build()
            world.story()
    except Exception as error:
        print(f"  skipped: a full file system: {error}")
tally.end()
