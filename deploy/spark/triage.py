#!/usr/bin/env python3
"""Batch triage of support bundles on Apache Spark: the tables of `bundlescope batch` as Parquet.

    spark-submit triage.py --bundlescope /opt/bundlescope --list bundles.txt --output /data/tables

In: a file with the place of one bundle a line, as `bundlescope batch --list FOLDER` prints it. Every
executor has to see these places and the program. Out: one folder of Parquet for each table, by the day
of the capture, and the table of signatures on standard output. Columns: docs/archive.md.

Spark does what it is good at: it hands out the list, runs a task again when its worker dies, brings
the records of one content together, and writes Parquet. The rows themselves are made by `bundlescope
batch --worker` and `--merge`, so they are those of a run on one machine.
"""

import argparse
import glob
import json
import os
import pathlib
import shlex
import subprocess
import tempfile

from pyspark.sql import SparkSession
from pyspark.sql import types as t

TABLES = ["archives", "coverage", "gaps", "inventory", "rule_hits", "unknown_templates"]

# For each signature: in how many cases, of those where its rule could look, and since when.
SIGNATURES = """
SELECT hits.rule_id, hits.severity, hits.cases, cases.all - coalesce(blind.cases, 0) AS looked,
       round(100 * hits.cases / (cases.all - coalesce(blind.cases, 0)), 1) AS percent,
       hits.first_day, hits.last_day
-- Bundles that do not say when they were taken have the day 1970-01-01.
FROM (SELECT rule_id, max_by(severity, array_position(array('info', 'low', 'medium', 'high', 'critical'), severity)) AS severity,
             count(DISTINCT bundle_sha256) AS cases, min(nullif(day, '1970-01-01')) AS first_day, max(nullif(day, '1970-01-01')) AS last_day
      FROM rule_hits GROUP BY rule_id) AS hits
LEFT JOIN (SELECT rule_id, count(DISTINCT bundle_sha256) AS cases FROM coverage GROUP BY rule_id) AS blind
       ON hits.rule_id = blind.rule_id
CROSS JOIN (SELECT count(*) AS all FROM archives WHERE readable) AS cases
ORDER BY hits.cases DESC, hits.rule_id
"""

# Signature by case: the number of findings.
MATRIX = """
SELECT * FROM (SELECT rule_id, case, 1 AS one FROM rule_hits WHERE case IN ({cases}))
PIVOT (sum(one) FOR case IN ({cases})) ORDER BY rule_id
"""


def arguments():
    """What the user wants."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundlescope", default="bundlescope", help="the program, on every executor")
    parser.add_argument("--list", required=True, help="file with one place a line")
    parser.add_argument("--output", required=True, help="folder or object-store address for Parquet")
    parser.add_argument("--records", help="keeps what the workers print here, for `bundlescope batch --merge`")
    parser.add_argument("--rules", action="append", default=[], help="more rules, on every executor")
    parser.add_argument("--partitions", type=int, help="tasks [default: four for each core]")
    parser.add_argument("--threads", type=int, default=1, help="threads of each worker: the cores of a task")
    parser.add_argument("--cases", type=int, default=12, help="cases across the matrix, the latest")
    default = pathlib.Path(__file__).resolve().parent / "../../docs"
    parser.add_argument("--schemas", type=pathlib.Path, default=default, help="folder with table.*.v1.schema.json")
    return parser.parse_args()


def column(schema):
    """The Spark type of a column of a table's JSON schema."""
    kinds = schema.get("type", "string")
    kind = next(kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null")
    plain = {"string": t.StringType(), "integer": t.LongType(), "boolean": t.BooleanType()}
    return t.ArrayType(column(schema["items"]), False) if kind == "array" else plain[kind]


def table_type(folder, table):
    """The Spark type of a table's rows, so that nothing is guessed from them."""
    schema = json.loads((folder / f"table.{table}.v1.schema.json").read_text(encoding="utf-8"))
    columns = [t.StructField(name, column(of)) for name, of in schema["properties"].items()]
    return t.StructType(columns + [t.StructField("day", t.StringType())])


def content(line):
    """What brings the records of one content together: its hash; the place of what has none."""
    record = json.loads(line)
    return record["bundle_sha256"] or record["location"]


def rows_of(program):
    """Makes a function from the records of a partition to the rows of all tables."""

    def rows(lines):
        lines = list(lines)
        if not lines:
            return
        with tempfile.TemporaryDirectory() as folder:
            archive = os.path.join(folder, "archive")
            command = [*program, "--merge", archive, "--fail-on", "never", "-"]
            text = "".join(line + "\n" for line in lines).encode()
            # Status 2 may only mean that no case of this partition was readable; what counts is
            # that each has its row.
            done = subprocess.run(command, input=text, capture_output=True, check=False)
            seen = 0
            for table in TABLES:
                for path in sorted(glob.glob(f"{archive}/table={table}/day=*/*.ndjson.zst")):
                    day = os.path.basename(os.path.dirname(path)).removeprefix("day=")
                    unpacked = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True)
                    for row in unpacked.stdout.decode().splitlines():
                        row = json.loads(row)
                        if table == "archives":
                            seen += 1 + len(row["other_paths"])
                        yield table, json.dumps({**row, "day": day})
            wanted = len({json.loads(line)["location"] for line in lines})
            if seen != wanted:
                said = done.stderr.decode(errors="replace")
                raise RuntimeError(f"{seen} of {wanted} cases were merged: {said}")

    return rows


def main():
    """Runs the job."""
    args = arguments()
    with open(args.list, encoding="utf-8") as file:
        places = [line.rstrip("\r\n") for line in file if line.strip()]
    if not places:
        raise SystemExit(f"{args.list}: lists no bundles")
    spark = SparkSession.builder.appName("bundlescope triage").getOrCreate()
    sc = spark.sparkContext
    partitions = args.partitions or min(len(places), 4 * sc.defaultParallelism)
    program = [args.bundlescope, "batch"]
    program += [word for path in args.rules for word in ("--rules", path)]
    worker = shlex.join([*program, "--worker", "--threads", str(args.threads)])

    # A worker that dies fails its task, and Spark runs that again (spark.task.maxFailures).
    records = sc.parallelize(places, partitions).pipe(worker, checkCode=True)
    if args.records:
        records.saveAsTextFile(args.records)
        records = sc.textFile(args.records)
    by_content = records.keyBy(content).partitionBy(partitions).values()
    rows = by_content.mapPartitions(rows_of(program)).cache()
    for table in TABLES:
        own = rows.filter(lambda row, table=table: row[0] == table).values()
        frame = spark.read.schema(table_type(args.schemas, table)).json(own)
        frame.write.mode("overwrite").partitionBy("day").parquet(f"{args.output}/{table}")
        spark.read.parquet(f"{args.output}/{table}").createOrReplaceTempView(table)

    spark.sql(SIGNATURES).show(1000, truncate=False)
    latest = spark.sql("SELECT DISTINCT case, day FROM archives WHERE readable ORDER BY day DESC, case")
    cases = list(dict.fromkeys(row["case"] for row in latest.take(args.cases)))
    quoted = ", ".join("'" + case.replace("\\", "\\\\").replace("'", "\\'") + "'" for case in cases)
    if cases:
        spark.sql(MATRIX.format(cases=quoted)).na.fill(0).show(1000, truncate=False)
    total = spark.sql("SELECT count(*) AS cases, count_if(NOT readable) AS unreadable FROM archives").first()
    print(f"{total['cases']} cases, {total['unreadable']} could not be read; tables in {args.output}")
    spark.stop()


if __name__ == "__main__":
    main()
