"""Torn writes: the n-th write keeps only some of its bytes, and then the process dies.

The oracle is that of the kill suite. SQLite's writes are torn, too.
"""

import shim
from sweeps import count_calls, numbers, sweep_deaths, wanted
from tally import CI, Tally
from vaults import Founding, Restoring, Serving, Syncing

tally = Tally("torn")
KEEPS = [0, 1, 511, 512, 4095, -1]


def sweep(kind, name, share, run):
    if not wanted(name):
        return
    with kind() as world:
        world.build()
        command = lambda env: run(world, env)
        made = count_calls(
            tally, name, world, command, FAULT_FILES="1", FAULT_CALLS="write,pwrite,writev")
        points = []
        for number in numbers(made, share):
            # In CI each point tears at one length, all lengths in turn.
            keeps = [KEEPS[number % len(KEEPS)]] if CI else KEEPS
            points += [(f"{number}/{keep}", number, shim.tear(number, keep)) for keep in keeps]
        sweep_deaths(tally, name, world, command, made, points)


sweep(Founding, "init", 2, lambda world, env: world.init(env=env))
sweep(Syncing, "sync", 5, lambda world, env: world.inside("sync", env=env))
sweep(Restoring, "restore", 2, lambda world, env: world.restore(env))
sweep(Serving, "node", 3, lambda world, env: world.serve(env))
tally.end()
