"""Wrong clocks: a year back, a year ahead, ten times too fast; the device's and the nodes'."""

import os
import shutil

import trees
from tally import CI, Tally
from world import NODE, World, require

tally = Tally("clocks")
CLOCKS = {"a year back": "-365d", "a year ahead": "+365d", "ten times too fast": "+0 x10"}


class Clocks(World):
    """Commands run under faketime; only wall clocks move."""

    def faked(self, clock, *arguments, **more):
        env = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return self.inside(*arguments, before=["faketime", "-f", clock], env=env, **more)

    def serve(self, number, clock):
        return self.start_node(
            number, before=["faketime", "-f", clock] if clock else [],
            env={"FAKETIME_DONT_FAKE_MONOTONIC": "1"})

    def same(self, name="back", clock=None):
        shutil.rmtree(self.path(name), ignore_errors=True)
        arguments = ("restore", "/", "--to", self.path(name))
        result = self.faked(clock, *arguments) if clock else self.inside(*arguments)
        wrong = trees.differences(trees.state(self.path("folder")), trees.state(self.path(name)))
        return result.code == 0 and not wrong, f"{result} {wrong}"


def device(label, clock):
    """A device with a wrong clock does everything all the same, and hears of it."""
    tally.say(f"a device whose clock is {label}")
    with Clocks() as world:
        env = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        made = world.init(before=["faketime", "-f", clock], env=env)
        tally.check("init", made.code == 0, made)
        for number in (1, 2):
            world.make_node(number)
            require(world.serve(number, None), "the node starts")
            added = world.faked(
                clock, "node", "add", world.invitation(number), "--name", f"node{number}")
            tally.check(f"node add {number}", added.code == 0, added)
        trees.make(world.path("folder"))
        synced = world.faked(clock, "sync")
        tally.check("first sync", synced.code == 0, synced)
        trees.edit(world.path("folder"))
        synced = world.faked(clock, "sync")
        tally.check("sync of changes", synced.code == 0, synced)
        if "x10" not in clock:
            tally.check("the sync says that the clock is wrong", "clock" in synced.err, synced)
            status = world.faked(clock, "status")
            tally.check("so does status", "clock" in status.out + status.err, status)
            doctor = world.faked(clock, "doctor")
            tally.check("so does the doctor", "clock" in doctor.out and "differ" in doctor.out, doctor)
        tally.check("restore", *world.same(clock=clock))
        checked = world.faked(clock, "check", "--all")
        tally.check("check --all", checked.code == 0, checked)
        # The clock is put right; what was written in the wrong time is still replaced by later edits.
        trees.write(world.path("folder"), "notes/plan.txt", b"written when the clock was right\n")
        os.chmod(world.path("folder", "tools/run"), 0o700)
        synced = world.inside("sync")
        tally.check("with the clock put right: sync", synced.code == 0, synced)
        tally.check("no word about clocks any more", "clock" not in synced.err, synced)
        cat = world.inside("cat", "notes/plan.txt")
        tally.check("the later edit counts", "clock was right" in cat.out, cat)
        tally.check("everything is whole", *world.same())
        jumped = world.faked("-2d", "sync")
        tally.check("a clock that jumps back two days", jumped.code == 0, jumped)


def node(label, clock):
    """A node with a wrong clock serves, and is named."""
    tally.say(f"one of two nodes whose clock is {label}")
    with Clocks() as world:
        made = world.init()
        require(made.code == 0, made)
        world.make_node(1)
        require(world.serve(1, None), "the node starts")
        env = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        world.make_node(2)
        tally.check("it starts", world.serve(2, clock))
        world.add_nodes([1, 2], "1/2")
        trees.make(world.path("folder"))
        synced = world.inside("sync")
        tally.check("sync", synced.code == 0, synced)
        if "x10" not in clock:
            tally.check("it is named", "clock of node2" in synced.err, synced)
        status = world.inside("status", "--json").json
        tally.check("redundancy is met", status.get("redundancy", {}).get("met"), status)
        world.stop_node(1)
        tally.check("restore from it alone", *world.same())
        require(world.serve(1, None), "the node starts")
        world.stop_node(2)
        tally.check("its clock is put right, and it starts", world.serve(2, None))
        trees.edit(world.path("folder"))
        synced = world.inside("sync")
        tally.check("sync", synced.code == 0, synced)
        checked = world.inside("check", "--all")
        tally.check("check --all raises no alarm", checked.code == 0, checked)
        tally.check("everything is whole", *world.same())


for label, clock in list(CLOCKS.items())[: 1 if CI else None]:
    device(label, clock)
    node(label, clock)
tally.end()
