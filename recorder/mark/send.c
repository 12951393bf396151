/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/mark/send.h"
#include "format/base/clock.h"
#include "recorder/base/plain.h"
#include "recorder/mark/wire.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#define RECORDERS_MAX 64
#define ANSWER_SECONDS 3 /* a recorder answers within a tenth of a second */

/* A running hud-record, as it describes itself. */
struct recorder {
	pid_t pid;
	char label[64];
	char targets[MARK_MESSAGE_MAX]; /* pids, separated by blanks */
};

struct recorders {
	struct recorder at[RECORDERS_MAX];
	size_t count;
	/* why a recorder did not describe itself; empty: all did */
	char refusal[MARK_BYTES_MAX + 1];
};

static void help_print(void)
{
	puts("Usage: hud-record mark [-r RECORDING] TEXT\n"
	     "\n"
	     "Marks this moment in a running recording. Timelines show the mark, and hud-analyze\n"
	     "accepts it as a time: --from TEXT, --to TEXT. TEXT is up to " MARK_LIMIT "\n"
	     "bytes of UTF-8 without control characters.\n"
	     "\n"
	     "  -r, --recording WHICH      if several run: pid of hud-record, or name or pid of "
	     "its\n"
	     "                             target\n"
	     "  -h, --help                 print this\n"
	     "\n"
	     "Root, the user that hud-record runs as, and the user who started it with sudo may "
	     "add\n"
	     "marks. To record a process named mark: hud-record -n mark");
}

/* Any process can bind a free abstract name: the kernel says who answered. */
static bool is_recorder(const struct mark_message *answer)
{
	struct sockaddr_un address;
	socklen_t bytes = mark_address(answer->sender.pid, &address);

	return answer->bytes && answer->from_bytes == bytes &&
	       !memcmp(&answer->from, &address, bytes) &&
	       (!geteuid() || answer->sender.uid == 0 || answer->sender.uid == geteuid());
}

/* `flags` as of sendto(). 0 or a negative errno. */
static int ask(int fd, pid_t pid, const char *text, int flags)
{
	struct sockaddr_un address;
	socklen_t bytes = mark_address(pid, &address);

	return sendto(fd, text, strlen(text), MSG_NOSIGNAL | flags,
		      (const struct sockaddr *)&address, bytes) < 0
		       ? -errno
		       : 0;
}

/*
 * The next answer of a process that may be a recorder, until then, whoever else sends how much. 0
 * or a negative errno.
 */
static int answer_wait(int fd, uint64_t until_ns, struct mark_message *answer)
{
	for (;;) {
		uint64_t now = clock_ns(CLOCK_MONOTONIC);
		struct timeval patience;

		if (now >= until_ns)
			return -ETIMEDOUT;
		patience.tv_sec = (time_t)((until_ns - now) / NS_PER_S);
		/* 0 would be for ever. */
		patience.tv_usec = (suseconds_t)((until_ns - now) % NS_PER_S / 1000) | 1;
		if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)))
			return -errno;
		if (mark_receive(fd, answer) && is_recorder(answer))
			return 0;
	}
}

static bool is_known(const struct recorders *all, pid_t pid)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->at[i].pid == pid)
			return true;
	return false;
}

/* False: it has answered before. */
static bool recorder_add(struct recorders *all, const struct mark_message *answer)
{
	struct recorder *r = &all->at[all->count];
	size_t length = strcspn(answer->text, "\n");

	if (is_known(all, answer->sender.pid))
		return false;
	if (all->count == RECORDERS_MAX)
		return true;
	if (!answer->text[length]) {
		snprintf(all->refusal, sizeof(all->refusal), "%.*s", MARK_BYTES_MAX,
			 answer->text + 1);
		return true;
	}
	r->pid = answer->sender.pid;
	snprintf(r->label, sizeof(r->label), "%.*s", length < 63 ? (int)length : 63, answer->text);
	snprintf(r->targets, sizeof(r->targets), "%.*s", (int)MARK_MESSAGE_MAX - 1,
		 answer->text + length + 1);
	all->count++;
	return true;
}

/*
 * Asks all who are called so, and returns how many, or a negative errno. /proc/net/unix lists all
 * sockets, abstract ones with @ before the name.
 */
static int recorders_ask(int fd)
{
	static const char who[] = {MARK_WHO, '\0'};
	FILE *file = fopen("/proc/net/unix", "re");
	char line[512];
	int asked = 0;

	if (!file)
		return -errno;
	while (fgets(line, sizeof(line), file)) {
		const char *name = strstr(line, "@" MARK_NAME);
		char *end = line;
		long pid = name ? strtol(name + strlen("@" MARK_NAME), &end, 10) : 0;

		if (*end == '\n' && pid > 0 && pid <= INT32_MAX &&
		    !ask(fd, (pid_t)pid, who, MSG_DONTWAIT))
			asked++;
	}
	fclose(file);
	return asked;
}

/* One that does not answer makes it last ANSWER_SECONDS, and so do many. */
static int recorders_find(struct recorders *all, int fd)
{
	uint64_t until = clock_ns(CLOCK_MONOTONIC) + ANSWER_SECONDS * NS_PER_S;
	struct mark_message answer;
	int asked = recorders_ask(fd), answers = 0;

	while (answers < asked && !answer_wait(fd, until, &answer))
		answers += recorder_add(all, &answer);
	return asked < 0 ? asked : 0;
}

static bool has_word(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at++) {
		if ((at == words || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
			return true;
	}
	return false;
}

static bool recorder_matches(const struct recorder *r, const char *which)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)r->pid);
	return !which || !strcmp(which, pid) || !strcmp(which, r->label) ||
	       has_word(r->targets, which);
}

/* The recorder that `which` means; NULL, with the reason printed, for none or several. */
static const struct recorder *recorder_choose(const struct recorders *all, const char *which)
{
	char plain[2][PATH_MAX];
	const struct recorder *found = NULL;
	size_t fit = 0;

	for (size_t i = 0; i < all->count; i++) {
		if (recorder_matches(&all->at[i], which)) {
			found = &all->at[i];
			fit++;
		}
	}
	if (fit == 1)
		return found;
	if (!all->count && all->refusal[0])
		fprintf(stderr, "hud-record: no mark was added: %s\n",
			plain_name(all->refusal, plain[0]));
	else if (!all->count)
		fputs("hud-record: no recording is running\n"
		      "  marks reach recordings in the same network namespace only\n",
		      stderr);
	else if (!fit)
		fprintf(stderr, "hud-record: no running recording is of %s\n", which);
	else
		fprintf(stderr, "hud-record: %zu recordings are running; choose one with -r:\n",
			fit);
	for (size_t i = 0; i < all->count; i++)
		fprintf(stderr, "  %d  %s (%s)\n", (int)all->at[i].pid,
			plain_name(all->at[i].label, plain[0]),
			plain_name(all->at[i].targets, plain[1]));
	return NULL;
}

static enum exit_code mark(int fd, const char *which, const char *text)
{
	struct recorders all = {0};
	const struct recorder *r;
	struct mark_message answer;
	char message[MARK_MESSAGE_MAX], plain[PATH_MAX];
	uint64_t until;
	int error = recorders_find(&all, fd);

	if (error) {
		fprintf(stderr, "hud-record: cannot list recordings: %s\n", strerror(-error));
		return EXIT_FAILED;
	}
	r = recorder_choose(&all, which);
	if (!r)
		return !all.count && all.refusal[0] ? EXIT_NOT_ABLE : EXIT_NO_TARGET;
	snprintf(message, sizeof(message), "%c%s", MARK_TEXT, text);
	until = clock_ns(CLOCK_MONOTONIC) + ANSWER_SECONDS * NS_PER_S;
	error = ask(fd, r->pid, message, 0);
	do
		error = error ? error : answer_wait(fd, until, &answer);
	while (!error && answer.sender.pid != r->pid);
	if (error) {
		fprintf(stderr, "hud-record: the hud-record with pid %d did not answer: %s\n",
			(int)r->pid, strerror(-error));
		return EXIT_FAILED;
	}
	if (answer.text[0] == MARK_DONE)
		return EXIT_RECORDED;
	fprintf(stderr, "hud-record: no mark was added: %s\n", plain_name(answer.text + 1, plain));
	return EXIT_NOT_ABLE;
}

static enum exit_code usage_hint(void)
{
	fputs("  hud-record mark --help shows the usage\n", stderr);
	return EXIT_USAGE;
}

static enum exit_code usage(const char *what)
{
	fprintf(stderr, "hud-record: mark: %s\n", what);
	return usage_hint();
}

enum exit_code mark_send(int argc, char **argv)
{
	static const struct option longs[] = {
		{"recording", required_argument, NULL, 'r'}, {"help", no_argument, NULL, 'h'}, {0}};
	struct timeval patience = {.tv_sec = ANSWER_SECONDS};
	const char *which = NULL;
	enum exit_code code;
	int letter, fd;

	while ((letter = getopt_long(argc, argv, "r:h", longs, NULL)) != -1) {
		if (letter == 'h') {
			help_print();
			return EXIT_RECORDED;
		}
		if (letter != 'r')
			return usage_hint(); /* getopt has printed what is wrong */
		which = optarg;
	}
	if (argc - optind != 1)
		return usage(argc == optind ? "the text is missing"
					    : "give one text; quote it if it has blanks");
	if (!argv[optind][0] || strlen(argv[optind]) > MARK_BYTES_MAX)
		return usage("the text must have 1 to " MARK_LIMIT " bytes");
	fd = mark_socket(0, false);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience))) {
		fprintf(stderr, "hud-record: cannot make a socket: %s\n", strerror(errno));
		return EXIT_FAILED;
	}
	code = mark(fd, which, argv[optind]);
	close(fd);
	return code;
}
