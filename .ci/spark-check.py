"""Checks what .ci/spark made: Parquet against archives of `bundlescope batch`, then by SQL.

Arguments: the folder with Parquet, then archives that must hold the same rows.
"""

import glob
import json
import os
import subprocess
import sys

from pyspark.sql import SparkSession

TABLES = ["archives", "coverage", "gaps", "inventory", "rule_hits", "unknown_templates"]

# In which cases a signature was first and last seen.
FIRST_AND_LAST = """
SELECT hits.rule_id, min_by(hits.case, archives.captured_ms) AS first, max_by(hits.case, archives.captured_ms) AS last
FROM rule_hits AS hits JOIN archives ON hits.bundle_sha256 = archives.bundle_sha256
GROUP BY hits.rule_id ORDER BY hits.rule_id
"""

BY_VERSION = """
SELECT rule_id, k8s_version, count(DISTINCT hits.bundle_sha256) AS cases
FROM rule_hits AS hits JOIN archives ON hits.bundle_sha256 = archives.bundle_sha256
GROUP BY rule_id, k8s_version ORDER BY rule_id, k8s_version
"""

# Cases with a signature, of those where its rule could look.
RATE = """
SELECT hits.rule_id, hits.cases, cases.all - coalesce(blind.cases, 0) AS looked
FROM (SELECT rule_id, count(DISTINCT bundle_sha256) AS cases FROM rule_hits GROUP BY rule_id) AS hits
LEFT JOIN (SELECT rule_id, count(DISTINCT bundle_sha256) AS cases FROM coverage GROUP BY rule_id) AS blind
       ON hits.rule_id = blind.rule_id
CROSS JOIN (SELECT count(*) AS all FROM archives WHERE readable) AS cases
ORDER BY hits.rule_id
"""


def stored(archive, table):
    """The rows of a table of an archive, with their day."""
    rows = []
    for path in glob.glob(f"{archive}/table={table}/day=*/*.ndjson.zst"):
        day = os.path.basename(os.path.dirname(path)).removeprefix("day=")
        text = subprocess.run(["zstd", "-dcq", path], capture_output=True, check=True).stdout
        rows += [{**json.loads(line), "day": day} for line in text.decode().splitlines()]
    return rows


def plain(rows):
    """Rows in an order of their own."""
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


def main():
    """Compares, then asks."""
    parquet, *archives = sys.argv[1:]
    spark = SparkSession.builder.getOrCreate()
    # A day is text here as it is in the folders' names.
    spark.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
    tables = {}
    for table in TABLES:
        frame = spark.read.parquet(f"{parquet}/{table}")
        frame.createOrReplaceTempView(table)
        tables[table] = [row.asDict() for row in frame.collect()]
        for archive in archives:
            expected = plain(stored(archive, table))
            assert plain(tables[table]) == expected, f"{table} is not that of {archive}"
        print(f"{table}: {len(tables[table])} rows, the same in all")
    assert sum(not row["readable"] for row in tables["archives"]) > 0
    assert sum(len(row["other_paths"]) for row in tables["archives"]) > 0

    cases = {row["bundle_sha256"]: row for row in tables["archives"] if row["readable"]}
    hits = {}
    for row in tables["rule_hits"]:
        hits.setdefault(row["rule_id"], set()).add(row["bundle_sha256"])
    blind = {}
    for row in tables["coverage"]:
        blind.setdefault(row["rule_id"], set()).add(row["bundle_sha256"])

    told = {row["rule_id"]: row for row in spark.sql(FIRST_AND_LAST).collect()}
    assert told.keys() == hits.keys()
    for rule, having in hits.items():
        dated = [cases[sha] for sha in having if cases[sha]["captured_ms"] is not None]
        if dated:
            first = min(row["captured_ms"] for row in dated)
            assert told[rule]["first"] in {r["case"] for r in dated if r["captured_ms"] == first}, rule
    versions = spark.sql(BY_VERSION).collect()
    assert sum(row["cases"] for row in versions) == sum(len(having) for having in hits.values())
    for row in spark.sql(RATE).collect():
        assert row["cases"] == len(hits[row["rule_id"]])
        assert row["looked"] == len(cases) - len(blind.get(row["rule_id"], ())), row
        assert row["cases"] <= row["looked"], row
    print(f"{len(hits)} signatures in {len(cases)} cases; first and last, by version and rates agree")
    for row in versions[:3]:
        print(f"  {row['rule_id']} on {row['k8s_version']}: {row['cases']}")
    spark.stop()


main()
