"""Looks keys up in the arrays of a snapshot, without building a ring: any dialect whose snapshots carry `continuum`.

python3 thin_reader.py RING.JSON POOL < KEYS prints the index of the owner of each line.
"""

import bisect
import hashlib
import json
import os
import struct
import sys
import zlib
from base64 import b64decode


def fnv1a_64(key):
    number = 0x84222325  # in libmemcached and twemproxy it has 32 bits, and takes bytes as signed numbers
    for byte in key:
        number = (number ^ (byte | -(byte & 0x80))) * 0x1B3 & 0xFFFFFFFF
    return number


# Whatever else the members key_hash and options ask for is found out by the agreement.
HASHES = {
    "md5": lambda key: struct.unpack("<I", hashlib.md5(key).digest()[:4])[0],
    "crc32": zlib.crc32,
    "crc": lambda key: zlib.crc32(key) & 0xFFFF,
    "fnv1a_64": fnv1a_64,
}


class ThinRing:
    def __init__(self, snapshot):
        self.snapshot, arrays = snapshot, snapshot["continuum"]
        texts = b64decode(arrays["hashes"]), b64decode(arrays["slots"])
        self.hashes, self.owners = (struct.unpack(f"<{len(text) // 4}I", text) for text in texts)
        self.hash = HASHES[snapshot["dialect"]["key_hash"]]

    def index(self, key):  # a slot that is "held" is a miss at once
        return self.owners[bisect.bisect_left(self.hashes, self.hash(key)) % len(self.owners)]

    def agreement(self):
        owners = [self.index(b"ringd-agreement-%d" % number) for number in range(4096)]
        return "sha256:" + hashlib.sha256(struct.pack("<4096I", *owners)).hexdigest()


def load(path, pool, place=(0, 0)):
    """The ring to go on with; raises where the one at that (epoch, version) must stay."""
    if os.path.getsize(path) > 64 << 20:
        raise ValueError("too-large")
    with open(path, encoding="utf-8") as file:
        snapshot = json.load(file)
    if snapshot["format"] != 1 or snapshot["pool"] != pool:
        raise ValueError("not a ring of this pool in format 1")
    if (snapshot["epoch"], snapshot["version"]) <= place:
        raise ValueError("not newer")
    ring = ThinRing(snapshot)
    if ring.agreement() != snapshot["agreement"]:
        raise ValueError("agreement-mismatch")
    return ring


if __name__ == "__main__":
    ring = load(*sys.argv[1:3])  # then once a second, with the place of the ring that there is
    for line in sys.stdin.buffer:
        print(ring.index(line.rstrip(b"\n")))
