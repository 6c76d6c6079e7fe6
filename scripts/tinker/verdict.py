"""What a part of the check finds, told as it is found."""


class Verdict:
    def __init__(self, part):
        self.part = part
        self.failed = []

    def tell(self, name, value):
        print(f"{self.part}: {name}: {value}", flush=True)

    def expect(self, holds, what):
        if not holds:
            self.failed.append(what)
        print(f"{self.part}: {'ok' if holds else 'FAILED'}: {what}", flush=True)
