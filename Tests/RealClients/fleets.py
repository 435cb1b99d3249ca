"""Server lists and keys drawn from a seed: the same in every run, and in nobody's recorded vectors."""

import random
from dataclasses import dataclass

KEY_COUNT = 10_000
LONGEST_KEY = 250


@dataclass(frozen=True)
class Server:
    """A server as a client's configuration lists it."""

    host: str
    port: int
    weight: int = 1

    @property
    def address(self):
        return f"{self.host}:{self.port}"


def fleet(seed, count, heaviest=1):
    """So many servers on the loopback network, some at memcached's own port, weighing 1 to `heaviest`.

    The port matters: several clients leave 11211 out of what they hash.
    """
    chosen = random.Random(f"fleet {seed} {count} {heaviest}")
    taken = set()
    servers = []
    while len(servers) < count:
        host = f"127.{chosen.randint(1, 254)}.{chosen.randint(0, 254)}.{chosen.randint(1, 254)}"
        port = 11211 if chosen.random() < 0.5 else chosen.randint(12000, 29999)
        if (host, port) not in taken:
            taken.add((host, port))
            servers.append(Server(host, port, chosen.randint(1, heaviest)))
    return servers


def keys(seed, count=KEY_COUNT):
    """Distinct keys as applications make them: short, long, of every printable character."""
    chosen = random.Random(f"keys {seed}")
    printable = "".join(map(chr, range(0x21, 0x7F)))
    made = {}
    while len(made) < count:
        kind = chosen.randrange(4)
        if kind == 0:
            key = f"user:{chosen.randrange(10**9)}"
        elif kind == 1:
            key = f"views.decorators.cache.{chosen.getrandbits(128):032x}.{chosen.choice(['en', 'de', 'ja'])}"
        elif kind == 2:
            key = "".join(chosen.choices(printable, k=chosen.randint(1, 40)))
        else:
            key = "".join(chosen.choices(printable, k=chosen.randint(41, LONGEST_KEY)))
        made[key] = None
    return list(made)
