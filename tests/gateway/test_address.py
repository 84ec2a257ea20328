"""Where a request came from: the last one in the chain who is not trusted, whatever callers write."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.address import Addresses, counted_as, network_of

TRUSTED = [ip_network(one) for one in ("10.0.0.0/8", "127.0.0.1", "fd00::/8")]
PROXY, CALLER = "10.0.0.1", "203.0.113.7"


def scope(client: str | None, *headers: tuple[str, str]) -> dict[str, Any]:
    sent = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    return {"client": None if client is None else (client, 50_000), "headers": sent}


def told(client: str | None, *entries: str, header: str = "x-forwarded-for") -> str | None:
    return Addresses(TRUSTED, header).told(scope(client, *((header, one) for one in entries)))


@pytest.mark.parametrize(
    ("client", "entries", "found"),
    [
        (CALLER, (), CALLER),
        (CALLER, ("192.0.2.1",), CALLER),
        (PROXY, (), PROXY),
        (PROXY, (CALLER,), CALLER),
        (PROXY, (f"192.0.2.1, {CALLER}",), CALLER),
        (PROXY, (f"{CALLER}, 10.9.9.9, 127.0.0.1",), CALLER),
        (PROXY, ("192.0.2.1", CALLER), CALLER),
        (PROXY, (f"127.0.0.1, 10.1.1.1, {CALLER}",), CALLER),
        (PROXY, ("10.1.1.1",), "10.1.1.1"),
        (PROXY, (f"{CALLER}:4711",), CALLER),
        (PROXY, ("[2001:db8:1:2:3:4:5:6]:80",), "2001:db8:1:2::/64"),
        (PROXY, ("2001:db8:1:2::9",), "2001:db8:1:2::/64"),
        (PROXY, ("2001:db8:1:2::9%eth0",), "2001:db8:1:2::/64"),
        (PROXY, (f"::ffff:{CALLER}",), CALLER),
        ("::ffff:10.0.0.1", (CALLER,), CALLER),
        ("fd00::1", (CALLER,), CALLER),
        (PROXY, (f"{CALLER}, unknown",), PROXY),
        (PROXY, (f"{CALLER}, ",), PROXY),
        (PROXY, ("' OR 1=1 --",), PROXY),
        (None, (CALLER,), None),
        ("a-pipe", (CALLER,), None),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(client: str | None, entries: tuple[str, ...], found: str) -> None:
    assert told(client, *entries) == found


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ((f"for={CALLER}",), CALLER),
        ((f"for=192.0.2.1;proto=http, For={CALLER}; by=10.0.0.1",), CALLER),
        ((f'for="{CALLER}:1234"',), CALLER),
        (('for="[2001:db8:1:2::9]:80"',), "2001:db8:1:2::/64"),
        ((f'for="192.0.2.1, for={CALLER}',), CALLER),
        (('for="192.0.2.1', f"for={CALLER}"), CALLER),
        ((f"for={CALLER}, for=_hidden",), PROXY),
        ((f"for={CALLER};for=192.0.2.1",), PROXY),
        ((f"by={CALLER}",), PROXY),
    ],
)
def test_the_standard_header_is_read_from_its_end_too(entries: tuple[str, ...], found: str) -> None:
    assert told(PROXY, *entries, header="forwarded") == found


def test_the_other_header_is_not_looked_at() -> None:
    both = scope(PROXY, ("forwarded", "for=192.0.2.1"), ("x-forwarded-for", CALLER))
    assert Addresses(TRUSTED).told(both) == CALLER
    assert Addresses(TRUSTED, "forwarded").told(both) == "192.0.2.1"
    assert Addresses().told(both) == PROXY


@given(
    written=st.text(st.characters(max_codepoint=255), max_size=60),
    form=st.sampled_from(["x-forwarded-for", "forwarded"]),
)
def test_whatever_a_caller_writes_before_it_his_address_is_the_same(written: str, form: str) -> None:
    entry = CALLER if form == "x-forwarded-for" else f"for={CALLER}"
    assert told(PROXY, f"{written}, {entry}", header=form) == CALLER
    assert told(PROXY, written, entry, header=form) == CALLER
    assert told(CALLER, written, header=form) == CALLER


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_all_of_a_network_of_ipv6_is_one(address: Any, other: int) -> None:
    neighbour = IPv6Address((int(address) >> 64 << 64) | other)
    assert counted_as(address) == counted_as(neighbour)


def test_the_network_that_is_shown_names_nobody() -> None:
    assert network_of(ip_address(CALLER)) == "203.0.113.0/24"
    assert network_of(ip_address("2001:db8:1:2::9")) == "2001:db8:1::/48"
