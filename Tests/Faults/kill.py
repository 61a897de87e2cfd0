"""kill -9 before every call that changes a file or sends something.

For each point: everything back to before the command; the command, killed before its n-th call;
then the oracle: what was acknowledged is still there and nothing is half there; the same command
again just works; afterwards the vault is whole, at the nodes too, and nothing is left over.
"""

import shim
from copies import Adopting, Forking, ForkingShared
from people import Accepting, Granting, Hearing, Mounting, Resealing, Revoking
from sweeps import count_calls, numbers, sweep_deaths, wanted
from tally import Tally
from vaults import Adding, Founding, Joining, Recovering, Restoring, Serving, Syncing

tally = Tally("kill")


def sweep(kind, name, share, run):
    if not wanted(name):
        return
    with kind() as world:
        world.build()
        command = lambda env: run(world, env)
        made = count_calls(tally, name, world, command)
        points = [(str(n), n, shim.kill(n)) for n in numbers(made, share)]
        sweep_deaths(tally, name, world, command, made, points)


sweep(Founding, "init", 5, lambda world, env: world.init(env=env))
sweep(Adding, "node-add", 3, lambda world, env: world.add(env))
sweep(Syncing, "sync", 8, lambda world, env: world.inside("sync", env=env))
sweep(Restoring, "restore", 4, lambda world, env: world.restore(env))
sweep(Recovering, "recover", 4, lambda world, env: world.recover(env))
sweep(Joining, "join", 4, lambda world, env: world.join(env))
sweep(Serving, "node", 5, lambda world, env: world.serve(env))
sweep(Granting, "grant", 3, lambda world, env: world.grant(env))
sweep(Mounting, "mount", 3, lambda world, env: world.inside("sync", env=env))
sweep(Accepting, "accept", 3, lambda world, env: world.accept(env))
sweep(Revoking, "revoke", 3, lambda world, env: world.revoke(env))
sweep(Resealing, "reencrypt", 3, lambda world, env: world.reseal(env))
sweep(Hearing, "hear", 3, lambda world, env: world.hear(env))
sweep(Adopting, "adopt", 3, lambda world, env: world.adopt(env))
sweep(Forking, "fork", 3, lambda world, env: world.adopt(env))
sweep(ForkingShared, "fork-shared", 3, lambda world, env: world.adopt(env))
tally.end()
