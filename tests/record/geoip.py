#!/usr/bin/env python3
"""Writes the databases of addresses that the tests of `geoip` read: crates/processors/tests/geoip/*.mmdb.

Networks are those that documentation may use, and what is said of them is invented, so nothing here is taken from
anybody's database. The same call writes the same bytes. The format: https://maxmind.github.io/MaxMind-DB/.
"""

import ipaddress
import pathlib
import struct

FOLDER = pathlib.Path(__file__).resolve().parent.parent.parent / "crates/processors/tests/geoip"
BUILT = 1767225600  # 2026-01-01
RECORD_BITS = 24


class Short(int):
    """A number of 16 bits; other numbers have 32."""


class Long(int):
    """A number of 64 bits."""


KINDS = {Short: 5, Long: 9}


def head(kind, size):
    """The control bytes of a value: its type, and how long it is."""
    first, extended = (kind << 5, b"") if kind < 8 else (0, bytes([kind - 7]))
    if size < 29:
        return bytes([first | size]) + extended
    if size < 285:
        return bytes([first | 29]) + extended + bytes([size - 29])
    return bytes([first | 30]) + extended + struct.pack(">H", size - 285)


def encode(value):
    if isinstance(value, bool):
        return head(14, int(value))
    if isinstance(value, str):
        text = value.encode()
        return head(2, len(text)) + text
    if isinstance(value, float):
        return head(3, 8) + struct.pack(">d", value)
    if isinstance(value, int):
        number = value.to_bytes((value.bit_length() + 7) // 8, "big")
        return head(KINDS.get(type(value), 6), len(number)) + number
    if isinstance(value, list):
        return head(11, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        return head(7, len(value)) + b"".join(encode(key) + encode(item) for key, item in value.items())
    raise TypeError(value)


def tree(networks, version):
    """Nodes as pairs whose sides are None, another node's number, or the text of a record."""
    nodes = [[None, None]]
    for network, record in networks.items():
        network = ipaddress.ip_network(network)
        bits, length = int(network.network_address), network.prefixlen
        if version == 6 and network.version == 4:
            length += 96
        width = 128 if version == 6 else 32
        node = 0
        for depth in range(length):
            side = bits >> (width - 1 - depth) & 1
            if depth == length - 1:
                nodes[node][side] = encode(record)
                break
            if nodes[node][side] is None:
                nodes.append([None, None])
                nodes[node][side] = len(nodes) - 1
            node = nodes[node][side]
    return nodes


def write(name, kind, networks, version=6, languages=("en",)):
    nodes = tree(networks, version)
    data, places = b"", {}
    for side in (side for node in nodes for side in node if isinstance(side, bytes)):
        if side not in places:
            places[side] = len(data)
            data += side

    def number(side):
        if side is None:
            return len(nodes)
        return side if isinstance(side, int) else len(nodes) + 16 + places[side]

    body = b"".join(number(side).to_bytes(RECORD_BITS // 8, "big") for node in nodes for side in node)
    about = {
        "binary_format_major_version": Short(2),
        "binary_format_minor_version": Short(0),
        "build_epoch": Long(BUILT),
        "database_type": kind,
        "description": {"en": "Invented, for tests"},
        "ip_version": Short(version),
        "languages": list(languages),
        "node_count": len(nodes),
        "record_size": Short(RECORD_BITS),
    }
    file = body + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + encode(about)
    (FOLDER / name).write_bytes(file)
    print(f"{name}: {len(file)} bytes")


def names(en, **others):
    return {"names": {"en": en, **{language.replace("_", "-"): name for language, name in others.items()}}}


EUROPE = {"code": "EU", "geoname_id": 6255148, **names("Europe", de="Europa")}
AMERICA = {"code": "NA", "geoname_id": 6255149, **names("North America", de="Nordamerika")}
GERMANY = {"geoname_id": 2921044, "is_in_european_union": True, "iso_code": "DE", **names("Germany", de="Deutschland")}
STATES = {"geoname_id": 6252001, "iso_code": "US", **names("United States", de="USA", pt_BR="EUA")}

MUNICH = {
    "city": {"geoname_id": 2867714, **names("Munich", de="München")},
    "continent": EUROPE,
    "country": GERMANY,
    "location": {"accuracy_radius": Short(50), "latitude": 48.1374, "longitude": 11.5755, "time_zone": "Europe/Berlin"},
    "postal": {"code": "80331"},
    "registered_country": STATES,
    "subdivisions": [
        {"geoname_id": 2951839, "iso_code": "BY", **names("Bavaria", de="Bayern")},
    ],
}
OXFORD = {
    "city": names("Oxford"),
    "continent": EUROPE,
    "country": {"iso_code": "GB", **names("United Kingdom")},
    "location": {"latitude": 51.75, "longitude": -1.25, "time_zone": "Europe/London"},
    "subdivisions": [
        {"iso_code": "ENG", **names("England")},
        {"iso_code": "OXF", **names("Oxfordshire")},
    ],
}
COUNTRY_ALONE = {"continent": AMERICA, "country": STATES}

if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write(
        "city.mmdb",
        "GeoLite2-City",
        {
            "192.0.2.0/25": MUNICH,
            "192.0.2.128/25": COUNTRY_ALONE,
            "203.0.113.0/24": {"registered_country": STATES},
            "2001:db8:1::/48": OXFORD,
        },
        languages=("de", "en", "pt-BR"),
    )
    write(
        "country.mmdb",
        "DBIP-Country-Lite",
        {"192.0.2.0/24": COUNTRY_ALONE, "198.51.100.0/24": {"continent": EUROPE, "country": GERMANY}},
        version=4,
    )
    write(
        "asn.mmdb",
        "GeoLite2-ASN",
        {
            "192.0.2.0/24": {"autonomous_system_number": 64496, "autonomous_system_organization": "Example \"One\" GmbH"},
            "198.51.100.0/24": {"autonomous_system_number": 4200000000},
            "2001:db8::/32": {"autonomous_system_number": 64497, "autonomous_system_organization": "Example Two"},
        },
    )
    # Another maker's layout: texts where the others have maps.
    write(
        "flat.mmdb",
        "ipinfo standard_location",
        {
            "192.0.2.0/24": {
                "city": "Munich",
                "region": "Bavaria",
                "region_code": "BY",
                "country": "Germany",
                "country_code": "DE",
                "continent": "Europe",
                "continent_code": "EU",
                "lat": "48.1374",
                "lng": "11.5755",
                "postal_code": "80331",
                "timezone": "Europe/Berlin",
                "asn": "AS64496",
                "as_name": "Example One",
                "as_domain": "example.com",
            },
            "198.51.100.0/24": {"country": "DE", "country_name": "Germany", "continent": "EU", "continent_name": "Europe"},
        },
    )
