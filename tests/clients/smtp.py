"""A mail server for the tests (aiosmtpd) that answers as the recipient's name asks, and keeps what it accepts.

usage: smtp.py FOLDER

Tells its port on its first line of output. `plus-tard…@` is deferred once (451), `inconnu…@` refused for good (550),
everybody else gets their mail: FOLDER/<number>.eml holds its bytes as they came. Ends with its input.
"""

import socket
import sys
from pathlib import Path

from aiosmtpd.controller import Controller


class Answers:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.deferred = set()
        self.kept = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("inconnu"):
            return f"550 5.1.1 <{address}>: no such mailbox"
        if address.startswith("plus-tard") and address not in self.deferred:
            self.deferred.add(address)
            return f"451 4.7.1 <{address}>: try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        (self.folder / f"{self.kept:03}.eml").write_bytes(envelope.original_content)
        self.kept += 1
        return "250 accepted"


with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]
controller = Controller(Answers(sys.argv[1]), hostname="127.0.0.1", port=port)
controller.start()
print(port, flush=True)
sys.stdin.read()
controller.stop()
