/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_SCREEN_ACT_H
#define HUD_ANALYZER_SCREEN_ACT_H

#include "analyzer/screen/state.h"

/* What keys and the mouse do. keys.c says which. */
void act_enter(struct screen *u);
void act_escape(struct screen *u);
void act_next_panel(struct screen *u);
void act_panel_before(struct screen *u);
void act_up(struct screen *u);
void act_down(struct screen *u);
void act_page_up(struct screen *u);
void act_page_down(struct screen *u);
void act_first(struct screen *u);
void act_last(struct screen *u);
void act_filter(struct screen *u);
void act_filter_changed(struct screen *u);
void act_sort(struct screen *u);
void act_group(struct screen *u);
void act_window(struct screen *u);
void act_longer(struct screen *u);
void act_shorter(struct screen *u);
void act_pause(struct screen *u);
void act_copy(struct screen *u);
void act_export_page(struct screen *u);
void act_export_trace(struct screen *u);
void act_export_json(struct screen *u);
void act_export_capture(struct screen *u);
void act_mark(struct screen *u);
void act_back(struct screen *u);
void act_on(struct screen *u);
void act_begin(struct screen *u);
void act_slower(struct screen *u);
void act_faster(struct screen *u);
void act_redraw(struct screen *u);
void act_help(struct screen *u);
void act_quit(struct screen *u);
void act_mouse(struct screen *u);

#endif
