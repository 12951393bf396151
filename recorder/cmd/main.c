/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "recorder/cmd/options.h"
#include "recorder/cmd/preflight.h"
#include "recorder/cmd/recording.h"
#include "recorder/cmd/tasks.h"
#include "recorder/mark/send.h"
#include "recorder/target/set.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
	struct target_set targets;
	struct options options;
	enum exit_code code;

	argv[0] = program_invocation_short_name; /* getopt begins its messages with it */
	if (argc > 1 && !strcmp(argv[1], "mark")) {
		argv[1] = argv[0];
		return mark_send(argc - 1, argv + 1);
	}
	if (argc > 1 && !strcmp(argv[1], "tasks")) {
		argv[1] = argv[0];
		return tasks_run(argc - 1, argv + 1);
	}
	switch (options_parse(argc, argv, &options)) {
	case OPTIONS_DONE:
		return fflush(stdout) ? EXIT_NOT_WRITTEN : EXIT_RECORDED;
	case OPTIONS_WRONG:
		return EXIT_USAGE;
	case OPTIONS_RUN:
		break;
	}
	code = preflight_check(options.quiet);
	if (code != EXIT_RECORDED)
		return code;
	code = options.command ? target_set_spawn(options.command, &targets)
			       : target_set_find(options.target, options.targets, &targets);
	if (code == EXIT_RECORDED)
		code = preflight_check_targets(&targets);
	if (code == EXIT_RECORDED)
		code = recording_run(&options, &targets);
	target_set_close(&targets);
	return code;
}
