/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_MESSAGE_H
#define HUD_ANALYZER_BASE_MESSAGE_H

/* The exit status of hud-analyze. 1 and 2 are of what judges rules: `check`, `live --fail-on`. */
enum exit_status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,      /* a rule was broken */
	STATUS_CANNOT_TELL = 2, /* too little is known to decide */
	STATUS_INPUT = 3,       /* the arguments or the input are not usable */
	STATUS_SYSTEM = 4,      /* no memory, a full disk, or an error in hud itself */
};

/*
 * Prints on stderr what could not be done and, on a second line, what to do about it (`advice`, or
 * NULL). Returns `status`, so that a verb can return the call.
 */
enum exit_status message(enum exit_status status, const char *advice, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Says that a file which was given with --binary fits nothing of `what`; or, if it cannot be read,
 * that. `advice` is for the first. STATUS_INPUT.
 */
enum exit_status message_unfit_binary(const char *path, const char *what, const char *advice);

#endif
