/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/cmd/command.h"

/*
 * What hud-analyze can do: a row for each verb. The help lists its options in the order given here.
 */

#define SYMBOL_OPTIONS "--binary --debug-dir"
#define USER_OPTIONS "--user-prefix --user-crate"

const struct verb verbs[] = {
	{
		.name = "report",
		.usage = "CAPTURE|DB",
		.summary = "say which code blocked the workers, for how long, and why",
		.details =
			"Prints a verdict in one sentence, the blocking sites with advice, what\n"
			"each worker did, a timeline, tasks, the blocking pool, CPU hotspots, and\n"
			"what was lost. With --site N: everything about one site. Filters (--from\n"
			"to --min) choose a part of the recording; all numbers are then of that\n"
			"part. docs/REPORT.md explains it; docs/report.schema.json describes what\n"
			"--json prints.\n",
		.options = "--top --site --json " FILTER_OPTIONS " --capture " SYMBOL_OPTIONS
			   " " USER_OPTIONS,
		.least = 1,
		.most = 1,
		.run = verb_report,
	},
	{
		.name = "info",
		.usage = "CAPTURE|DB",
		.summary = "say how a capture was made, what it holds, and what is missing",
		.details =
			"Prints how it was recorded and how it ended, its processes, the binaries\n"
			"and where their symbols came from, how many stacks are complete, what\n"
			"was lost, and what recording cost.\n",
		.options = "--symbols --capture " SYMBOL_OPTIONS,
		.why_whole = "info is about the whole recording; report, query, diff and check "
			     "take filters",
		.least = 1,
		.most = 1,
		.run = verb_info,
	},
	{
		.name = "load",
		.usage = "CAPTURE... -o DB",
		.summary = "load captures into an SQLite database",
		.details =
			"Adds the captures to DB, which is made if there is none: all of them or,\n"
			"if anything fails, none. A capture that is in the database already is\n"
			"refused. A new database is DB.partial until it is complete.\n",
		.options = "--output " SYMBOL_OPTIONS " " USER_OPTIONS,
		.why_whole = "a database keeps whole captures; report, query, diff and check "
			     "take filters",
		.least = 1,
		.most = ARGUMENTS_MAX,
		.run = verb_load,
	},
	{
		.name = "query",
		.usage = "CAPTURE|DB SQL|FILE.sql|@NAME",
		.summary = "run SQL over a capture, or a named query (--list)",
		.details =
			"docs/SCHEMA.md describes the tables and views. In the SQL, :capture is\n"
			"the chosen capture, :limit the value of --limit, and :NAME what --set\n"
			"gives it. A query cannot change anything; Ctrl-C ends one that takes too\n"
			"long. For a flame graph:\n"
			"  hud-analyze query CAPTURE @folded --plain |\n"
			"      flamegraph.pl > blocked.svg\n",
		.options = "--list --limit --top --set --json --csv --plain --site " FILTER_OPTIONS
			   " --capture " SYMBOL_OPTIONS " " USER_OPTIONS,
		.least = 0,
		.most = 2,
		.run = verb_query,
	},
	{
		.name = "diff",
		.usage = "BEFORE AFTER",
		.summary = "say what has changed between two recordings, and what has not",
		.details =
			"BEFORE and AFTER are captures, databases (all captures in it) or DB@ID\n"
			"(one of them); --before and --after take several for a side. For each\n"
			"site, task and worker: blocked time per worker-second, its change, and\n"
			"the interval in which the change lies. Filters choose the same part of\n"
			"each. docs/DIFF.md explains the words.\n",
		.options = "--before --after --top --json --markdown " FILTER_OPTIONS
			   " " SYMBOL_OPTIONS " " USER_OPTIONS,
		.least = 0,
		.most = 2,
		.run = verb_diff,
	},
	{
		.name = "check",
		.usage = "CAPTURE|DB --fail-on RULE...",
		.summary = "fail when the workers were blocked too much",
		.details =
			"Rules are such as 'blocked_p99 > 10ms' or 'blocked > 1%' or, compared\n"
			"with a --baseline, 'site(\"db::*\").rate > +20%'. docs/CHECK.md has the\n"
			"grammar. Exit status 0: no rule was broken; 1: one was; 2: too little is\n"
			"known; 3: bad arguments or input. Filters apply to the capture and the\n"
			"baseline.\n",
		.options = "--fail-on --baseline --min-busy --junit --github --json " FILTER_OPTIONS
			   " " SYMBOL_OPTIONS " " USER_OPTIONS,
		.least = 1,
		.most = 1,
		.run = verb_check,
	},
	{
		.name = "dump",
		.usage = "CAPTURE",
		.summary = "print every record of a capture, one line each",
		.options = "",
		.why_whole = "dump prints every record of a file; report, query, diff and check "
			     "take filters",
		.least = 1,
		.most = 1,
		.run = verb_dump,
	},
	{
		.name = "plan",
		.usage = "BINARY|PID",
		.summary = "write down what hud-record needs to know of a binary",
		.details =
			"Writes NAME.plan into the current directory, or the file given with -o;\n"
			"- is standard output. For a PID: a plan of every object that it has\n"
			"mapped, named by build-id, into the directory given with -o. With --fd\n"
			"there is no BINARY, and the plan goes to standard output: hud-record\n"
			"uses that.\n",
		.options = "--output --json --fd",
		.least = 0,
		.most = 1,
		.run = verb_plan,
	},
	{
		.name = "symbolize",
		.usage = "CAPTURE -o OUT",
		.summary = "copy a capture with the symbols it needs",
		.details =
			"OUT can be analyzed anywhere, without the binaries. It has symbols for\n"
			"the addresses in this capture only, found as report finds them.\n",
		.options = "--output " SYMBOL_OPTIONS,
		.why_whole = "a copy is of the whole capture; report, query, diff and check "
			     "take filters",
		.least = 1,
		.most = 1,
		.run = verb_symbolize,
	},
	{
		.name = "addr2line",
		.usage = "BINARY",
		.summary = "print functions and lines of the addresses on standard input",
		.details =
			"Prints what `addr2line -aifC -e BINARY` prints, faster; finds separate\n"
			"and split debug files.\n",
		.options = "--debug-dir",
		.least = 1,
		.most = 1,
		.run = verb_addr2line,
	},
	{.name = NULL},
};
