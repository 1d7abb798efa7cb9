"""Checks values against JSON Schemas, all given on stdin; prints each that fits and should not, or does not and should."""
import json
import sys

from jsonschema import Draft7Validator

given = json.load(sys.stdin)
validators = {}
for kind, schema in given["schemas"].items():
    Draft7Validator.check_schema(schema)
    validators[kind] = Draft7Validator(schema)
for case in given["cases"]:
    errors = [error.message for error in validators[case["kind"]].iter_errors(case["value"])]
    if (errors == []) != case["fits"]:
        print(case["value"], errors)
