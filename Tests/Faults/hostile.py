"""A hostile tree through the vault and back, with real processes; run as root to see all of it.

Oracle: every file, folder and link comes back exactly; what a vault does not keep (pipes, sockets,
devices, other people's ownership, access control lists, capabilities) is reported and never hangs
or stops anything; hostile names reach no terminal raw.
"""

import os
import shlex

import hostile_tree
import trees
from tally import Tally
from world import FREEHOLD, World, run

tally = Tally("hostile")


def differing(wanted, found, by_sync=False):
    """What is not as it was, without what a vault says it does not keep.

    A sync gives nobody's file to whoever runs it: set-user-ID and set-group-ID stay with the device
    that has set them (docs/spec/folder.md).
    """
    wrong = []
    for name, item in wanted.items():
        short = name[-40:]
        if name in hostile_tree.SPECIAL:
            if name in found:
                wrong.append(f"{short!r} came back")
            continue
        there = found.get(name)
        if there is None:
            wrong.append(f"{short!r} is missing")
            continue
        for fact, value in item.items():
            got = there[fact]
            if fact == "uid" and name in hostile_tree.UNOWNED:
                continue
            if fact == "attributes":
                value = {key: data for key, data in value.items() if key.startswith("user.")}
                got = {key: data for key, data in got.items() if key.startswith("user.")}
            if name == b"acl" and fact == "mode":
                # The list's mask stands in the group's bits; without the list they mean the group.
                continue
            if by_sync and fact == "mode":
                value &= ~0o6000
            if got != value:
                wrong.append(f"{short!r} {fact}: {value} became {got}")
    wrong += [f"{name[-40:]!r} is extra" for name in found if name not in wanted]
    return wrong


with World() as world:
    world.found(2, "1/2")
    hostile_tree.make(world.path("folder"))
    wanted = hostile_tree.walk(world.path("folder"))
    tally.say(f"{len(wanted)} entries, as {'root' if os.geteuid() == 0 else 'a user'}")
    synced = world.inside("sync", timeout=120)
    tally.check("sync takes it in", synced.code in (0, 3), synced)
    tally.check("and says what it does not keep", "not kept" in synced.err, synced)
    for word in ("pipe", "socket", "device", "owner", "access control", "capabilit"):
        if os.geteuid() == 0 or word in ("pipe", "socket"):
            tally.check(f"it names: {word}", word in synced.err, synced)
    again = world.inside("sync", "--json")
    tally.check("a second sync has nothing to do", again.json.get("files", {}).get("changed") == 0, again)
    back = world.inside("restore", "/", "--to", world.path("back"), timeout=120)
    tally.check("restore", back.code in (0, 3), back)
    wrong = differing(wanted, hostile_tree.walk(world.path("back")))
    kept = len(wanted) - len(hostile_tree.SPECIAL & set(wanted))
    tally.check(f"{kept} entries are back exactly", not wrong, wrong)
    twice = world.inside("restore", "/", "--to", world.path("back"), timeout=120)
    tally.check("restore again changes nothing", twice.code == back.code, twice)
    wrong = differing(wanted, hostile_tree.walk(world.path("back")))
    tally.check("still exactly", not wrong, wrong)
    unchanged = hostile_tree.walk(world.path("folder"))
    tally.check("the folder itself was not touched", wanted == unchanged)
    world.join("home2", "folder2")
    joined = world.inside("sync", home="home2", folder="folder2", timeout=120)
    tally.check("a second device takes it in", joined.code in (0, 3), joined)
    wrong = differing(wanted, hostile_tree.walk(world.path("folder2")), by_sync=True)
    tally.check(f"{kept} entries are on the second device exactly", not wrong, wrong)
    back_and_forth = [
        world.inside("sync", "--json", home=home, folder=folder, timeout=120)
        for home, folder in (("home2", "folder2"), ("home", "folder"))]
    changed = [result.json.get("files", {}).get("changed") for result in back_and_forth]
    tally.check("neither finds anything to change after that", changed == [0, 0], back_and_forth)
    unchanged = hostile_tree.walk(world.path("folder"))
    tally.check("and the first folder is what it was", wanted == unchanged)
    trees.write(world.path("folder"), b"\x1b]52;c;more=\x07", b"new")
    for verb in (["ls"], ["diff"], ["sync"], ["status"], ["log"], ["check", "--all"]):
        command = shlex.join([FREEHOLD, "--no-color", *verb, "-C", world.path("folder")])
        shown = run(
            ["script", "-qec", command, "/dev/null"],
            env={"FREEHOLD_HOME": world.path("home"), "TERM": "dumb", "NO_COLOR": "1"})
        text = shown.out.encode(errors="surrogateescape")
        # The line of progress may wipe itself.
        raw = {byte for byte in text.replace(b"\x1b[K", b"") if byte < 32} - set(b"\r\n\t")
        tally.check(f"{verb[0]}: a terminal gets no raw control byte", not raw, f"{raw} {shown}")
        tally.check(f"{verb[0]}: and nothing that turns text round", "\u202e" not in shown.out, shown)
    os.system(f"chmod -R u+rwX {world.path('back')} {world.path('folder')} {world.path('folder2')} 2>/dev/null")
tally.end()
