"""Writes the Parquet files of this folder with pyarrow 26, and what they hold as JSON lines, as Python sees it."""

import datetime as dt
import decimal
import json
import random
import uuid

import pyarrow as pa
import pyarrow.parquet as pq

random.seed(1)
D = decimal.Decimal


def types():
    """One column of every type; a row of ordinary values, of extremes, of nulls, and of what JSON cannot hold."""
    utc, day = dt.timezone.utc, dt.datetime(2024, 2, 29, 23, 59, 59, 123456)
    columns = [
        ("bool", pa.bool_(), [True, False]),
        ("int8", pa.int8(), [7, -128]),
        ("int16", pa.int16(), [7, -32768]),
        ("int32", pa.int32(), [7, -(2**31)]),
        ("int64", pa.int64(), [9007199254740993, -(2**63)]),
        ("uint8", pa.uint8(), [7, 255]),
        ("uint16", pa.uint16(), [7, 65535]),
        ("uint32", pa.uint32(), [7, 2**32 - 1]),
        ("uint64", pa.uint64(), [7, 2**64 - 1]),
        ("float16", pa.float16(), [0.5, -65504.0], float("nan")),
        ("float", pa.float32(), [0.1, 3.4028234663852886e38], float("-inf")),
        ("double", pa.float64(), [0.1, 5e-324], float("nan")),
        ("decimal9", pa.decimal32(9, 2), [D("12.30"), D("-9999999.99")]),
        ("decimal18", pa.decimal64(18, 0), [D("12"), D("-999999999999999999")]),
        ("decimal38", pa.decimal128(38, 10), [D("0.0000000001"), D("-1234567890123456789012345678.0123456789")]),
        ("date", pa.date32(), [dt.date(2024, 2, 29), dt.date(1, 1, 1)]),
        ("time_ms", pa.time32("ms"), [dt.time(1, 2, 3, 4000), dt.time(23, 59, 59, 999000)]),
        ("time_us", pa.time64("us"), [dt.time(1, 2, 3, 4), dt.time(0)]),
        ("time_ns", pa.time64("ns"), [1, 86399999999999]),
        ("stamp_ms_utc", pa.timestamp("ms", "UTC"), [day.replace(microsecond=123000, tzinfo=utc), dt.datetime(1969, 12, 31, 23, 59, 59, 999000, utc)]),
        ("stamp_us", pa.timestamp("us"), [day, dt.datetime(1, 1, 1)]),
        ("stamp_ns", pa.timestamp("ns"), [1, -1]),
        ("string", pa.string(), ['a "b"\n\\ <i>\u2028', "思考 🙂\x00\x7f"]),
        ("large_string", pa.large_string(), ["x", ""]),
        ("json", pa.json_(), ['{"a":1}', "[]"]),
        ("binary", pa.binary(), [b"\x00\xff", b""]),
        ("fixed", pa.binary(3), [b"abc", b"\xff\xfe\xfd"]),
        ("uuid", pa.uuid(), [uuid.UUID(int=1), uuid.UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")]),
        ("null", pa.null(), [None, None]),
        ("list", pa.list_(pa.int32()), [[1, None], []]),
        ("lists", pa.list_(pa.list_(pa.string())), [[["a"], [], None], [[]]]),
        ("struct", pa.struct([("a", pa.int8()), ("b", pa.struct([("c", pa.string())]))]), [{"a": 1, "b": {"c": "x"}}, {"a": None, "b": None}]),
        ("map", pa.map_(pa.string(), pa.int64()), [[("k", 1), ("l", None)], []]),
        ("int_map", pa.map_(pa.int32(), pa.list_(pa.bool_())), [[(-1, [True])], [(2, None)]]),
        ("structs", pa.list_(pa.struct([("a", pa.list_(pa.int8())), ("b", pa.string())])), [[{"a": [1, 2], "b": "x"}, None], [{"a": None, "b": None}]]),
    ]
    table = pa.table({name: pa.array(v + [None] + odd + [None] * (1 - len(odd)), t) for name, t, v, *odd in columns})
    pq.write_table(table, "types.parquet")
    stamps = pa.table({"int96": pa.array([dt.datetime(2024, 2, 29, 1, 2, 3, 4), dt.datetime(1900, 1, 1)], pa.timestamp("ns"))})
    pq.write_table(stamps, "int96.parquet", use_deprecated_int96_timestamps=True)


def word(n):
    return "".join(random.choice("abc思 \n") for _ in range(random.randrange(n)))


def some(make, null=0.2):
    return None if random.random() < null else make()


def many(make, n):
    return [make() for _ in range(random.randrange(n))]


def nested():
    """Random nested rows in tiny pages: all codecs, both page versions, with and without page index."""
    rows = [
        {
            "id": f"row-{i}",
            "flat": i,
            "choice": some(lambda: random.choice(["red", "green", "blue"])),
            "messages": some(lambda: many(lambda: some(lambda: {"role": some(lambda: word(5)), "content": some(lambda: word(90))}), 4)),
            "deep": some(lambda: many(lambda: some(lambda: many(lambda: some(lambda: many(lambda: random.randrange(9), 3)), 3)), 3)),
            "table": some(lambda: many(lambda: (str(random.random()), some(lambda: many(lambda: word(4), 3))), 3)),
        }
        for i in range(100)
    ]
    message = pa.struct([("role", pa.string()), ("content", pa.string())])
    schema = pa.schema([
        pa.field("id", pa.string(), nullable=False),
        pa.field("flat", pa.int64(), nullable=False),
        ("choice", pa.string()),
        ("messages", pa.list_(message)),
        ("deep", pa.list_(pa.list_(pa.list_(pa.int16())))),
        ("table", pa.map_(pa.string(), pa.list_(pa.string()))),
    ])
    table = pa.Table.from_pylist(rows, schema)
    for codec in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
        for version in ["1.0", "2.0"]:
            pq.write_table(table, f"nested-{codec}-v{version[0]}.parquet", compression=codec, data_page_version=version,
                           row_group_size=70, data_page_size=200, write_batch_size=10, use_dictionary=["choice"],
                           write_page_index=codec in ("none", "zstd"), write_page_checksum=codec == "gzip")
    with open("nested.jsonl", "w") as out:
        for row in rows:
            row["table"] = None if row["table"] is None else dict(row["table"])
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


def encodings():
    """A column for each encoding."""
    chosen = {"plain": "PLAIN", "delta": "DELTA_BINARY_PACKED", "delta32": "DELTA_BINARY_PACKED", "split": "BYTE_STREAM_SPLIT",
              "split32": "BYTE_STREAM_SPLIT", "lengths": "DELTA_LENGTH_BYTE_ARRAY", "prefixes": "DELTA_BYTE_ARRAY", "bits": "RLE"}
    rows = [{"plain": i, "delta": random.choice([i, -(2**63), 2**63 - 1, i * i]), "delta32": random.choice([-(2**31), i]),
             "split": some(random.random), "split32": i, "lengths": word(9), "prefixes": f"{i // 10:05}" + word(3), "bits": some(lambda: i % 7 < 3),
             "dictionary": "one"} for i in range(200)]
    schema = pa.schema([("plain", pa.int64()), ("delta", pa.int64()), ("delta32", pa.int32()), ("split", pa.float64()), ("split32", pa.int32()),
                        ("lengths", pa.string()), ("prefixes", pa.string()), ("bits", pa.bool_()), ("dictionary", pa.string())])
    for version in ["1.0", "2.0"]:
        pq.write_table(pa.Table.from_pylist(rows, schema), f"encodings-v{version[0]}.parquet", use_dictionary=["dictionary"],
                       column_encoding=chosen, data_page_version=version)
    with open("encodings.jsonl", "w") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n")


types()
nested()
encodings()
