"""How three brokers are struck. A seed's choice says which of them."""

from __future__ import annotations

from benchmarks.chaos.installation.blows import Targets, eventually, for_a_while, paused
from benchmarks.chaos.schedule import Kind, Strike
from benchmarks.chaos.several.servers import Servers
from tests.integration.cluster.nodes import NODES


def broker_targets(servers: Servers, topic: str) -> Targets:
    """Return how brokers are struck; whatever is killed comes back.

    Args:
        servers: The brokers.
        topic: That of the alerts.
    """

    def kill_one(strike: Strike) -> bool:
        return for_a_while(servers.without(_in_turn(strike)[0]), strike.seconds)

    def kill_two(strike: Strike) -> bool:
        return for_a_while(servers.without(*_in_turn(strike)[:2]), strike.seconds)

    def kill_leader(strike: Strike) -> bool:
        found: list[int] = []

        def is_known() -> bool:
            found[:] = servers.leader_of(topic)
            return bool(found)

        return eventually(is_known) and for_a_while(servers.without(*found), strike.seconds)

    def pause(strike: Strike) -> bool:
        pid = servers.nodes.pid(_in_turn(strike)[0])
        return pid is not None and for_a_while(paused(pid), strike.seconds)

    return {
        Kind.KILL_BROKER: kill_one,
        Kind.NO_QUORUM: kill_two,
        Kind.KILL_LEADER: kill_leader,
        Kind.PAUSE_BROKER: pause,
    }


def _in_turn(strike: Strike) -> tuple[int, ...]:
    """Return all nodes, beginning with the one that a strike is for."""
    first = int(strike.choice * len(NODES))
    return NODES[first:] + NODES[:first]
