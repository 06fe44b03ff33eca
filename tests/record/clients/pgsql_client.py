"""Sessions with a PostgreSQL server through three client libraries; prints what each statement came to as JSON lines.

    pgsql_client.py simple|extended FOLDER

Members are those of the event that are certain: the statement, its parameters, rows, affected rows, the error.
"""

import asyncio
import datetime
import decimal
import io
import json
import pathlib
import sys
import threading
import time
import uuid

MODE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])


def log(query, **members):
    print(json.dumps({"query": query, **members}, ensure_ascii=False))


def run(cursor, query, error_class):
    """A simple query; what came of it is logged."""
    try:
        cursor.execute(query)
    except error_class as error:
        log(query, status="Error", error_code=error.pgcode)
        return
    if cursor.description:
        log(query, status="OK", num_rows=cursor.rowcount, num_fields=len(cursor.description))
        cursor.fetchall()
    elif query.split()[0].upper() in ("INSERT", "UPDATE", "DELETE"):
        log(query, status="OK", num_rows=0, affected_rows=cursor.rowcount)
    else:
        log(query, status="OK", num_rows=0)


def simple():
    import psycopg2

    connection = psycopg2.connect("")
    connection.autocommit = True
    cursor = connection.cursor()

    def do(query):
        run(cursor, query, psycopg2.Error)

    do("CREATE TABLE orders (id SERIAL PRIMARY KEY, name VARCHAR(40) UNIQUE, price NUMERIC(8,2), note TEXT)")
    do("INSERT INTO orders (name, price) VALUES ('pens', 1.50), ('ink', 12), ('paper', NULL)")
    do("SELECT id, name, price FROM orders ORDER BY id")
    do("SELECT * FROM orders WHERE name = 'nothing of this name'")
    do("UPDATE orders SET note = 'Zoë’s; \"favourite\"' WHERE id < 3")
    do("SELECT note, length(note) AS length FROM orders")
    do("INSERT INTO orders (name) VALUES ('pens')")
    do("SELECT * FROM nothing")
    do("/* who: tests */ select count(*) from orders")
    do("DROP TABLE IF EXISTS nothing")
    do("CREATE FUNCTION twice(n int) RETURNS int AS $body$ BEGIN RETURN 2 * n; END; $body$ LANGUAGE plpgsql")
    do("SELECT twice(21), E'it\\'s; so', $$a;b$$")
    do("DO $$ BEGIN RAISE WARNING 'look out'; END $$")
    do("DELETE FROM orders WHERE id = 3")
    # More rows than are shown, and rows longer than a segment.
    do("SELECT n, repeat('x', n % 50) FROM generate_series(1, 600) AS n")
    do("SELECT repeat('long ', 4000)")
    do("SELECT '" + "y" * 9000 + "' AS words")
    # Two statements of which the second has no result, then an empty one.
    cursor.execute("INSERT INTO orders (name) VALUES ('a'); DELETE FROM orders WHERE name = 'a';")
    log("INSERT INTO orders (name) VALUES ('a')", status="OK", affected_rows=1)
    log("DELETE FROM orders WHERE name = 'a'", status="OK", affected_rows=1)
    # Rows in both directions by COPY, and a copy that fails.
    out = io.StringIO()
    cursor.copy_expert("COPY orders TO STDOUT", out)
    lines = out.getvalue().count("\n")
    log("COPY orders TO STDOUT", status="OK", num_rows=lines, affected_rows=lines)
    cursor.copy_expert("COPY orders (name, note) FROM STDIN", io.StringIO("".join(f"n{n}\tnote\n" for n in range(300))))
    log("COPY orders (name, note) FROM STDIN", status="OK", num_rows=300, affected_rows=300)
    try:
        cursor.copy_expert("COPY orders (name, note) FROM STDIN", io.StringIO("n1\tagain\n"))
    except psycopg2.Error as error:
        log("COPY orders (name, note) FROM STDIN", status="Error", error_code=error.pgcode)
    # A notification that comes within another statement's answer.
    do("LISTEN news")
    do("NOTIFY news, 'fresh'")
    # A secret in a statement: its literals are masked.
    cursor.execute("ALTER ROLE ann PASSWORD 'correct horse'")
    log("ALTER ROLE ann PASSWORD ?", status="OK", num_rows=0)
    # Large objects are function calls.
    connection.autocommit = False
    large = connection.lobject(0, "wb")
    large.write(b"bytes of a large object")
    large.close()
    connection.commit()
    # A statement that another connection cancels.
    connection.autocommit = True
    timer = threading.Timer(0.3, connection.cancel)
    timer.start()
    do("SELECT pg_sleep(20)")
    timer.join()
    connection.close()


def rows(query, params, cursor, **more):
    members = dict(more)
    if params is not None:
        members["params"] = params
    if cursor.description:
        members.update(num_rows=cursor.rowcount, num_fields=len(cursor.description))
    elif cursor.rowcount >= 0:
        members.update(affected_rows=cursor.rowcount)
    log(query, status="OK", **members)


def with_psycopg():
    import psycopg

    connection = psycopg.connect("", autocommit=True, prepare_threshold=2)
    cursor = connection.cursor()
    cursor.execute("CREATE TABLE kinds (id int, words text, price numeric, day date, at timestamptz, flag bool, key uuid)")
    log("CREATE TABLE kinds (id int, words text, price numeric, day date, at timestamptz, flag bool, key uuid)",
        status="OK")
    insert = "INSERT INTO kinds VALUES ($1, $2, $3, $4, $5, $6, $7)"
    key = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")
    day = datetime.date(2026, 1, 15)
    at = datetime.datetime(2026, 1, 15, 9, 8, 7, tzinfo=datetime.timezone.utc)
    for id, words, flag in ((1, "one", True), (2, "it's; two", False), (3, None, None)):
        values = (id, words, decimal.Decimal("12.50"), day, at, flag, key)
        cursor.execute(insert.replace("$1", "%s").replace("$2", "%s").replace("$3", "%s").replace("$4", "%s")
                       .replace("$5", "%s").replace("$6", "%s").replace("$7", "%s"), values)
        log(insert, status="OK", affected_rows=1)
    for binary in (False, True):
        with connection.cursor(binary=binary) as other:
            for id in (1, 2, 3):
                other.execute("SELECT id, words, flag FROM kinds WHERE id = %s", (id,), binary=binary)
                other.fetchall()
                rows("SELECT id, words, flag FROM kinds WHERE id = $1", [str(id)], other)
    try:
        cursor.execute("SELECT * FROM nothing WHERE id = %s", (1,))
    except psycopg.Error as error:
        log("SELECT * FROM nothing WHERE id = $1", status="Error", error_code=error.sqlstate)
    # A pipeline: several executions before one Sync; the rest of a group that failed is not run.
    with connection.pipeline():
        for id in (10, 11, 12):
            cursor.execute("INSERT INTO kinds (id) VALUES (%s)", (id,))
    for id in (10, 11, 12):
        log("INSERT INTO kinds (id) VALUES ($1)", status="OK", params=[str(id)], affected_rows=1)
    try:
        with connection.pipeline():
            cursor.execute("UPDATE kinds SET words = %s WHERE id = 10", ("ten",))
            cursor.execute("SELECT 1 / %s", (0,))
            cursor.execute("UPDATE kinds SET words = %s WHERE id = 11", ("eleven",))
    except psycopg.Error as error:
        log("UPDATE kinds SET words = $1 WHERE id = 10", status="OK", params=["ten"], affected_rows=1)
        log("SELECT 1 / $1", status="Error", error_code=error.sqlstate)
        log("UPDATE kinds SET words = $1 WHERE id = 11", status="Error", params=["eleven"], not_run=True)
    # A cursor of the server, its rows in parts.
    with connection.transaction(), connection.cursor(name="walk") as walk:
        walk.execute("SELECT n FROM generate_series(1, %s) AS n", (25,))
        while walk.fetchmany(10):
            pass
    log("DECLARE \"walk\" CURSOR FOR SELECT n FROM generate_series(1, $1) AS n", status="OK", params=["25"])
    for count in (10, 10, 5, 0):
        log("FETCH FORWARD 10 FROM \"walk\"", status="OK", num_rows=count)
    with cursor.copy("COPY kinds (id, words) FROM STDIN") as copy:
        for id in range(100, 150):
            copy.write_row((id, "copied"))
    log("COPY kinds (id, words) FROM STDIN", status="OK", affected_rows=50)
    connection.close()


async def with_asyncpg():
    import asyncpg

    connection = await asyncpg.connect(host="db.example.org", user="ann", password="correct horse", database="shop", ssl=False)
    query = "SELECT id, words, price, day, at, flag, key FROM kinds WHERE id = $1 AND words = $2"
    prepared = await connection.prepare(query)
    for id, words, found in ((1, "one", 1), (2, "two", 0)):
        await prepared.fetch(id, words)
        log(query, status="OK", params=[str(id), words], num_rows=found, num_fields=7)
    day = datetime.date(1999, 12, 31)
    query = "UPDATE kinds SET day = $1, price = $2, key = $3, flag = $4 WHERE id = ANY($5::int[])"
    key = uuid.UUID("ffeeddcc-bbaa-9988-7766-554433221100")
    await connection.execute(query, day, decimal.Decimal("-0.005"), key, True, [1, 2])
    log(query, status="OK", params=["1999-12-31", "-0.005", str(key), "t", "{1,2}"], affected_rows=2)
    await connection.executemany("INSERT INTO kinds (id, at) VALUES ($1, $2)",
                                 [(n, datetime.datetime(2026, 1, n, tzinfo=datetime.timezone.utc)) for n in (20, 21)])
    for n in (20, 21):
        log("INSERT INTO kinds (id, at) VALUES ($1, $2)", status="OK", params=[str(n), f"2026-01-{n} 00:00:00+00"],
            affected_rows=1)
    try:
        await connection.fetch("SELEC $1", 1)
    except asyncpg.PostgresError as error:
        log("SELEC $1", status="Error", error_code=error.sqlstate)
    # A portal that gives its rows in parts: the first is the statement's event.
    async with connection.transaction():
        count = 0
        async for _ in connection.cursor("SELECT n FROM generate_series(1, 120) AS n", prefetch=50):
            count += 1
        assert count == 120
    log("SELECT n FROM generate_series(1, 120) AS n", status="OK", num_rows=50, num_fields=1)
    await connection.close()


if MODE == "simple":
    simple()
else:
    with_psycopg()
    asyncio.run(with_asyncpg())
