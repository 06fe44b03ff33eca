"""Sessions with a MariaDB server through three client libraries; prints what each statement came to as JSON lines.

    mysql_client.py text|prepared|compressed FOLDER

Members are those of the event that are certain: the statement, its parameters, rows, affected rows, the error.
"""

import datetime
import decimal
import json
import pathlib
import sys

import pymysql
from pymysql.constants import CLIENT

MODE, FOLDER = sys.argv[1], pathlib.Path(sys.argv[2])
HOST, PORT = "db.example.org", 3306
LOGIN = {"host": HOST, "port": PORT, "user": "ann", "password": "correct horse", "database": "shop"}


def log(query, **members):
    print(json.dumps({"query": query, **members}, ensure_ascii=False))


def run(cursor, query, shown=None):
    """A statement as text; what came of it is logged."""
    try:
        affected = cursor.execute(query)
    except pymysql.MySQLError as error:
        log(shown or query, status="Error", error_code=error.args[0])
        return
    if cursor.description:
        log(shown or query, status="OK", num_rows=affected, num_fields=len(cursor.description))
        cursor.fetchall()
    else:
        log(shown or query, status="OK", num_rows=0, affected_rows=affected)


def text():
    connection = pymysql.connect(**LOGIN, autocommit=None, local_infile=True,
                                 client_flag=CLIENT.MULTI_STATEMENTS)
    cursor = connection.cursor()
    run(cursor, "CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) UNIQUE, price DECIMAL(8,2), note TEXT)")
    run(cursor, "INSERT INTO orders (name, price) VALUES ('pens', 1.50), ('ink', 12), ('paper', NULL)")
    run(cursor, "SELECT id, name, price FROM orders ORDER BY id")
    run(cursor, "SELECT * FROM orders WHERE name = 'nothing of this name'")
    run(cursor, "UPDATE orders SET note = 'Zoë’s; \"favourite\"' WHERE id < 3")
    run(cursor, "SELECT note, LENGTH(note) AS length FROM orders")
    run(cursor, "INSERT INTO orders (name) VALUES ('pens')")
    run(cursor, "SELECT * FROM nothing")
    run(cursor, "SELEC 1")
    run(cursor, "/* who: tests */ select count(*) from orders")
    run(cursor, "SELECT 1 / 0, CAST('7 lamps' AS INT)")
    run(cursor, "DELETE FROM orders WHERE id = 3")
    connection.ping(reconnect=False)
    connection.select_db("information_schema")
    run(cursor, "SELECT table_name FROM tables WHERE table_schema = 'shop'")
    connection.select_db("shop")
    # More rows than a sequence number counts, and rows longer than a segment.
    run(cursor, "SELECT seq, REPEAT('x', seq % 50) AS filler FROM seq_1_to_1000")
    run(cursor, "SELECT REPEAT('long ', 2000) AS long_value FROM seq_1_to_3")
    long_query = "SELECT '" + "a" * 9000 + "' AS long_literal"
    run(cursor, long_query)
    # Two statements in one command: one event, with the rows of both.
    cursor.execute("SELECT 1 AS one; SELECT 2 AS two UNION SELECT 3")
    while cursor.nextset():
        pass
    log("SELECT 1 AS one; SELECT 2 AS two UNION SELECT 3", status="OK", num_rows=3, num_fields=1, results=2)
    cursor.execute("INSERT INTO orders (name) VALUES ('glue'); UPDATE orders SET price = 3; SELECT 1")
    while cursor.nextset():
        pass
    log("INSERT INTO orders (name) VALUES ('glue'); UPDATE orders SET price = 3; SELECT 1",
        status="OK", num_rows=1, affected_rows=4, results=3)
    run(cursor, "CREATE PROCEDURE two() BEGIN SELECT id FROM orders; SELECT name FROM orders; END")
    cursor.execute("CALL two()")
    while cursor.nextset():
        pass
    log("CALL two()", status="OK", num_rows=6, results=3)
    file = FOLDER / "orders.csv"
    file.write_text("10,ruler,2.5,a\n11,tape,3.5,b\n")
    run(cursor, f"LOAD DATA LOCAL INFILE '{file}' INTO TABLE orders FIELDS TERMINATED BY ','",
        "LOAD DATA LOCAL INFILE")
    run(cursor, "SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'")
    run(cursor, "SELECT 'C:\\' AS drive")
    connection.close()
    try:
        pymysql.connect(**{**LOGIN, "password": "wrong horse"})
    except pymysql.MySQLError as error:
        assert error.args[0] == 1045, error


VALUES = [
    (1, -1, 2.5, decimal.Decimal("12.50"), "plain"),
    (2, 2**31 - 1, -0.125, None, "it's \"quoted\", Zoë"),
    (3, -(2**31), 1e20, decimal.Decimal("-0.01"), ""),
]


def prepared():
    import mysql.connector

    connection = mysql.connector.connect(**LOGIN, use_pure=True, ssl_disabled=True)
    cursor = connection.cursor(prepared=True)
    make = "CREATE TABLE kinds (id INT, big BIGINT, real_value DOUBLE, exact DECIMAL(8,2), words VARCHAR(80), day DATE, moment DATETIME(6), clock TIME, data BLOB)"
    plain = connection.cursor()
    plain.execute(make)
    log(make, status="OK", affected_rows=0)
    insert = "INSERT INTO kinds (id, big, real_value, exact, words) VALUES (?, ?, ?, ?, ?)"
    log("Request Prepare Statement", note=insert, status="OK")
    for values in VALUES:
        cursor.execute(insert, values)
        log(insert, status="OK", affected_rows=1, params=[shown(value) for value in values])
    cursor = connection.cursor(prepared=True)
    times = "UPDATE kinds SET day = ?, moment = ?, clock = ?, data = ? WHERE id = ?"
    values = (datetime.date(2026, 1, 15), datetime.datetime(2026, 1, 15, 9, 8, 7, 250), datetime.timedelta(hours=30, seconds=5),
              b"\x00\x01 data", 1)
    cursor.execute(times, values)
    log("Request Prepare Statement", note=times, status="OK")
    log(times, status="OK", affected_rows=1)
    cursor = connection.cursor(prepared=True)
    select = "SELECT * FROM kinds WHERE id >= ? ORDER BY id"
    for least in (1, 2, 9):
        cursor.execute(select, (least,))
        rows = cursor.fetchall()
        if least == 1:
            log("Request Prepare Statement", note=select, status="OK", num_fields=9)
        log(select, status="OK", num_rows=len(rows), num_fields=9, params=[str(least)])
    cursor = connection.cursor(prepared=True)
    try:
        cursor.execute("SELECT * FROM nowhere WHERE id = ?", (1,))
    except mysql.connector.Error as error:
        log("SELECT * FROM nowhere WHERE id = ?", status="Error", error_code=error.errno)
    connection.commit()
    log("COMMIT", status="OK")
    connection.close()


def shown(value):
    """A parameter as an event has it."""
    if value is None:
        return "NULL"
    if isinstance(value, float) and value == 1e20:
        return "100000000000000000000"
    return str(value)


def compressed():
    import mysql.connector

    connection = mysql.connector.connect(**LOGIN, use_pure=True, compress=True, ssl_disabled=True)
    cursor = connection.cursor()
    queries = [
        "SELECT seq, REPEAT('squeeze ', 20) AS words FROM seq_1_to_200",
        "SELECT 1 AS tiny",
        "SELECT '" + "b" * 5000 + "' AS long_literal",
        "SELECT REPEAT('wide ', 40000) AS wide",
    ]
    for query in queries:
        cursor.execute(query)
        rows = cursor.fetchall()
        log(query, status="OK", num_rows=len(rows), num_fields=len(cursor.description))
    try:
        cursor.execute("SELECT * FROM nowhere")
    except mysql.connector.Error as error:
        log("SELECT * FROM nowhere", status="Error", error_code=error.errno)
    connection.close()


{"text": text, "prepared": prepared, "compressed": compressed}[MODE]()
