"""`markdown_table.py <measurements.jsonl> <prep.json>`: one table of all engines on stdout.

Speeds are the best of the rounds; what a run found is the mean over the rounds, each with a seed
of its own. The second file may be missing or empty: then the rows of prep are left out.
"""

import json
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
WORKLOADS = ("W1", "W2", "W3")
HEADER = (
    "Engine",
    "W1 customers/s",
    "W2 customers/s",
    "W3 customers/s",
    "prep / engine, W3",
    "W1 mean wait (3.20 s)",
    "W2 mean wait (6.02 s)",
    "W3 abandoned, % (4.8)",
)
NOT_TOLD = "–"


def versions():
    lock = tomllib.loads((HERE / "Cargo.lock").read_text(encoding="utf-8"))
    found = {package["name"]: package["version"] for package in lock["package"]}
    for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, version = line.partition("==")
        found[name] = version
    return found


def peers(path):
    """Per engine and workload: customers per second, and the statistic found."""
    measurements = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    engines = {}
    for engine in dict.fromkeys(one["engine"] for one in measurements):
        engines[engine] = {}
        for workload in WORKLOADS:
            runs = [
                one
                for one in measurements
                if one["engine"] == engine and one["workload"] == workload
            ]
            key = "abandoned_percent" if workload == "W3" else "mean_seconds"
            speed = max(one["customers"] / one["seconds"] for one in runs)
            engines[engine][workload] = (speed, sum(one[key] for one in runs) / len(runs))
    return engines


def prep(path):
    """The same for prep's processes and for its bare event loop; `None` without a measurement."""
    try:
        workloads = json.loads(path.read_text(encoding="utf-8"))["workloads"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    product = tomllib.loads((HERE / "../../Cargo.toml").read_text(encoding="utf-8"))
    version = product["package"]["version"]
    rows = {}
    for row, key in (("processes", "processes_per_s"), ("bare event loop", "raw_per_s")):
        rows[f"prep {version}, {row}"] = {
            one["name"]: (one[key], one.get("statistic"))
            for one in workloads
            if one["name"] in WORKLOADS
        }
    return rows


def speed(per_second):
    if per_second >= 1e6:
        return f"{per_second / 1e6:.2f} M"
    return f"{per_second / 1e3:.1f} k"


def row(name, found, reference):
    ratio = NOT_TOLD if reference is None else f"{reference / found['W3'][0]:.2f}"
    statistics = [
        NOT_TOLD if found[workload][1] is None else f"{found[workload][1]:.2f}"
        for workload in WORKLOADS
    ]
    return [name, *(speed(found[workload][0]) for workload in WORKLOADS), ratio, *statistics]


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: markdown_table.py <measurements.jsonl> <prep.json>")
    ours, found = prep(Path(sys.argv[2])), versions()
    reference = None if ours is None else next(iter(ours.values()))["W3"][0]
    rows = [row(name, values, reference) for name, values in (ours or {}).items()]
    others = sorted(peers(Path(sys.argv[1])).items(), key=lambda item: -item[1]["W3"][0])
    rows += [row(f"{name} {found[name]}", values, reference) for name, values in others]
    print("| " + " | ".join(HEADER) + " |")
    print("|---" + "|--:" * (len(HEADER) - 1) + "|")
    for cells in rows:
        print("| " + " | ".join(cells) + " |")
    if ours is None:
        print("\n`prep bench --json` gave nothing, so the rows of prep and the ratio are left out.")


if __name__ == "__main__":
    main()
