# SPDX-License-Identifier: MIT OR Apache-2.0
"""Records programs/tokio_advice, and writes the stacks of each site for tests/unit/load.

As root, on a machine with the librust-*-dev packages of that program's Cargo.toml:
HUD_BUILD=build PYTHONPATH=tests/e2e python3 tests/e2e/matrix/advice.py FILE [CASE...]
FILE gets a line `site FUNCTION CAUSE` for each site, and below it its stacks, which together have
half of its time or more: ns, whether it was off the CPU, the system call, the kernel's functions,
the user's functions up to the site's own; innermost first, aliases of one address joined by `=`.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile

from cargo import build
from lib import ANALYZE, RECORD, TOP, lacking_privileges

PROGRAM = os.path.join(TOP, "tests/e2e/programs/tokio_advice")
SITES_MIN_NS = 10_000_000
STACKS_MAX = 4  # of one site

# The functions of each stack of a site, and what its thread waited for or did most often.
STACKS = """
WITH named AS (
	SELECT f.id AS frame, f.site || coalesce((SELECT group_concat('=' || a.function, '')
		FROM frame_alias AS a WHERE a.frame = f.id), '') AS names
	FROM frame AS f
), kernel AS (
	SELECT s.id AS stack, (SELECT group_concat(site, ';') FROM (SELECT f.site
		FROM stack_frame AS p JOIN frame AS f ON f.id = p.frame
		WHERE p.stack = s.id ORDER BY p.position)) AS functions
	FROM stack AS s WHERE s.kind = 'kernel'
), seen AS (
	SELECT user_stack, cause, 'off' AS cpu, coalesce(syscall_name, '-') AS call, kernel_stack
	FROM offcpu_span
	UNION ALL
	SELECT user_stack, cause, 'on', coalesce(syscall_name, '-'), kernel_stack FROM sample
), most AS (
	SELECT user_stack, cause, cpu, call, kernel_stack, row_number() OVER
		(PARTITION BY user_stack, cause ORDER BY count(*) DESC) AS rank
	FROM seen GROUP BY user_stack, cause, cpu, call, kernel_stack
)
SELECT h.site, h.function, h.cause, h.blocked_ns, m.cpu, m.call,
	coalesce(k.functions, '') AS kernel,
	(SELECT group_concat(names, ';') FROM (SELECT n.names FROM stack_frame AS p
		JOIN named AS n ON n.frame = p.frame
		WHERE p.stack = h.stack AND p.position <= h.position ORDER BY p.position)) AS user,
	(SELECT sum(blocked_ns) FROM site_time AS t WHERE t.site = h.site) AS total_ns
FROM site_stack AS h
JOIN most AS m ON m.user_stack = h.stack AND m.cause = h.cause AND m.rank = 1
LEFT JOIN kernel AS k ON k.stack = m.kernel_stack
ORDER BY h.function, h.cause, h.rank
"""


def record(program, cases, place):
    """Runs it where names are resolved by a server that never answers. The capture."""
    capture, resolver = os.path.join(place, "advice.hud"), os.path.join(place, "resolv.conf")
    with open(resolver, "w") as file:
        file.write("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 53))
        subprocess.run(["unshare", "-m", "sh", "-c",
                        'mount --bind "$0" /etc/resolv.conf && exec "$@"', resolver,
                        RECORD, "-q", "-o", capture, "--", program, *cases],
                       cwd=place, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return capture


def sites(capture):
    """Rows of STACKS, by site; of stacks with the same functions the first, with the sum."""
    done = subprocess.run([ANALYZE, "query", capture, STACKS, "--json"], check=True,
                          capture_output=True, text=True)
    found = {}
    for row in json.loads(done.stdout):
        if row["total_ns"] < SITES_MIN_NS or not row["function"].startswith("tokio_advice::"):
            continue
        stacks = found.setdefault((row["function"], row["cause"], row["total_ns"]), {})
        known = stacks.setdefault(row["user"], row)
        if known is not row:
            known["blocked_ns"] += row["blocked_ns"]
    return found


def without_interrupt(kernel):
    """A kernel stack without the functions of the interrupt in which the sample was taken."""
    functions = kernel.split(";")
    first = next((i for i, name in enumerate(functions) if name.startswith("asm_sysvec_")), 0)
    return ";".join(functions[first:])


def write(found, path):
    with open(path, "w") as file:
        file.write("# Recorded by tests/e2e/matrix/advice.py, which says what this is.\n")
        for (function, cause, total), stacks in found.items():
            file.write(f"site {function} {cause}\n")
            ordered = sorted(stacks.values(), key=lambda row: -row["blocked_ns"])
            covered = 0
            for row in ordered[:STACKS_MAX]:
                if covered * 2 > total:
                    break
                covered += row["blocked_ns"]
                file.write(f"{row['blocked_ns']} {row['cpu']} {row['call']} | "
                           f"{without_interrupt(row['kernel'])} | {row['user']}\n")


def main(path, *cases):
    lacking = lacking_privileges()
    if lacking:
        sys.exit(lacking)
    with tempfile.TemporaryDirectory(prefix="hud-advice-") as place:
        project = shutil.copytree(PROGRAM, os.path.join(place, "tokio_advice"))
        built = build(project, os.path.join(place, "target"))
        write(sites(record(os.path.join(built, "tokio_advice"), cases, place)), path)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
