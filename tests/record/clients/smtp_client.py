"""Mail sessions by hand, for what mail programs do not do on demand; prints what it did as JSON lines.

One line per mail begun (MAIL FROM answered): `code` is the answer to its content, null if it was given up before.
"""

import base64
import json
import socket

HOST, HOST6, PORT = "mail.example.org", "mail6.example.org", 25


class Session:
    """One connection. Commands are sent one by one or, with `pipelined`, in one segment."""

    def __init__(self, host=HOST, hello="EHLO client.example.org"):
        self.socket = socket.create_connection((host, PORT), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb")
        self.answer(220)
        if hello:
            self.command(hello, 250)

    def answer(self, *wanted):
        while True:
            line = self.answers.readline()
            if line[3:4] != b"-":
                break
        code = int(line[:3])
        assert not wanted or code in wanted, line
        return code

    def write(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def command(self, line, *wanted):
        self.write(line + "\r\n")
        return self.answer(*wanted)

    def mail(self, sender, recipients, content=None, options="", give_up=None, code=250, pipelined=False):
        """One mail; recipients is a list of (address, code of its answer)."""
        lines = [f"MAIL FROM:<{sender}>{options}"] + [f"RCPT TO:<{r}>" for r, _ in recipients]
        if pipelined:
            self.write("".join(line + "\r\n" for line in lines + ["DATA"]))
            self.answer(250)
            for _, wanted in recipients:
                self.answer(wanted)
        else:
            self.command(lines[0], 250)
            for line, (_, wanted) in zip(lines[1:], recipients):
                self.command(line, wanted)
        if give_up is not None:
            give_up(self)
            report(sender, recipients, None, None)
            return
        if pipelined:
            self.answer(354)
        else:
            self.command("DATA", 354)
        self.write(stuffed(content))
        self.answer(code)
        report(sender, recipients, content, code)

    def chunks(self, sender, recipients, content, *cuts, pipelined=False):
        """The same with BDAT (RFC 3030): the content cut at the given places, nothing stuffed."""
        data = content.encode()
        places = [0, *cuts, len(data)]
        parts = [data[a:b] for a, b in zip(places, places[1:])]
        sends = []
        for number, part in enumerate(parts, 1):
            last = " LAST" if number == len(parts) else ""
            sends.append(f"BDAT {len(part)}{last}\r\n".encode() + part)
        opening = [f"MAIL FROM:<{sender}> BODY=8BITMIME\r\n".encode()]
        opening += [f"RCPT TO:<{r}>\r\n".encode() for r, _ in recipients]
        wanted = [250] + [code for _, code in recipients] + [250] * len(sends)
        if pipelined:
            self.write(b"".join(opening + sends))
            for code in wanted:
                self.answer(code)
        else:
            for data, code in zip(opening + sends, wanted):
                self.write(data)
                self.answer(code)
        report(sender, recipients, content, 250)

    def quit(self):
        self.command("QUIT", 221)
        self.close()

    def close(self):
        self.answers.close()
        self.socket.close()


def stuffed(content):
    lines = content.split("\r\n")
    return "\r\n".join("." + line if line.startswith(".") else line for line in lines) + ".\r\n"


def report(sender, recipients, content, code):
    print(
        json.dumps(
            {
                "mail_from": sender,
                "rcpt_to": [r for r, answer in recipients if answer < 300],
                "rejected_rcpt_to": [r for r, answer in recipients if answer >= 300],
                "subject": content and subjects[content],
                "code": code,
            },
            ensure_ascii=False,
        )
    )


subjects = {}


def message(subject, body, header=None, to="Bob <bob@example.org>"):
    """A message; `header` is how the subject is written on the wire if not literally."""
    number = len(subjects) + 1
    text = (
        "From: Alice <alice@example.org>\r\n"
        f"To: {to}\r\n"
        f"Subject: {header or subject}\r\n"
        "Date: Thu, 15 Jan 2026 09:00:00 +0000\r\n"
        f"Message-ID: <20260115090000.{number:02}@client.example.org>\r\n"
        "\r\n" + body
    )
    subjects[text] = subject
    return text


ALICE, BOB, CAROL, NOBODY = "alice@example.org", ("bob@example.org", 250), ("carol@example.org", 250), ("nobody@example.org", 550)


def several_mails():
    s = Session()
    s.mail(ALICE, [BOB], message("First of several", "One.\r\n"))
    s.mail(ALICE, [BOB, NOBODY, CAROL], message("One recipient is unknown", "Two.\r\n"))
    s.mail(ALICE, [BOB], give_up=lambda s: s.command("RSET", 250))
    s.mail(ALICE, [NOBODY], give_up=lambda s: (s.command("DATA", 554), s.command("RSET", 250)))
    s.mail("", [BOB], message("From nobody: a bounce", "Undelivered.\r\n"))
    s.mail(ALICE, [BOB], message("Dots", ".\r\n..\r\n.leading dot\r\n. a dot and a space\r\nend.\r\n.\r\n"))
    s.quit()


def headers():
    s = Session()
    encoded = "=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus?=\r\n =?utf-8?B?IE3DvG5jaGVu?="
    s.mail(ALICE, [BOB], message("Grüße aus München", "Hallo.\r\n", encoded))
    s.mail(ALICE, [BOB], message("Caf\u00e9 au lait", "Bonjour.\r\n", "=?iso-8859-1?q?Caf=E9_au_lait?="))
    folded = "A subject that is folded\r\n over three lines\r\n\twith a tab"
    s.mail(ALICE, [BOB, CAROL], message("A subject that is folded over three lines with a tab", "Folded.\r\n", folded, "Bob <bob@example.org>,\r\n Carol <carol@example.org>"))
    s.mail(ALICE, [BOB], message("forbidden words", "Rejected by its content.\r\n"), code=550)
    s.command("MAIL FROM:<alice@example.org> SIZE=99999999", 552)
    s.quit()


def pipelining():
    s = Session()
    s.mail(ALICE, [BOB, CAROL, NOBODY], message("Three commands in one segment", "Pipelined.\r\n"), pipelined=True)
    # The end of one mail and all of the next one's commands in one segment, then its content with QUIT.
    first, second = message("Back to back, first", "1\r\n"), message("Back to back, second", "2\r\n")
    opening = "MAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n"
    s.write(opening)
    s.answer(250), s.answer(250), s.answer(354)
    s.write(stuffed(first) + opening)
    s.answer(250), s.answer(250), s.answer(250), s.answer(354)
    s.write(stuffed(second) + "QUIT\r\n")
    s.answer(250), s.answer(221)
    s.close()
    report(ALICE, [BOB], first, 250)
    report(ALICE, [BOB], second, 250)


def chunking():
    s = Session()
    body = "This looks like an end:\r\n.\r\nQUIT\r\nMAIL FROM:<mallory@example.org>\r\nbut it is not.\r\n"
    s.chunks(ALICE, [BOB], message("In one chunk", body))
    s.chunks(ALICE, [BOB, CAROL], message("In three chunks", body * 3), 10, 150)
    s.chunks(ALICE, [BOB], message("Chunks and commands in one segment", body), 100, pipelined=True)
    s.quit()


def international():
    s = Session()
    zoe = ("zoë@example.org", 250)
    s.mail("jürgen@example.org", [zoe], message("Grüße ohne Kodierung", "Hallo Zoë.\r\n"), " SMTPUTF8 BODY=8BITMIME")
    s.quit()


def attachment():
    s = Session(HOST6)
    part = base64.encodebytes(bytes(range(256)) * 80).decode().replace("\n", "\r\n")
    body = (
        "--frontier\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
        '<p>See <a href="http://www.example.org/report">the report</a>.</p>\r\n'
        '--frontier\r\nContent-Type: application/pdf; name="report.pdf"\r\n'
        'Content-Disposition: attachment; filename="report.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        f"{part}--frontier--\r\n"
    )
    header = 'With an attachment\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="frontier"'
    s.mail(ALICE, [BOB], message("With an attachment", body, header))
    s.quit()


def without_mail():
    Session().quit()
    s = Session(hello="HELO client.example.org")
    s.command("NOOP", 250)
    s.command("VRFY bob@example.org", 250, 252)
    s.command("vrfy nobody@example.org", 250, 252, 550)
    s.command("HELP", 500, 502)
    s.quit()
    # Too many errors: the server ends the session.
    s = Session(hello=None)
    for line in ("WHAT", "IS", "THIS"):
        code = s.command(line, 500, 502, 421)
    while code != 421:
        code = s.command("MORE", 500, 502, 421)
    s.close()


def given_up():
    s = Session()
    s.mail(ALICE, [BOB], give_up=lambda s: s.command("EHLO again.example.org", 250))
    s.mail(ALICE, [BOB], give_up=lambda s: s.command("QUIT", 221))
    s.close()
    # The connection ends in the middle of the content.
    s = Session()
    content = message("Never finished", "This mail has no e")
    s.command("MAIL FROM:<alice@example.org>", 250)
    s.command("RCPT TO:<bob@example.org>", 250)
    s.command("DATA", 354)
    s.write(content)
    s.close()
    report(ALICE, [BOB], content, None)


for scene in (several_mails, headers, pipelining, chunking, international, attachment, without_mail, given_up):
    scene()
