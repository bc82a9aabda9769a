"""Network addresses of clients, whole and truncated."""

import ipaddress


def network_of(address: str) -> str:
    """The address, of IPv6 the /64 that one customer has; empty for what is no address."""
    return _prefix(address, 32, 64)


def truncated(address: str) -> str:
    """The /24 of an IPv4 address, the /48 of an IPv6 one; of a network itself; empty for what is neither."""
    return _prefix(address, 24, 48)


def _prefix(address: str, four: int, six: int) -> str:
    try:
        known = ipaddress.ip_interface(address).ip
    except ValueError:
        return ""
    if mapped := getattr(known, "ipv4_mapped", None):
        known = mapped
    length = four if known.version == 4 else six
    return str(ipaddress.ip_network(f"{known}/{length}", strict=False))
