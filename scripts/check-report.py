#!/usr/bin/env python3
"""Reports at scale, and exports read by Inspect's own package: `check-report.py BIN [CALLS]`.

BIN is the folder of the built programs. A journal of CALLS (100,000) calls is made; its report must be there within 30 s
and 500 MB. Then a virtual environment gets inspect-ai, and the test that reads a log with it must pass.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv

SECONDS = 30
MEGABYTES = 500


def report_at_scale(programs: str, folder: str, calls: str) -> bool:
    journal = os.path.join(folder, "calls.db")
    subprocess.run([f"{programs}/report_bench", journal, "--calls", calls], check=True)
    before = time.monotonic()
    report = subprocess.Popen([f"{programs}/retort", "report", journal])
    _, status, usage = os.wait4(report.pid, 0)
    took = time.monotonic() - before
    size = os.path.getsize(os.path.join(folder, "calls.html")) / 2**20
    print(f"{calls} calls: {took:.1f} s, at most {usage.ru_maxrss / 1024:.0f} MB of memory, a page of {size:.1f} MB")
    return status == 0 and took < SECONDS and usage.ru_maxrss / 1024 < MEGABYTES


def read_by_inspect(programs: str, folder: str) -> bool:
    environment = os.path.join(folder, "inspect")
    venv.create(environment, with_pip=True)
    subprocess.run([f"{environment}/bin/pip", "install", "--quiet", "inspect-ai"], check=True)
    test = [f"{programs}/test_report", "--gtest_filter=Export.InspectsOwnPackageReadsItsLogs"]
    variables = {**os.environ, "RETORT_INSPECT_PYTHON": f"{environment}/bin/python"}
    ran = subprocess.run(test, env=variables, capture_output=True, text=True)
    print(ran.stdout)
    return ran.returncode == 0 and "SKIPPED" not in ran.stdout


def main() -> int:
    programs = os.path.abspath(sys.argv[1])
    calls = sys.argv[2] if len(sys.argv) > 2 else "100000"
    with tempfile.TemporaryDirectory(prefix="retort-report-") as folder:
        scale = report_at_scale(programs, folder, calls)
        read = read_by_inspect(programs, folder)
    return 0 if scale and read else 1


if __name__ == "__main__":
    sys.exit(main())
