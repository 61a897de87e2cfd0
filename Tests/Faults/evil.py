"""Nodes and lines that lie, rot in nodes' folders, and honest runs without a false alarm.

Oracle: the right bytes from the others, or an honest error; who lied is named with exit 15;
when the lying ends the next sync heals, and no command but the ordinary ones was needed.
"""

import os
import random
import shutil
import signal
import sqlite3
import subprocess

import trees
from proxy import Proxy
from tally import CI, POINT, Tally
from world import NODE, World, require, wait_until

tally = Tally("evil")
# A test program: made by `swift build` beside the commands, not by `make release`.
EVIL = os.environ.get("EVIL") or next(
    (path for path in (os.path.join(os.path.dirname(NODE), "EvilHost"), ".build/debug/EvilHost")
     if os.path.exists(path)), "EvilHost")
# Lies that may be an accident: nobody need be named.
UNPROVABLE = {"saysSame", "duplicates"}
SEEDS = range(1, 2 if CI else 4)
ROUNDS = 1 if CI else 3


class Vaults(World):
    """Three nodes, any two suffice."""

    def build(self, nodes=3, redundancy="2/3"):
        self.found(nodes, redundancy)
        trees.make(self.path("folder"))
        for turn in range(3):
            # One pack for each sync, so that every node has several shards.
            trees.write(self.path("folder"), f"pack-{turn}.jpg", trees.noise(-turn, 120_000))
            first = self.inside("sync")
            require(first.code == 0, f"first sync: {first}")
        return self

    def start_evil(self, number, command, log):
        """Serves a node's data by a process that lies; `log` gets a line for each lie."""
        process = subprocess.Popen(
            [*command, "--data", self.data(number)], stdin=subprocess.DEVNULL,
            stdout=open(log, "wb"), stderr=open(log + ".err", "wb"), start_new_session=True)
        self.nodes[number] = process
        return wait_until(
            lambda: b"ready" in open(log, "rb").read() or process.poll() is not None)

    def shards(self, number):
        found = []
        for where, _, files in os.walk(self.path(f"node{number}", "vaults")):
            found += [os.path.join(where, name) for name in files if len(name) == 64]
        return sorted(found)

    def read(self):
        """A restore: what it answered, and what is wrong with what it wrote."""
        shutil.rmtree(self.path("back"), ignore_errors=True)
        result = self.inside("restore", "/", "--to", self.path("back"))
        wanted = trees.state(self.path("folder"))
        found = trees.state(self.path("back")) if os.path.isdir(self.path("back")) else {}
        wrong = [name for name, value in found.items() if value != wanted.get(name)]
        complete = not trees.differences(wanted, found)
        return result, wrong, complete

    def healed(self):
        """Ordinary commands only, and all is well again. Returns what is not."""
        codes = []
        for _ in range(3):
            last = self.inside("sync")
            codes.append(last.code)
            if last.code == 0:
                break
        if last.code != 0:
            return f"sync does not heal: {codes} {last}"
        checked = self.inside("check", "--all")
        if checked.code != 0:
            return f"check --all after healing: {checked}"
        result, wrong, complete = self.read()
        if result.code != 0 or wrong or not complete:
            return f"restore after healing: {result} {wrong}"
        status = self.inside("status", "--json").json
        if not status.get("redundancy", {}).get("met"):
            return f"not safe after healing: {status}"
        for number in list(self.nodes):
            self.stop_node(number, signal.SIGTERM)
            scrub = self.node_command(number, "scrub", "--json")
            if scrub.code != 0:
                return f"scrub of node {number}: {scrub}"
        return None


def lying(lie, seed):
    """Node 2 tells one kind of lie while the device works."""
    with Vaults() as world:
        world.build()
        world.stop_node(2)
        log = world.path("lies")
        command = [EVIL, lie, "1000", str(seed)]
        require(world.start_evil(2, command, log), "the evil node starts")
        named = []
        for number in range(ROUNDS):
            trees.write(world.path("folder"), f"new-{number}", trees.noise(number, 300_000))
            for verb in (["sync"], ["check", "--all"]):
                result = world.inside(*verb)
                if result.code not in (0, 3, 15):
                    return f"{verb}: {result}"
                if result.code == 15:
                    named.append("node2" in result.err)
            result, wrong, complete = world.read()
            if wrong:
                return f"wrong bytes: {wrong}"
            if result.code not in (0, 3, 15) or (result.code == 0 and not complete):
                return f"restore: {result}, complete: {complete}"
            if result.code == 15:
                named.append("node2" in result.err)
        lies = open(log).read().count("lied")
        tally.note("lies told", lies)
        if not all(named):
            return f"the wrong one is named: {named}"
        if lies and not named:
            return f"{lies} lies, and none was named"
        if not lies:
            return "no lie was told: the test shows nothing"
        world.stop_node(2)
        require(world.start_node(2), "the node is honest again")
        return world.healed()


def telling_two(lie, seed):
    """Node 2 lies to two devices about what the other one has written.

    Both go on with the honest nodes and have the same in the end; node 2 is named, and no other.
    """
    with Vaults() as world:
        world.build()
        world.join("home2", "folder2")
        devices = (("home", "folder"), ("home2", "folder2"))
        for home, folder in devices * 2:
            require(world.inside("sync", home=home, folder=folder).code == 0, "sync of both")
        world.stop_node(2)
        log = world.path("lies")
        require(world.start_evil(2, [EVIL, lie, "1000", str(seed)], log), "the evil node starts")
        named = 0
        for turn in range(ROUNDS + 2):
            for home, folder in devices:
                trees.write(world.path(folder), f"{home}-{turn}", trees.noise(turn, 60_000))
                trees.write(world.path(folder), f"always-{home}", b"turn %d\n" % turn)
                for verb in (["sync"], ["check", "--all"]):
                    result = world.inside(*verb, home=home, folder=folder)
                    if result.code not in (0, 3, 15):
                        return f"{verb} of {home}: {result}"
                    if result.code == 15:
                        named += 1
                        if "node2" not in result.err or "node1" in accused(result) \
                                or "node3" in accused(result):
                            return f"the wrong one is named: {result}"
        for home, folder in devices:
            world.inside("sync", home=home, folder=folder)
        wrong = trees.differences(*(trees.state(world.path(folder)) for _, folder in devices))
        if wrong:
            return f"the devices do not have the same beside a liar: {wrong}"
        lies = open(log).read().count("lied")
        tally.note("lies told to two devices", lies)
        if not lies:
            return "no lie was told: the test shows nothing"
        if not named and lie not in UNPROVABLE:
            return f"{lies} lies, and nobody was named"
        tally.note("times that the liar was named by one of two devices", named)
        world.stop_node(2)
        require(world.start_node(2), "the node is honest again")
        world.inside("sync", home="home2", folder="folder2")
        problem = world.healed()
        return problem


def accused(result):
    """The lines of an answer that blame somebody, without warnings."""
    return "".join(line for line in result.err.splitlines() if "warning" not in line)


def flip(path, chance):
    with open(path, "r+b") as file:
        size = os.path.getsize(path)
        file.seek(chance.randrange(size))
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1 << chance.randrange(8)]))


def swap(one, other):
    os.rename(one, one + ".x")
    os.rename(other, one)
    os.rename(one + ".x", other)


def rot(kind, seed):
    """Shard files of node 2 are damaged under it."""
    with Vaults() as world:
        world.build()
        chance = random.Random(f"{kind}-{seed}")
        shards = world.shards(2)
        victims = chance.sample(shards, min(2, len(shards)))
        require(len(victims) == 2, f"node 2 has {len(shards)} shards")
        world.stop_node(2)
        for victim in victims:
            if kind == "flip":
                flip(victim, chance)
            elif kind == "delete":
                os.remove(victim)
            elif kind == "truncate":
                os.truncate(victim, chance.randrange(os.path.getsize(victim)))
            elif kind == "zero":
                size = os.path.getsize(victim)
                open(victim, "wb").write(bytes(size))
        if kind == "swap":
            swap(*victims)
        scrub = world.node_command(2, "scrub", "--json")
        rotten = {item["shard"] for item in scrub.json.get("rotten", [])}
        if scrub.code != 15 or rotten != {os.path.basename(victim) for victim in victims}:
            return f"scrub: {scrub}"
        require(world.start_node(2), "the node starts all the same")
        result, wrong, complete = world.read()
        if wrong or not complete or result.code not in (0, 3, 15):
            return f"restore from rot: {result} {wrong} complete: {complete}"
        checked = world.inside("check", "--all")
        text = checked.err + checked.out
        if checked.code != 15 or "node2" not in text or "sync" not in text:
            return f"check --all: {checked}"
        if not any(name in text for name in ("film.bin", ".jpg", "long.txt", "two")):
            return f"check --all names no file: {checked}"
        tally.note("shards damaged", len(victims))
        return world.healed()


def rolled_back():
    """A node's whole folder goes back to yesterday's."""
    with Vaults() as world:
        world.build()
        world.stop_node(3)
        world.save("yesterday", "node3")
        require(world.start_node(3), "the node starts")
        trees.edit(world.path("folder"))
        require(world.inside("sync").code == 0, "sync")
        world.stop_node(3)
        world.reset("yesterday")
        require(world.start_node(3), "the old node starts")
        trees.write(world.path("folder"), "after", b"after")
        result = world.inside("sync")
        if result.code != 15 or "node3" not in result.err:
            return f"not noticed: {result}"
        return world.healed()


def unsaid(table, where=""):
    """A node loses rows of its index: it withholds what it acknowledged."""
    with Vaults() as world:
        world.build()
        trees.edit(world.path("folder"))
        require(world.inside("sync").code == 0, "sync")
        require(world.inside("check", "--all").code == 0, "check --all before")
        world.stop_node(1)
        database = sqlite3.connect(world.path("node1", "node.sqlite"))
        database.execute(f"DELETE FROM {table} {where}")
        database.commit()
        database.close()
        require(world.start_node(1), "the node starts")
        result = world.inside("check", "--all")
        if result.code not in (3, 15) or "node1" not in result.err:
            return f"not noticed: {result}"
        back, wrong, complete = world.read()
        if wrong or not complete:
            return f"restore: {back} {wrong}"
        removed = world.inside("node", "remove", "node1", "--yes")
        if removed.code != 0:
            return f"node remove: {removed}"
        again = world.inside("sync")
        return None if again.code in (0, 3) else f"sync without it: {again}"


def impersonated(which):
    """Somebody else answers at the node's address: another certificate, or another node's."""
    with Vaults() as world:
        world.build()
        world.stop_node(2)
        shutil.copytree(world.path("node2"), world.path("node8"))
        if which == "stranger":
            shutil.rmtree(world.path("node8"))
            made = world.node_command(
                8, "init", "--size", "1GiB", "--listen", f"127.0.0.1:{world.port + 2}")
            require(made.code == 0, made)
        else:
            for name in ("tls.key", "tls.cert"):
                shutil.copy(world.path("node1", name), world.path("node8", name))
        require(world.start_node(8), "the impostor starts")
        trees.write(world.path("folder"), "secret", trees.noise(1, 50_000))
        result = world.inside("sync")
        if result.code != 15 or "node2" not in result.err:
            return f"sync: {result}"
        back, wrong, complete = world.read()
        if wrong or not complete:
            return f"restore: {back} {wrong}"
        world.stop_node(8)
        require(world.start_node(2), "the node is back")
        return world.healed()


def bad_line(seed):
    """All three nodes are reached over lines that cut, flip, repeat, drip, refuse and stall."""
    with World(port=int(os.environ.get("PORT", "7500"))) as world:
        proxies = []
        made = world.init()
        require(made.code == 0, made)
        for number in (1, 2, 3):
            listen, behind = world.port + number, world.port + number + 5
            made = world.node_command(
                number, "init", "--size", "1GiB", "--listen", f"127.0.0.1:{behind}",
                "--url", f"https://127.0.0.1:{listen}", "--region", f"r{number}",
                "--operator", f"o{number}")
            require(made.code == 0, made)
            require(world.start_node(number), "the node starts")
            proxies.append(Proxy(listen, behind, seed=seed * 10 + number, share=0))
        try:
            world.add_nodes((1, 2, 3), "2/3")
            trees.make(world.path("folder"))
            for proxy in proxies:
                proxy.share = 60
            for turn in range(4):
                trees.write(world.path("folder"), f"turn-{turn}", trees.noise(turn, 300_000))
                result = world.inside("sync", timeout=240)
                if result.code not in (0, 3, 14):
                    return f"sync over a bad line: {result}"
                tally.note("syncs over bad lines")
                back, wrong, complete = {"r": 1}, [], True
                shutil.rmtree(world.path("back"), ignore_errors=True)
                back = world.inside("restore", "/", "--to", world.path("back"), timeout=240)
                wanted = trees.state(world.path("folder"))
                wrong = [n for n, v in trees.state(world.path("back")).items() if wanted.get(n) != v]
                if wrong or back.code not in (0, 3, 14):
                    return f"restore over a bad line: {back} {wrong}"
            for proxy in proxies:
                tally.note("connections in trouble", sum(proxy.met.values()))
                proxy.share = 0
            last = world.inside("sync")
            if last.code != 0:
                return f"over a good line again: {last}"
            checked = world.inside("check", "--all")
            return None if checked.code == 0 else f"check --all: {checked}"
        finally:
            for proxy in proxies:
                proxy.close()


def honest(rounds):
    """Honest nodes, ordinary use, nodes coming and going: no command may raise an alarm."""
    with Vaults() as world:
        world.build()
        chance = random.Random(rounds)
        commands = 0
        for number in range(rounds):
            trees.write(world.path("folder"), f"h/{number % 7}", trees.noise(number, 60_000))
            gone = chance.choice([None, None, 1, 2, 3])
            if gone:
                world.stop_node(gone, chance.choice([signal.SIGKILL, signal.SIGTERM]))
            for verb in (["sync"], ["status"], ["check", "--all"]):
                result = world.inside(*verb)
                commands += 1
                if result.code == 15 or (not gone and result.code != 0):
                    return f"a false alarm in round {number}, without {gone}: {verb} {result}"
            if gone:
                require(world.start_node(gone), "the node starts")
        tally.note("honest commands without a false alarm", commands)
        return world.healed()


for seed in SEEDS:
    for kind in ("flip", "swap") if CI else ("flip", "delete", "truncate", "zero", "swap"):
        tally.point(f"rot-{kind}:{seed}", lambda: rot(kind, seed))
tally.point("rolled-back", rolled_back)
for table, where in () if CI else (
        ("shards", ""), ("policy", ""), ("heads", ""), ("entries", "WHERE sequence % 2 = 0")):
    tally.point(f"unsaid-{table}", lambda: unsaid(table, where))
for which in ("stranger", "certificate"):
    tally.point(f"impersonated-{which}", lambda: impersonated(which))
for seed in SEEDS:
    tally.point(f"line:{seed}", lambda: bad_line(seed))
if os.path.exists(EVIL):
    # Going back to an old state is done with a real folder above.
    lies = ("flipsShards", "truncatesShards", "dropsShards", "swapsShards")
    for lie in lies[::2] if CI else lies:
        for seed in SEEDS:
            tally.point(f"lie-{lie}:{seed}", lambda: lying(lie, seed))
    # Lies about the policy and about checkpoints are for newcomers: the simulator has them.
    lies = ("forks", "withholdsEntries", "rollsBack", "forgesEntries", "forgesHeads",
            "impersonates", *sorted(UNPROVABLE))
    for lie in lies[:1] if CI else lies:
        for seed in SEEDS:
            tally.point(f"two-{lie}:{seed}", lambda: telling_two(lie, seed))
else:
    print(f"  skipped: no {EVIL} (swift build --product EvilHost)")
tally.point("honest", lambda: honest(3 if CI else 60))
tally.end()
