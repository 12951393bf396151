#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR Apache-2.0
"""Reports are as docs/report.schema.json describes them, and it describes every field.

Usage: report_schema.py [REPORT.json...]; without any, the golden ones. From the top of the tree.
"""
import glob
import json
import sys

import jsonschema


def undescribed(schema, path="report"):
    """Paths of fields without a description, and of objects that allow undescribed fields."""
    if "description" not in schema:
        yield path + ": no description"
    if "properties" in schema:
        if schema.get("additionalProperties") is not False:
            yield path + ": open to other fields"
        for name, field in schema["properties"].items():
            yield from undescribed(field, path + "." + name)
    if "items" in schema:
        yield from undescribed(schema["items"], path + "[]")


def main():
    with open("docs/report.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    problems = list(undescribed(schema))
    jsonschema.Draft7Validator.check_schema(schema)
    for name in sys.argv[1:] or sorted(glob.glob("tests/golden/report/*.json")):
        with open(name, encoding="utf-8") as file:
            report = json.load(file)
        for error in jsonschema.Draft7Validator(schema).iter_errors(report):
            problems.append(f"{name}: {'/'.join(map(str, error.path))}: {error.message}")
    print("\n".join(problems) or "ok: reports fit their schema")
    return 1 if problems else 0


sys.exit(main())
