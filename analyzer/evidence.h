/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_EVIDENCE_H
#define HUD_ANALYZER_EVIDENCE_H

#include <sqlite3.h>

/*
 * The table-valued function `evidence_told(capture)`: all sleeps and looks of a capture, thread by
 * thread in the order of time, each with what its neighbours tell of it. derive_10_evidence.sql
 * stores its rows.
 *
 * It is there while a capture is derived, on this connection only: nothing that stays in a database
 * refers to it. 0 or a negative errno.
 */
int evidence_provide(sqlite3 *db);
void evidence_withdraw(sqlite3 *db);

#endif
