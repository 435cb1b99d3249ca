"""What may be a host: a DNS name, an IP address, or the absolute path of a Unix socket."""

from __future__ import annotations

import ipaddress
import re

_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*", re.ASCII)
_DIGITS = re.compile(r"[0-9.xX]*", re.ASCII)


def is_ip_address(text: str) -> bool:
    """Whether the text is an IPv4 or a bare IPv6 address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def problem_of_host(host: str) -> str:
    """What is wrong with a host; empty where nothing is."""
    if host.startswith("/"):
        # sun_path of Linux has 108 bytes, the last one for the terminating zero.
        return "" if len(host.encode()) <= 107 else "the path of a Unix socket has at most 107 bytes"
    if len(host.encode()) > 253:
        return "a host has at most 253 bytes"
    if ":" in host:
        return "" if is_ip_address(host) else f"'{host}' is not an IPv6 address"
    if not _NAME.fullmatch(host):
        return f"'{host}' is not a host"
    # 127.1 and 0x7f.1 mean different things to different resolvers.
    if host.rpartition(".")[2][0].isdigit() and _DIGITS.fullmatch(host) and not is_ip_address(host):
        return f"'{host}' is not a whole IPv4 address"
    return ""
