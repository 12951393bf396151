/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_COMPARE_CHECK_PRINT_H
#define HUD_ANALYZER_COMPARE_CHECK_PRINT_H

#include "analyzer/compare/check.h"

/* The result of a check, after check_conclude(). Functions say on stderr what went wrong. */

/* A line for each finding, and the result. */
enum exit_status check_print_text(struct check *c);
enum exit_status check_print_json(struct check *c);
/* Annotations of GitHub Actions. */
enum exit_status check_print_github(struct check *c);
/* JUnit XML into a file, which has its name only when it is complete. */
enum exit_status check_write_junit(struct check *c, const char *path);

#endif
