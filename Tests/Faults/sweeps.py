"""Disturbs one command at its every call and judges what is left each time."""

import signal

import shim
from tally import POINT, sample


def listed(made):
    """How many calls of each kind, as text."""
    kinds = {}
    for call, _ in made:
        kinds[call] = kinds.get(call, 0) + 1
    return ", ".join(f"{count} {call}" for call, count in sorted(kinds.items()))


def count_calls(tally, name, world, command, **limits):
    """The calls that the command makes when it is left alone."""
    world.before()
    log = world.path("calls")
    whole = command({**shim.counting(log), **limits})
    made = shim.calls(log)
    tally.check(f"{name}: the command works when left alone", whole.code == 0, whole)
    problem = world.judge(False)
    tally.check(f"{name}: and the oracle agrees", not problem, problem)
    tally.say(f"{name}: {len(made)} calls ({listed(made)})")
    return made


def wanted(name):
    """Whether POINT leaves anything of this sweep to do."""
    return not POINT or POINT.startswith(name + ":")


def sweep_deaths(tally, name, world, command, made, environments):
    """Kills the command at each of `environments`: (label, call number, environment)."""
    for label, number, environment in environments:
        def body():
            world.before()
            result = command(environment)
            if result.code == -signal.SIGKILL:
                tally.note("processes killed")
                return world.judge(True)
            # Threads do not come to the same number of calls each time: this run had fewer.
            if number > len(made) * 0.7 and result.code == 0:
                tally.note("runs that ended before their point")
                return None
            return f"neither killed nor done: {result}"

        tally.point(f"{name}:{label}", body)


def numbers(made, share):
    """The call numbers to try: some more than were counted, for runs that make more."""
    return sample(len(made) + max(3, len(made) // 50), share)
