"""A program whose stderr is a terminal of its own, and what it wrote there."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


class OnTerminal:
    def __init__(self, command, columns=80, rows=24, **options):
        """`options` are Popen's."""
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=slave, **options)
        os.close(slave)

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read_to_end(self, timeout_s, after_each_part=lambda written: None):
        """All that was written until the program closed the terminal; `after_each_part` is shown the bytes so far."""
        written = b""
        end = time.monotonic() + timeout_s
        while time.monotonic() < end:
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                part = os.read(self.master, 65536)
            except OSError:
                break
            if not part:
                break
            written += part
            after_each_part(written)
        os.close(self.master)
        return written.decode().replace("\r\n", "\n")


def frames(written):
    """The states of a display that is drawn again and again in place."""
    return [frame.split("\x1b[J")[0] for frame in written.split(HIDE)[1:]]


def lines(frame):
    """Of a frame, as people see them."""
    return ESCAPE.sub("", frame).replace("\r", "").split("\n")[:-1]
