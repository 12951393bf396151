/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"

const struct export_format export_formats[] = {
	{.name = "perfetto", .binary = true, .write = export_perfetto},
	{.name = "chrome", .write = export_chrome},
	{.name = "folded", .of = true, .write = export_folded},
	{.name = "speedscope", .of = true, .write = export_speedscope},
	{.name = "pprof", .binary = true, .of = true, .write = export_pprof},
	{.name = "firefox", .write = export_firefox},
	{.name = "prometheus", .write = export_prometheus},
	{.name = "ndjson", .query = true, .write = export_ndjson},
	{.name = "csv", .query = true, .write = export_csv},
	{0},
};
