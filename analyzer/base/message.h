/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_MESSAGE_H
#define HUD_ANALYZER_BASE_MESSAGE_H

/* How hud-analyze ends. 1 and 2 are of verbs that answer a question with no, or not at all. */
enum exit_status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,      /* check: a rule was broken */
	STATUS_CANNOT_TELL = 2, /* check: too little is known */
	STATUS_INPUT = 3,       /* what was asked for, or given, is not usable */
	STATUS_SYSTEM = 4,      /* memory, disk, or an error of our own */
};

/*
 * Says on stderr what could not be done, and on a second line what to do about it (`advice`, may be
 * NULL). Returns `status`, so that a verb can return what it says.
 */
enum exit_status message(enum exit_status status, const char *advice, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
