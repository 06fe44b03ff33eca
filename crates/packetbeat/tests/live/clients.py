#!/usr/bin/env python3
"""Real clients that say what they did: one line of JSON for each transaction that went well, `{"type", "key"}`.

    clients.py SERVER SERVER6 FOLDER SERVICE...

All services at the same time. Keys are different from each other, so that an event is known by its key.
A client that fails, or gets another answer than expected, ends the whole with its reason.
"""

import json
import pathlib
import smtplib
import socket
import subprocess
import sys
import threading
import traceback

SERVER, SERVER6, FOLDER, SERVICES = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3]), sys.argv[4:]
LOCK = threading.Lock()
FAILED = []


def log(kind, key):
    with LOCK:
        print(json.dumps({"type": kind, "key": key}))


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise SystemError(f"{command[0]}: {done.returncode}: {done.stderr}{done.stdout}")
    return done.stdout


def curl(name, paths, *options, base=None, upload=None):
    """One curl for all paths: it keeps its connections."""
    base = base or f"http://{SERVER}"
    lines = []
    for path in paths:
        lines += [f'url = "{base}{path}"', 'output = "/dev/null"']
        lines += [f'upload-file = "{upload}"'] if upload else []
    config = FOLDER / f"{name}.curl"
    config.write_text("\n".join(lines))
    out = run("curl", "-gsS", "-K", str(config), "-w", "%{http_code} %{method} %{url_effective}\n", *options)
    done = [line.split(" ", 2) for line in out.splitlines()]
    if len(done) != len(paths) or any(status[0] != "2" for status, _, _ in done):
        raise SystemError(f"curl {name}: {out}")
    for _, method, url in done:
        log("http", f"{method} {url.removeprefix(base)}")


def http():
    upload = FOLDER / "upload"
    upload.write_bytes(bytes(range(256)) * 1200)
    large = [f"/large.bin?live=large-{number}" for number in range(20)]
    curl("kept", [f"/small.txt?live=kept-{number}" for number in range(200)])
    curl("large", large)
    curl("put", [f"/up/live?live=put-{number}" for number in range(20)], "--expect100-timeout", "30", upload=upload)
    curl("crowd", [f"/small.txt?live=crowd-{number}" for number in range(200)], "--parallel", "--parallel-max", "20")
    curl("six", [f"/small.txt?live=six-{number}" for number in range(50)], base=f"http://[{SERVER6}]")
    for number in range(20):
        curl("alone", [f"/large.bin?live=alone-{number}"])


def dns():
    def dig(name, *options, count):
        names = [f"live-{name}-{number}.example.org" for number in range(count)]
        file = FOLDER / f"{name}.dig"
        file.write_text("".join(f"{one} A\n" for one in names))
        out = run("dig", f"@{SERVER}", "+noall", "+answer", "+nocookie", "+tries=1", "+timeout=10", *options, "-f", str(file))
        for one in names:
            if f"{one}. " not in out:
                raise SystemError(f"dig {one}: {out}")
            log("dns", f"{'tcp' if '+tcp' in options else 'udp'} {one}")

    dig("datagram", count=200)
    dig("stream", "+tcp", count=50)
    dig("kept", "+tcp", "+keepopen", count=50)


def smtp():
    for session in range(5):
        with smtplib.SMTP(SERVER, 25, "client.example.org", timeout=60) as mails:
            for number in range(5):
                subject = f"live mail {session} {number}"
                body = "\r\n".join(f"line {line} of the mail" for line in range(20 if number else 3000))
                text = f"From: alice@example.org\r\nTo: bob@example.org\r\nSubject: {subject}\r\n\r\n{body}\r\n"
                mails.sendmail("alice@example.org", ["bob@example.org"], text)
                log("smtp", subject)
    subject = "live mail of swaks"
    run("swaks", "--server", SERVER, "--from", "alice@example.org", "--to", "bob@example.org", "--h-Subject", subject)
    log("smtp", subject)


def mysql():
    def session(name, statements):
        run("mariadb", "--no-defaults", "-h", SERVER, "-u", "ann", "-ppassword", "--skip-ssl", "-A", "shop",
            text="".join(f"{one};\n" for one in statements))
        for one in statements:
            log("mysql", one)

    session("table", ["CREATE OR REPLACE TABLE live (number INT, words TEXT)"])
    parallel(
        *(lambda name=name: session(name, [
            f"SELECT '{name} {number}'" if number % 3 else f"INSERT INTO live VALUES ({number}, '{name} {'x' * number * 30}')"
            for number in range(150)
        ]) for name in ("one", "two", "three"))
    )
    session("large", [f"SELECT REPEAT('live {number} ', 50000)" for number in range(5)])


def redis():
    lines = [f"SET live:{number} {'v' * (number % 50 + 1)}" for number in range(200)]
    out = run("redis-cli", "-h", SERVER, text="".join(f"{line}\n" for line in lines))
    if out.split() != ["OK"] * len(lines):
        raise SystemError(f"redis-cli: {out}")
    # It asks this of its own accord.
    for line in ["COMMAND DOCS", *lines]:
        log("redis", line)
    # Pipelined: all commands before the first answer is read.
    lines = [f"GET live:{number}" for number in range(200)]
    wire = b"".join(b"*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n" % (len(line) - 4, line[4:].encode()) for line in lines)
    with socket.create_connection((SERVER, 6379), timeout=60) as connection:
        connection.sendall(wire)
        answers = connection.makefile("rb")
        for number in range(200):
            head, value = answers.readline(), answers.readline()
            if head != b"$%d\r\n" % (number % 50 + 1) or len(value) != number % 50 + 3:
                raise SystemError(f"redis: {head} {value}")
    for line in lines:
        log("redis", line)


def parallel(*works):
    def guarded(work):
        try:
            work()
        except BaseException:
            FAILED.append(traceback.format_exc())

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    parallel(*(globals()[service] for service in SERVICES))
    sys.exit("\n".join(FAILED) or None)
