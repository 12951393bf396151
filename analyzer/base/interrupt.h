/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_INTERRUPT_H
#define HUD_ANALYZER_BASE_INTERRUPT_H

#include "analyzer/base/message.h"

#include <stdbool.h>

/*
 * From now on the first Ctrl-C or SIGTERM is only noted, so that the verb can stop and clean up. A
 * second one ends the process at once.
 */
void interrupt_watch(void);

/* Was one noted? */
bool interrupt_came(void);

/* Says on stderr that the process was interrupted. Its exit status: 130, for SIGTERM 143. */
enum exit_status interrupt_message(void);

#endif
