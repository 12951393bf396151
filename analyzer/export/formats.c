/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#include "analyzer/export/format.h"

const struct export_format export_formats[] = {
	{.name = "folded", .of = true, .write = export_folded},
	{.name = "speedscope", .of = true, .write = export_speedscope},
	{.name = "prometheus", .write = export_prometheus},
	{.name = "ndjson", .query = true, .write = export_ndjson},
	{.name = "csv", .query = true, .write = export_csv},
	{0},
};
