"""Seven servers, and then an eighth: how many keys does a client still find?

    python3 eight_servers.py [HOST:PORT ...]          127.0.0.1:11211 to 127.0.0.1:11218 unless eight are named

Prints two percentages: of the keys that are found on seven servers, and of those that are found once the eighth has
been added. With a table of servers and a modulo nearly everything would be lost; on a ring about an eighth is.
"""

import random
import string
import sys

from ringclient.python_memcached import KetamaMemcacheClient


def random_key(length):
    """A key of random letters."""
    return "".join(random.choices(string.ascii_letters, k=length))


def found(client, keys):
    """How many of the keys are found, in per cent."""
    return 100 * len(client.get_multi(keys)) / len(keys)


def main():
    servers = sys.argv[1:] or [f"127.0.0.1:{port}" for port in range(11211, 11219)]
    if len(servers) != 8:
        raise SystemExit(f"name eight servers as HOST:PORT, and not {len(servers)}")
    keys = [random_key(20) for _ in range(1000)]
    client = KetamaMemcacheClient(servers[:7])
    missing = client.set_multi({key: 1 for key in keys}, time=60)
    if missing:
        raise SystemExit(f"{len(missing)} of {len(keys)} keys were not stored: are the servers running?")
    print(f"{found(client, keys):.1f} % of the keys are found on seven servers")
    client.add_server(servers[7])
    print(f"{found(client, keys):.1f} % of the keys are found after an eighth server was added")


if __name__ == "__main__":
    main()
