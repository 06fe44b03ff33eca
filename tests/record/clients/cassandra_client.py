"""Sessions with a Cassandra server through DataStax's driver; prints what each request came to as JSON lines.

    cassandra_client.py v4|v3|v5|v5-lz4

Members are those of the event that are certain: operation, statement, values, rows, the number of the error.
v3 is compressed with snappy, v4 is not, of v5 there are two.
"""

import collections
import datetime
import decimal
import ipaddress
import json
import sys
import uuid

from cassandra import ConsistencyLevel, InvalidRequest, AlreadyExists
from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile, NoHostAvailable
from cassandra.policies import RoundRobinPolicy
from cassandra.protocol import SyntaxException
from cassandra.query import BatchStatement, BatchType, SimpleStatement

MODE = sys.argv[1]
VERSION = int(MODE[1])
COMPRESSION = {"v3": "snappy", "v5-lz4": "lz4"}.get(MODE, False)
ID = uuid.UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")


def log(op, query, **members):
    print(json.dumps({"op": op, "version": str(VERSION), "query": query, **members}, ensure_ascii=False))


def cluster(password="cassandra"):
    profile = ExecutionProfile(load_balancing_policy=RoundRobinPolicy(), consistency_level=ConsistencyLevel.ONE)
    return Cluster(["192.0.2.25"], protocol_version=VERSION, compression=COMPRESSION,
                   auth_provider=PlainTextAuthProvider("cassandra", password),
                   schema_metadata_enabled=False, token_metadata_enabled=False,
                   execution_profiles={EXEC_PROFILE_DEFAULT: profile})


def run(session, query, **members):
    """A statement as text; what came of it is logged."""
    arguments = {name: members.pop(name) for name in ("trace", "custom_payload") if name in members}
    statement = query if isinstance(query, SimpleStatement) else SimpleStatement(query)
    text = statement.query_string
    try:
        result = session.execute(statement, **arguments)
    except (InvalidRequest, SyntaxException, AlreadyExists) as error:
        code = {"InvalidRequest": 0x2200, "SyntaxException": 0x2000, "AlreadyExists": 0x2400}[type(error).__name__]
        log("QUERY", text, status="Error", error_code=code, **members)
        return None
    if result.column_names:
        # One page of it.
        log("QUERY", text, status="OK", **{"num_rows": len(result.current_rows), **members})
    else:
        log("QUERY", text, status="OK", **members)
    return result


def execute(session, prepared, values, params, **members):
    result = session.execute(prepared, values)
    if result.column_names:
        members["num_rows"] = len(result.current_rows)
    log("EXECUTE", prepared.query_string, status="OK", params=params, **members)
    return result


def prepare(session, query):
    prepared = session.prepare(query)
    log("PREPARE", query, status="OK")
    return prepared


def refused():
    try:
        cluster("correct horse").connect()
    except NoHostAvailable:
        log("AUTH_RESPONSE", None, status="Error", error_code=0x0100)


def texts(session):
    run(session, "DROP KEYSPACE IF EXISTS shop")
    run(session, "CREATE KEYSPACE shop WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
        result="schemaChanged")
    run(session, "CREATE TABLE shop.users (id int PRIMARY KEY, name text, born date)", result="schemaChanged")
    run(session, "INSERT INTO shop.users (id, name, born) VALUES (1, 'Ann', '1990-01-15')", result="void")
    run(session, "INSERT INTO shop.users (id, name) VALUES (2, 'Zoë’s; \"friend\"')", result="void")
    run(session, "SELECT id, name, born FROM shop.users WHERE id = 1", result="rows", path="shop.users",
        response="id,name,born\n1,Ann,1990-01-15\n")
    run(session, "SELECT id, name, born FROM shop.users WHERE id = 2",
        response="id,name,born\n2,\"Zoë’s; \"\"friend\"\"\",NULL\n")
    run(session, "SELECT * FROM shop.users WHERE id = 99", response="id,born,name\n")
    run(session, "SELECT * FROM shop.nothing")
    run(session, "SELEC 1")
    run(session, "CREATE TABLE shop.users (id int PRIMARY KEY)")
    run(session, "SELECT count(*) FROM shop.users", warned=VERSION > 3)
    run(session, "SELECT name FROM shop.users WHERE id = 1", trace=True, traced=True)
    if VERSION > 3:
        run(session, "SELECT name FROM shop.users WHERE id = 2", custom_payload={"who": b"tests"})
    run(session, "UPDATE shop.users SET name = 'x' WHERE id = 1 IF name = 'nobody'")


def prepared(session):
    insert = prepare(session, "INSERT INTO shop.users (id, name, born) VALUES (?, ?, ?)")
    for at in range(10, 22):
        execute(session, insert, (at, f"user {at}", None), [str(at), f"user {at}", "NULL"], result="void")
    execute(session, insert, (9, "Grace", datetime.date(1906, 12, 9)), ["9", "Grace", "1906-12-09"])
    find = prepare(session, "SELECT id, name FROM shop.users WHERE id = ?")
    execute(session, find, (12,), ["12"], response="id,name\n12,user 12\n", path="shop.users")
    execute(session, find, (98,), ["98"])
    batch = BatchStatement(batch_type=BatchType.UNLOGGED)
    batch.add(insert, (30, "batched", None))
    batch.add(SimpleStatement("DELETE FROM shop.users WHERE id = 10"))
    session.execute(batch)
    log("BATCH", "INSERT INTO shop.users (id, name, born) VALUES (?, ?, ?); DELETE FROM shop.users WHERE id = 10",
        status="OK", params=["30", "batched", "NULL"], batch="UNLOGGED", statements=2)
    # Pages: 5 rows each.
    pages = session.execute(SimpleStatement("SELECT id FROM shop.users", fetch_size=5))
    log("QUERY", "SELECT id FROM shop.users", status="OK", num_rows=len(pages.current_rows), page_size=5)
    while pages.has_more_pages:
        pages.fetch_next_page()
        log("QUERY", "SELECT id FROM shop.users", status="OK", num_rows=len(pages.current_rows), page_size=5,
            next_page=True)


def kinds(session):
    run(session, "CREATE TYPE shop.address (street text, zip int)", result="schemaChanged")
    vector = ", v vector<float, 3>" if VERSION == 5 else ""
    run(session, "CREATE TABLE shop.kinds (id uuid PRIMARY KEY, a ascii, b bigint, c blob, d boolean, e decimal, f double, "
                 "g float, h inet, i smallint, j tinyint, k timestamp, l time, m varint, n list<int>, o set<text>, "
                 f"p map<text, int>, q tuple<int, text>, r frozen<address>, s duration{vector})")
    Address = collections.namedtuple("Address", "street zip")
    columns = "id, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r" + (", v" if VERSION == 5 else "")
    insert = prepare(session, f"INSERT INTO shop.kinds ({columns}) VALUES ({', '.join('?' * len(columns.split(', ')))})")
    values = [ID, "plain", -(1 << 40), b"\xca\xfe", True, decimal.Decimal("12.50"), -0.1, 1.5,
              str(ipaddress.ip_address("2001:db8::7")), -300, 7, datetime.datetime(2026, 1, 15, 9, 30, 0, 123000),
              datetime.time(12, 30, 1), 10**30, [1, 2], {"x"}, {"k": 5}, (3, "three"), Address("Main", 10115)]
    params = [str(ID), "plain", "-1099511627776", "0xcafe", "true", "12.50", "-0.1", "1.5", "2001:db8::7", "-300", "7",
              "2026-01-15T09:30:00.123Z", "12:30:01.000000000", "1" + "0" * 30, "[1, 2]", "{'x'}", "{'k': 5}",
              "(3, 'three')", "{street: 'Main', zip: 10115}"]
    if VERSION == 5:
        values.append([1.0, -2.5, 0.25])
        params.append("[1, -2.5, 0.25]")
    execute(session, insert, values, params)
    text = ",".join('"' + param + '"' if "," in param else param for param in params)
    run(session, f"SELECT {columns} FROM shop.kinds",
        response=columns.replace(", ", ",") + "\n" + text + "\n")
    run(session, f"UPDATE shop.kinds SET s = 1mo2d3h WHERE id = {ID}")
    run(session, "SELECT s FROM shop.kinds", response="s\n1mo2d10800000000000ns\n")


def long(session):
    """Rows and a statement that need several segments, and in version 5 several frames."""
    run(session, "CREATE TABLE shop.words (id int, at int, word text, PRIMARY KEY (id, at))")
    insert = prepare(session, "INSERT INTO shop.words (id, at, word) VALUES (1, ?, ?)")
    for at in range(20):
        word = f"{at} " * 150
        execute(session, insert, (at, word), [str(at), word])
    run(session, "SELECT at, word FROM shop.words WHERE id = 1")
    if COMPRESSION:
        big = "lorem ipsum " * 20000
        execute(session, insert, (100, big), ["100", big[:1024]])
        run(session, "SELECT word FROM shop.words WHERE id = 1 AND at = 100",
            response=f"word\n{big[:1024]}\n")


if VERSION == 4:
    refused()
with cluster() as connected:
    session = connected.connect()
    texts(session)
    prepared(session)
    kinds(session)
    long(session)
    run(session, "TRUNCATE shop.words")
