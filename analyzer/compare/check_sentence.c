/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/base/words.h"
#include "analyzer/compare/check.h"
#include "analyzer/store/column.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * What a rule found, as a sentence.
 */

#define FIGURE_BYTES 48
#define NAME_BYTES 400

/* `main_future`: of that, which is no worker. */
static const char *figure_text(char out[FIGURE_BYTES], enum check_figure figure, double value,
			       bool main_future)
{
	char word[WORD_BYTES];

	switch (figure) {
	case CHECK_POOL_FULL:
	case CHECK_MAIN_BLOCKED:
		snprintf(out, FIGURE_BYTES, "%.2f%% of the time", 100 * value);
		break;
	case CHECK_THROTTLED:
		snprintf(out, FIGURE_BYTES, "%.2f%% of its periods", 100 * value);
		break;
	case CHECK_BLOCKED:
	case CHECK_RUN_QUEUE:
		snprintf(out, FIGURE_BYTES, "%.2f%% of %s", 100 * value,
			 main_future ? "the time" : "worker time");
		break;
	case CHECK_RATE:
		snprintf(out, FIGURE_BYTES, "%.3g a second", value);
		break;
	case CHECK_COUNT:
	case CHECK_POOL_QUEUE:
	case CHECK_TASKS:
	case CHECK_DEADLOCKS:
	case CHECK_POSSIBLE_DEADLOCKS:
		snprintf(out, FIGURE_BYTES, "%.10g", value);
		break;
	default:
		snprintf(out, FIGURE_BYTES, "%s", duration_word(word, (int64_t)value));
	}
	return out;
}

static bool of_main(sqlite3_stmt *subject)
{
	return column_number(subject, "main", 0) != 0;
}

/* "all blocking", or "demo::guilty::pause (sleep)", or that with ", in the main future" */
static void subject_name(sqlite3_stmt *q, char out[NAME_BYTES])
{
	const char *name = column_text(q, "name"), *cause = column_text(q, "cause");

	if (!name || !*name)
		snprintf(out, NAME_BYTES, "all blocking");
	else
		snprintf(out, NAME_BYTES, "%.300s%s%.30s%s%s", name, cause ? " (" : "",
			 cause ? cause : "", cause ? ")" : "",
			 of_main(q) ? ", in the main future" : "");
}

/* What of it to look at first, after what introduces it; NULL: nothing is known to be. */
static const char *example(const struct check_rule *rule, sqlite3_stmt *q, const char **before)
{
	*before = ", one: ";
	if (rule->figure == CHECK_DEADLOCKS)
		return column_text(q, "deadlock_example");
	if (rule->figure == CHECK_POSSIBLE_DEADLOCKS)
		return column_text(q, "possible_example");
	*before = ", the longest in ";
	return check_figure_subject(rule->figure) == CHECK_OF_BLOCKS
		       ? column_text(q, "longest_site")
		       : NULL;
}

static void limit_sentence(const struct check_rule *rule, const struct finding *f, sqlite3_stmt *q,
			   const char *name, char out[CHECK_SENTENCE_BYTES])
{
	static const char *const subjects[] = {
		[CHECK_OF_RUN_QUEUE] = "all workers, waiting for a CPU",
		[CHECK_OF_QUOTA] = "the CPU quota of the cgroup",
		[CHECK_OF_POOL] = "the blocking pool",
		[CHECK_OF_MAIN] = "the main future",
		[CHECK_OF_DUMPS] = "the tasks at a dump",
		[CHECK_OF_BLOCKS] = NULL, /* which, `name` says */
	};
	const char *before, *first = example(rule, q, &before);
	const char *subject = subjects[check_figure_subject(rule->figure)];
	char is[FIGURE_BYTES], limit[FIGURE_BYTES];

	snprintf(out, CHECK_SENTENCE_BYTES, "%s: %s is %s, %s %s%s%s", subject ? subject : name,
		 check_figure_name(rule->figure),
		 figure_text(is, rule->figure, f->after, of_main(q)),
		 f->status == STATUS_FAILED ? "the limit is" : "within",
		 figure_text(limit, rule->figure, rule->limit, of_main(q)), first ? before : "",
		 first ? first : "");
}

static const char *not_known(const struct check_rule *rule, sqlite3_stmt *q)
{
	if (check_figure_subject(rule->figure) != CHECK_OF_DUMPS)
		return "the queue of the blocking pool is not known: hud finds it by the "
		       "program's debug information";
	if (column_number(q, "no_dump", 0))
		return "a recording has no dump of tasks: record with --tasks";
	if (column_number(q, "tasks_missing", 0))
		return "a dump is not whole: a limit was reached, lists changed while they were "
		       "read, those of a LocalSet were not read, or no runtime was found "
		       "(hud-analyze query CAPTURE @task_dumps)";
	if (rule->figure != CHECK_TASKS && !column_number(q, "waits_unread", 0))
		return "what a block_on waits for, or the tasks of a LocalSet in it, could not be "
		       "read at a dump (hud-analyze query CAPTURE @task_dumps)";
	return rule->figure == CHECK_TASKS
		       ? "tasks have no names: a program has no debug information of types "
			 "(cargo: debug = true), or it is not at hand (--debug-dir)"
		       : "what tasks wait for is not known: a program has no debug information of "
			 "types (cargo: debug = true), or it is not at hand (--debug-dir)";
}

static void growth_sentence(const struct check_rule *rule, const struct finding *f, sqlite3_stmt *q,
			    const char *name, char out[CHECK_SENTENCE_BYTES])
{
	char before[FIGURE_BYTES], after[FIGURE_BYTES], change[FIGURE_BYTES] = "new";
	double growth = f->before > 0 ? f->after / f->before - 1 : 0;

	if (f->before > 0)
		snprintf(change, sizeof(change), "%+.1f%%", 100 * growth);
	snprintf(out, CHECK_SENTENCE_BYTES, "%s: %s is %s, before %s: %s, at least %+.1f%%%s", name,
		 check_figure_name(rule->figure),
		 figure_text(after, rule->figure, f->after, of_main(q)),
		 figure_text(before, rule->figure, f->before, of_main(q)), change, 100 * f->low,
		 f->status == STATUS_DONE && f->before > 0 && check_rule_broken(rule, growth)
			 ? " (more than the limit, but that can be chance)"
			 : "");
}

void check_sentence(const struct check *c, const struct check_rule *rule, const struct finding *f,
		    sqlite3_stmt *subject, char out[CHECK_SENTENCE_BYTES])
{
	char name[NAME_BYTES] = "", word[WORD_BYTES];

	if (subject)
		subject_name(subject, name);
	switch (f->kind) {
	case FINDING_NO_SUBJECT:
		snprintf(out, CHECK_SENTENCE_BYTES, "nothing of this name blocked");
		break;
	case FINDING_NO_BLOCK:
		snprintf(out, CHECK_SENTENCE_BYTES, "%s: no poll blocked", name);
		break;
	case FINDING_LIMIT:
		limit_sentence(rule, f, subject, name, out);
		break;
	case FINDING_GROWTH:
		growth_sentence(rule, f, subject, name, out);
		break;
	case FINDING_TOO_FEW:
		snprintf(out, CHECK_SENTENCE_BYTES,
			 "%s: too few blocks (%" PRId64 " before, %" PRId64 " now) to compare %s",
			 name, column_number(subject, "before_count", 0),
			 column_number(subject, "after_count", 0), check_figure_name(rule->figure));
		break;
	case FINDING_BYSTANDER:
		snprintf(out, CHECK_SENTENCE_BYTES,
			 "%s: too small to compare, and mostly too short to block by itself", name);
		break;
	case FINDING_INCOMPARABLE:
		snprintf(out, CHECK_SENTENCE_BYTES, "the baseline cannot be compared: %s",
			 c->comparison.sentence);
		break;
	case FINDING_NOT_KNOWN:
		snprintf(out, CHECK_SENTENCE_BYTES, "%s", not_known(rule, subject));
		break;
	case FINDING_NO_WORKER:
		snprintf(out, CHECK_SENTENCE_BYTES, "no thread was known to be a worker");
		break;
	case FINDING_THRESHOLD:
		snprintf(out, CHECK_SENTENCE_BYTES,
			 "what lasts for less than %s was not recorded: record with a lower "
			 "--threshold",
			 duration_word(word, c->threshold_ns));
		break;
	case FINDING_STACKS_LOST:
		snprintf(out, CHECK_SENTENCE_BYTES,
			 "%.1f%% of the stacks were lost, so what blocked may have no name: "
			 "record with a higher --threshold",
			 c->stacks_lost_percent);
		break;
	}
}
