# SPDX-License-Identifier: MIT OR Apache-2.0
"""What a thread waited for, by what the file is; and what a folded function may be told."""

import json

from lib import (Recording, analyzed, expect, expect_equal, fact, facts_check, once, path_for,
                 query, started_program, tokio_waits)

# Each function waits by one call, for 40 ms: its cause, and how its advice begins.
EXPECTED = {
    "stdin_read_line": ("tty", "Reads the terminal"),
    "terminal_write": ("tty", "Waits for a terminal"),
    "eventfd_read": ("event", "Waits until a file"),
    "inotify_read": ("event", "Waits until a file"),
    "timerfd_read": ("sleep", "Sleeps on the thread that polls"),
}


@once
def capture():
    process = started_program([tokio_waits()])
    recording = Recording(path_for("waits.hud"), "-q", "-d", "2", "-p", str(process.pid))
    recording.ended_well()
    process.kill()
    process.wait()
    return recording.output


@once
def sites():
    """Cause, advice and time of each function's site."""
    found = {}
    for site in json.loads(analyzed("report", capture(), "--json"))["sites"]:
        function = site["function"].rsplit("::", 1)[-1]
        known = found.get(function)
        if known is None or known["total_ns"] < site["total_ns"]:
            found[function] = site
    return found


@fact
def a_read_or_write_waits_for_what_the_file_is():
    for function, (cause, advice) in EXPECTED.items():
        expect(function in sites(), f"{function} is no site: {sorted(sites())}")
        site = sites()[function]
        expect_equal(site["cause"], cause, f"cause of {function}")
        expect(site["advice"] and site["advice"]["text"].startswith(advice),
               f"advice of {function}: {site['advice']}")


@fact
def what_is_advised_of_functions_folded_into_one_fits_all_of_them():
    folded = {row["site"]: row["names"] for row in query(
        capture(), "SELECT f.site, group_concat(a.function) AS names FROM frame_alias AS a "
        "JOIN frame AS f ON f.id = a.frame GROUP BY f.site")}
    one, other = "std::net::udp::UdpSocket::recv", "std::net::tcp::TcpStream::read"
    expect(other in folded.get(one, "") or one in folded.get(other, ""),
           f"the sockets are not folded: {folded}")
    for function in ("tcp_read", "udp_recv"):
        site = sites()[function]
        expect_equal(site["cause"], "net-io", f"cause of {function}")
        expect(site["advice"]["text"].startswith("Waits for the network on the thread that polls"),
               f"advice of {function}: {site['advice']}")


@fact
def what_blocks_a_worker_where_it_parks_is_a_site():
    """The runtime's own state says parked, of a waker that it calls and before it parks."""
    for function, cause in (("waker_sleep", "sleep"), ("callback_sleep", "sleep"),
                            ("callback_write", "pipe")):
        expect(function in sites(), f"{function} is no site: {sorted(sites())}")
        site = sites()[function]
        expect_equal(site["cause"], cause, f"cause of {function}")
        expect(site["count"] >= 5 and site["p50_ns"] >= 38e6, f"{function}: {site}")
    classes = query(capture(), """SELECT DISTINCT class, callback FROM stack AS s
        JOIN frame AS f ON f.id = s.site_frame WHERE f.function GLOB '*_sleep'
        AND f.function GLOB 'tokio_waits::*'""")
    expect_equal(classes, [{"class": "poll", "callback": 1}], "classes of their stacks")


@fact
def a_poll_during_which_the_state_cannot_be_read_is_one_poll():
    process = started_program([tokio_waits(), "absent"])
    recording = Recording(path_for("absent.hud"), "-q", "-d", "2", "-p", str(process.pid))
    recording.ended_well()
    polls = query(recording.output, "SELECT wall_ns FROM blocking_poll ORDER BY wall_ns")
    expect(len(polls) >= 8 and polls[len(polls) // 2]["wall_ns"] >= 115e6, f"polls: {polls}")
    lost = query(recording.output, "SELECT cause, sum(count) AS n FROM loss GROUP BY cause")
    expect(any(row["cause"] == "state-unread" and row["n"] >= 8 for row in lost), f"{lost}")


facts_check()
