"""A mail server that asks for a login before it takes mail: aiosmtpd with PLAIN, LOGIN and CRAM-MD5.

    smtp_server.py ADDRESS PORT
"""

import asyncio
import base64
import hmac
import sys

from aiosmtpd.smtp import SMTP, AuthResult

USER, PASSWORD = b"alice@example.org", b"correct horse"


class Handler:
    async def auth_CRAM__MD5(self, server, args):
        challenge = b"<20260115090000.1@mail.example.org>"
        answer = await server.challenge_auth(challenge)
        name, _, digest = answer.rpartition(b" ")
        good = hmac.new(PASSWORD, challenge, "md5").hexdigest().encode()
        return AuthResult(success=name == USER and hmac.compare_digest(digest, good), auth_data=name)

    async def handle_DATA(self, server, session, envelope):
        return "250 2.0.0 Ok: queued"


def known(server, session, envelope, mechanism, data):
    return AuthResult(success=(data.login, data.password) == (USER, PASSWORD), handled=False)


def one_connection():
    return SMTP(
        Handler(),
        hostname="mail.example.org",
        ident="ESMTP",
        auth_required=True,
        auth_require_tls=False,
        authenticator=known,
    )


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(one_connection, sys.argv[1], int(sys.argv[2]))
    await server.serve_forever()


asyncio.run(main())
