"""`simpy_peer.py <workload> <customers> <seed>`: one measurement on SimPy, one line of JSON.

The parameters are those of `src/workloads.rs`, in seconds.
"""

import json
import random
import sys
import time

import simpy

W1 = {"servers": 1, "interarrival": 1.0, "service": 0.8}
W2 = {"servers": 10, "interarrival": 1.0, "service": 9.0}
W3 = {
    "interarrival": 0.010,
    "threads": 200,
    "queue_max": 100,
    "cores": 2,
    "cpu": 0.010,
    "connections": 10,
    "timeout": 1.0,
    "servers": 4,
    "db": 0.042,
}


class Tally:
    """What became of the customers; `seconds` sums waits (W1, W2) or response times (W3)."""

    def __init__(self):
        self.served = self.rejected = self.abandoned = 0
        self.seconds = 0.0

    def serve(self, seconds):
        self.served += 1
        self.seconds += seconds

    def gone(self):
        return self.served + self.rejected + self.abandoned


def multi_server(env, draws, customers, model, tally):
    servers = simpy.Resource(env, capacity=model["servers"])

    def customer(service):
        arrived = env.now
        with servers.request() as server:
            yield server
            tally.serve(env.now - arrived)
            yield env.timeout(service)

    def arrivals():
        for _ in range(customers):
            yield env.timeout(draws.expovariate(1.0 / model["interarrival"]))
            env.process(customer(draws.expovariate(1.0 / model["service"])))

    env.process(arrivals())


def nested_pools(env, draws, customers, model, tally):
    threads, cores, connections, servers = (
        simpy.Resource(env, capacity=model[name])
        for name in ("threads", "cores", "connections", "servers")
    )

    def request(cpu, db):
        arrived = env.now
        if threads.count == threads.capacity and len(threads.queue) >= model["queue_max"]:
            tally.rejected += 1
            return
        with threads.request() as thread:
            yield thread
            with cores.request() as core:
                yield core
                yield env.timeout(cpu)
            with connections.request() as connection:
                yield connection | env.timeout(model["timeout"])
                if not connection.triggered:
                    tally.abandoned += 1
                    return
                with servers.request() as server:
                    yield server
                    yield env.timeout(db)
        tally.serve(env.now - arrived)

    def arrivals():
        for _ in range(customers):
            yield env.timeout(draws.expovariate(1.0 / model["interarrival"]))
            cpu = draws.expovariate(1.0 / model["cpu"])
            db = draws.expovariate(1.0 / model["db"])
            env.process(request(cpu, db))

    env.process(arrivals())


def main():
    workloads = {"W1": (multi_server, W1), "W2": (multi_server, W2), "W3": (nested_pools, W3)}
    if len(sys.argv) != 4 or sys.argv[1] not in workloads:
        sys.exit("usage: simpy_peer.py W1|W2|W3 <customers> <seed>")
    name, customers, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    build, model = workloads[name]
    start = time.perf_counter()
    env, tally = simpy.Environment(), Tally()
    build(env, random.Random(seed), customers, model, tally)
    env.run()
    seconds = time.perf_counter() - start
    if tally.gone() != customers:
        sys.exit(f"simpy: {tally.gone()} of {customers} customers left {name}")
    print(
        json.dumps(
            {
                "engine": "simpy",
                "workload": name,
                "customers": customers,
                "seconds": seconds,
                "mean_seconds": tally.seconds / tally.served,
                "abandoned_percent": 100.0 * tally.abandoned / customers,
                "rejected": tally.rejected,
            }
        )
    )


if __name__ == "__main__":
    main()
