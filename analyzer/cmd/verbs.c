/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"

/* What hud-analyze can do. */
const struct verb verbs[] = {
	{"report", "CAPTURE|DB", "say which code blocked the workers, for how long, and why",
	 "The verdict in one sentence, blocking sites with advice, workers by state, a timeline, tasks,\n"
	 "the blocking pool, CPU hotspots, and what was lost. --site N: all about one site. Filters choose\n"
	 "a part; all numbers are of it then. --json prints what docs/report.schema.json describes.\n",
	 "--json --top --site " FILTER_OPTIONS
	 " --capture --binary --debug-dir --user-prefix --user-crate",
	 NULL, 1, 1, verb_report},
	{"info", "CAPTURE|DB", "say how a capture was made, what it holds, and what is missing",
	 "How it was recorded and how it ended, processes, binaries and their symbols, how many stacks\n"
	 "are whole, what was lost, what recording cost.\n",
	 "--symbols --capture --binary --debug-dir",
	 "info is about the whole recording: report, query, diff and check take filters", 1, 1,
	 verb_info},
	{"load", "CAPTURE... -o DB", "load captures into an SQLite database",
	 "An existing DB is added to: all captures, or, where something fails, none. A capture that it\n"
	 "holds already is refused. A new DB has the name DB.partial until it is whole.\n",
	 "--output --binary --debug-dir --user-prefix --user-crate",
	 "a database keeps whole captures: report, query, diff and check take filters", 1,
	 ARGUMENTS_MAX, verb_load},
	{"query", "CAPTURE|DB SQL|FILE.sql|@NAME",
	 "run SQL on a capture; @NAME is one of the queries that --list lists",
	 "docs/SCHEMA.md describes tables and views. In a query :capture is the chosen capture, :limit the\n"
	 "value of --limit, :NAME that of --set NAME=VALUE. A query cannot change anything; Ctrl-C ends it.\n"
	 "For flame graphs: hud-analyze query CAPTURE @folded --plain | flamegraph.pl > blocked.svg\n",
	 "--json --csv --plain --list --limit --top --set --site " FILTER_OPTIONS
	 " --capture --binary --debug-dir --user-prefix --user-crate",
	 NULL, 0, 2, verb_query},
	{"diff", "BEFORE AFTER", "say what has changed between two recordings, and what has not",
	 "Each is a capture, a database (all captures of it) or DB@ID; several a side with --before and\n"
	 "--after. Per site, task and worker: blocked time per worker-second, with its interval.\n"
	 "docs/DIFF.md explains the words. Filters choose the same part of each.\n",
	 "--json --markdown --top --before --after " FILTER_OPTIONS
	 " --binary --debug-dir --user-prefix --user-crate",
	 NULL, 0, 2, verb_diff},
	{"check", "CAPTURE|DB --fail-on RULE...", "fail when the workers were blocked too much",
	 "docs/CHECK.md has the grammar of RULE. Examples: 'blocked_p99 > 10ms', 'blocked > 1%',\n"
	 "and against a --baseline: 'site(\"db::*\").rate > +20%'.\n"
	 "Exit status 0: no rule was broken; 1: one was; 2: too little is known; 3: usage or input.\n"
	 "Filters choose what is checked, of the baseline too.\n",
	 "--fail-on --baseline --min-busy --junit --github --json " FILTER_OPTIONS
	 " --binary --debug-dir --user-prefix --user-crate",
	 NULL, 1, 1, verb_check},
	{"dump", "CAPTURE", "print every record of a capture, one line each", NULL, "",
	 "dump prints a file as it is, record by record: report, query, diff and check take filters",
	 1, 1, verb_dump},
	{"plan", "BINARY|PID", "write down what hud-record needs to know of a binary",
	 "Writes NAME.plan into the current directory, or what -o names; - is standard output. Of a\n"
	 "PID: a plan of every object that it has mapped, into the directory that -o names, by build-id.\n"
	 "--fd takes the place of BINARY, and writes to standard output; hud-record uses it.\n",
	 "--output --fd --json", NULL, 0, 1, verb_plan},
	{"symbolize", "CAPTURE -o OUT", "copy a capture with the symbols it needs",
	 "OUT is read without any binary at hand, anywhere. The symbols are of this capture's addresses\n"
	 "only, found as for report.\n",
	 "--output --binary --debug-dir",
	 "a copy is of the whole capture: report, query, diff and check take filters", 1, 1,
	 verb_symbolize},
	{"addr2line", "BINARY", "functions and lines of addresses on standard input",
	 "Prints what `addr2line -aifC -e BINARY` does, faster, and finds separate and split debug files.\n",
	 "--debug-dir", NULL, 1, 1, verb_addr2line},
	{NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, NULL},
};
