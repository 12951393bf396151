/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef HUD_ANALYZER_BASE_COLOUR_H
#define HUD_ANALYZER_BASE_COLOUR_H

/* Escape sequences of a terminal (ECMA-48, SGR): for those who print lines, not a screen. */
#define PLAIN "\033[0m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define RED "\033[1;31m"
#define GREEN "\033[1;32m"
#define YELLOW "\033[1;33m"
#define MAGENTA "\033[1;35m"

#endif
