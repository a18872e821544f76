#!/usr/bin/env python3
"""Checks every scenario of behaviours.toml on a real MariaDB server.

Starts a private server in a temporary directory, reachable by its socket alone, and plays each
scenario with one client process per transaction. Needs Python 3.11 and Debian's package
mariadb-server; the system's own server is neither used nor touched.
"""

import argparse
import datetime
import getpass
import itertools
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from pathlib import Path

TABLE = Path(__file__).with_name("behaviours.toml")
ERRORS = {1062: "duplicate", 1205: "timeout", 1213: "deadlock", 1452: "no-parent"}
ISOLATIONS = ("read-committed", "repeatable-read", "serializable")
LOCKS = {"none": "", "share": " lock in share mode", "update": " for update"}
# information_schema.innodb_trx is a copy that is renewed only if nobody read it for 100 ms.
TRX_COPY_AGE_S = 0.12
# Longer than any statement takes that waits for no lock.
PATIENCE_S = 20
LOCK_WAIT_TIMEOUT_S = 50
# Of a scenario in which a statement shall run into the timeout.
SHORT_LOCK_WAIT_TIMEOUT_S = 1


class Fault(Exception):
    """A mistake in the file, or a server that did something the file has no word for."""


class Server:
    """A mariadbd of our own, with default settings, until the end of the `with` block."""

    def __enter__(self):
        self.dir = Path(tempfile.mkdtemp(prefix="innodb-"))
        self.socket = self.dir / "socket"
        self.process = None
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        data = self.dir / "data"
        user = f"--user={getpass.getuser()}"
        with open(self.dir / "log", "w") as log:
            install = [
                "mariadb-install-db", "--no-defaults", f"--datadir={data}", user,
                "--auth-root-authentication-method=normal", "--skip-test-db",
            ]
            subprocess.run(install, stdout=log, stderr=log, check=True)
            run = [
                shutil.which("mariadbd") or "/usr/sbin/mariadbd", "--no-defaults",
                f"--datadir={data}", f"--socket={self.socket}", user, "--skip-networking",
                # About speed alone: nothing here has to survive a crash.
                "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=32M",
            ]
            self.process = subprocess.Popen(run, stdout=log, stderr=log)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            if self.socket.exists():
                return
            time.sleep(0.1)
        raise Fault("the server does not start:\n" + (self.dir / "log").read_text())

    def __exit__(self, *_):
        if self.process:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)


class Client:
    """One connection: a client process that is sent statements and answers in its own time."""

    def __init__(self, server):
        command = [
            "mariadb", "--no-defaults", f"--socket={server.socket}", "--user=root", "--batch",
            "--skip-column-names", "--unbuffered", "--force",
        ]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, bufsize=1,
        )
        self.answers = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()
        self.id = self.ask("select connection_id()")[0][0]

    def read(self):
        lines = []
        for line in self.process.stdout:
            line = line.rstrip("\n")
            if line.startswith("#affected "):
                self.answers.put((lines, int(line.split()[1])))
                lines = []
            else:
                lines.append(line)

    def send(self, sql):
        self.process.stdin.write(f"{sql};\nselect concat('#affected ', row_count());\n")

    def answer(self, seconds):
        """(lines, affected rows), or None when nothing came."""
        try:
            return self.answers.get(timeout=seconds)
        except queue.Empty:
            return None

    def ask(self, sql):
        """Lines of an answer, split at tabs, of a statement that may not fail."""
        self.send(sql)
        answer = self.answer(PATIENCE_S)
        if answer is None or any(line.startswith("ERROR ") for line in answer[0]):
            raise Fault(f"{sql}: {answer}")
        return [line.split("\t") for line in answer[0]]

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def statement(step):
    """The SQL of a step."""
    if "do" in step:
        if step["do"] not in ("commit", "rollback"):
            raise Fault(f"do = {step['do']!r}: neither commit nor rollback")
        return step["do"]
    kind = step["sql"]
    if kind == "select":
        return f"select stock from bids where id = {step['row']}" + LOCKS[step["lock"]]
    if kind == "range":
        # On a table this small the optimizer might prefer to read, and so to lock, all of it.
        keys = f"between {step['from']} and {step['to']}"
        table = "bids force index (primary)"
        return f"select stock from {table} where id {keys}" + LOCKS[step["lock"]]
    if kind == "update":
        change = f"stock + {step['add']}" if "add" in step else str(step["set"])
        where = f"id = {step['row']}"
        if "when_stock_at_least" in step:
            where += f" and stock >= {step['when_stock_at_least']}"
        if "when_version" in step:
            change += ", version = version + 1"
            where += f" and version = {step['when_version']}"
        return f"update bids set stock = {change} where {where}"
    if kind == "insert":
        return f"insert into bids values ({step['row']}, 10, 0)"
    if kind == "insert-order":
        return f"insert into orders (bid) values ({step['row']})"
    if kind == "delete":
        return f"delete from bids where id = {step['row']}"
    raise Fault(f"sql = {kind!r} is not known")


def outcome(answer, step):
    """What an answer says in the words of the file."""
    lines, affected = answer
    for line in lines:
        if error := re.match(r"ERROR (\d+) ", line):
            if int(error[1]) not in ERRORS:
                raise Fault(line)
            return {"result": ERRORS[int(error[1])]}
    seen = {"result": "ok"}
    if step.get("sql") == "select":
        seen["sees"] = int(lines[0]) if lines else "none"
    if step.get("sql") in ("update", "delete"):
        seen["affected"] = affected
    return seen


class Play:
    """One run of one scenario."""

    def __init__(self, server, admin, behaviour):
        self.server, self.admin, self.behaviour = server, admin, behaviour
        self.clients = {}
        self.open = set()
        self.waiting = {}  # transaction -> the number of the step that waits
        self.seen = []  # of each step, what was observed

    def prepare(self):
        detect = "on" if self.behaviour["detect"] else "off"
        rows = ", ".join(f"({row}, 10, 0)" for row in self.behaviour["rows"])
        for sql in (
            f"set global innodb_deadlock_detect = {detect}",
            "create database if not exists bidding",
            "use bidding",
            "drop table if exists orders",
            "drop table if exists bids",
            "create table bids (id int primary key, stock int not null, version int not null)"
            " engine = innodb",
            "create table orders (id int auto_increment primary key, bid int not null,"
            " foreign key (bid) references bids (id)) engine = innodb",
            f"insert into bids values {rows}",
        ):
            self.admin.ask(sql)

    def client(self, name):
        if name in self.clients:
            return self.clients[name]
        client = self.clients[name] = Client(self.server)
        isolation = self.behaviour["isolation"]
        if isolation not in ISOLATIONS:
            raise Fault(f"isolation = {isolation!r} is not known")
        gives_up = any(step["result"] == "timeout" for step in self.behaviour["steps"])
        seconds = SHORT_LOCK_WAIT_TIMEOUT_S if gives_up else LOCK_WAIT_TIMEOUT_S
        client.ask("use bidding")
        level = isolation.replace("-", " ")
        client.ask(f"set session transaction isolation level {level}")
        client.ask(f"set session innodb_lock_wait_timeout = {seconds}")
        return client

    def in_lock_wait(self):
        """The transactions that wait for a lock according to the server."""
        time.sleep(TRX_COPY_AGE_S)
        rows = self.admin.ask(
            "select trx_mysql_thread_id from information_schema.innodb_trx"
            " where trx_state = 'LOCK WAIT'"
        )
        ids = {row[0] for row in rows}
        return {name for name, client in self.clients.items() if client.id in ids}

    def ended(self, name, number, answer):
        """A statement has come to its end."""
        step = self.behaviour["steps"][number]
        seen = outcome(answer, step)
        if "do" in step or seen["result"] == "deadlock":
            self.open.discard(name)
        return seen

    def step(self, number, step):
        name = step["trx"]
        client = self.client(name)
        if name in self.waiting:
            raise Fault(f"step {number + 1}: {name} still waits")
        if name not in self.open:
            client.ask("begin")
            self.open.add(name)
        client.send(statement(step))
        until = time.monotonic() + PATIENCE_S
        answer = client.answer(PATIENCE_S if step["result"] == "timeout" else 0.1)
        while answer is None:
            if name in self.in_lock_wait():
                self.waiting[name] = number
                self.seen.append({"result": "waits"})
                break
            if time.monotonic() > until:
                raise Fault(f"step {number + 1}: no answer, and no wait for a lock either")
            answer = client.answer(0.01)
        else:
            self.seen.append(self.ended(name, number, answer))
        then = self.settle(but=name if answer is None else None)
        if then:
            self.seen[number]["then"] = then

    def settle(self, but):
        """Collects the statements that need not wait any longer."""
        others = [name for name in self.waiting if name != but]
        if not others:
            return {}
        still = self.in_lock_wait()
        then = {}
        for name in others:
            answer = self.clients[name].answer(0 if name in still else PATIENCE_S)
            if answer is None:
                if name not in still:
                    raise Fault(f"{name} neither waits nor answers")
                continue
            number = self.waiting.pop(name)
            seen = self.ended(name, number, answer)
            then[name] = seen.pop("result")
            self.seen[number] |= seen
        return dict(sorted(then.items()))

    def end(self):
        if self.open:
            seen = "\n".join(map(toml, self.seen))
            raise Fault(f"at the end {sorted(self.open)} are still open; observed:\n{seen}")
        rows = self.admin.ask("select id, stock from bids")
        stocks = {int(row): int(stock) for row, stock in rows}
        return [
            {"row": end["row"], "stock": stocks.get(end["row"], "none")}
            for end in self.behaviour["end"]
        ]

    def run(self):
        self.prepare()
        try:
            for number, step in enumerate(self.behaviour["steps"]):
                self.step(number, step)
            return {"steps": self.seen, "end": self.end()}
        finally:
            for client in self.clients.values():
                client.close()


def recorded(step, seen):
    """A step with what was observed in the place of what was expected."""
    step = {key: value for key, value in step.items() if key != "then"}
    step["result"] = seen["result"]
    for key in ("sees", "affected"):
        if key in step and key in seen:
            step[key] = seen[key]
        else:
            step.pop(key, None)
    if "then" in seen:
        step["then"] = seen["then"]
    return step


def differences(behaviour, seen):
    """Lines that tell where a run and the file differ."""
    found = []
    for number, (step, saw) in enumerate(zip(behaviour["steps"], seen["steps"]), 1):
        if recorded(step, saw) != step:
            found.append(f"step {number}: expected {toml(step)}")
            found.append(f"step {number}: observed {toml(recorded(step, saw))}")
    if behaviour["end"] != seen["end"]:
        found.append(f"end: expected {toml(behaviour['end'])}")
        found.append(f"end: observed {toml(seen['end'])}")
    return found


def toml(value):
    """A value on one line."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[ " + ", ".join(map(toml, value)) + " ]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def rewritten(text, behaviours, seen, server):
    """The file with what was observed; every line that holds no observation stays as it is."""
    steps = itertools.chain.from_iterable(
        map(recorded, behaviour["steps"], seen[behaviour["id"]]["steps"])
        for behaviour in behaviours
    )
    ends = (seen[behaviour["id"]]["end"] for behaviour in behaviours)
    header = {"server": server, "passed": len(behaviours), "on": datetime.date.today()}
    lines = []
    for line in text.split("\n"):
        if step := re.match(r"  \{ .*? \},(\s*#.*)?$", line):
            line = f"  {toml(next(steps))}," + (step[1] or "")
        elif line.startswith("end = ["):
            line = f"end = {toml(next(ends))}"
        elif (word := line.split(" = ")[0]) in header:
            line = f"{word} = {toml(header[word])}"
        lines.append(line)
    text = "\n".join(lines)
    if len(tomllib.loads(text)["behaviour"]) != len(behaviours) or next(steps, None):
        raise Fault("every step must have a line of its own, and so must `end`")
    return text


def check(server, behaviours, repeats):
    """Plays everything; returns (what was observed by id, ids that failed, ids that vary)."""
    observed, failed, varying = {}, [], []
    admin = Client(server)
    for behaviour in behaviours:
        name = behaviour["id"]
        try:
            runs = [Play(server, admin, behaviour).run() for _ in range(repeats)]
        except Fault as fault:
            raise Fault(f"{name}: {fault}") from fault
        observed[name] = runs[0]
        found = list(dict.fromkeys(line for run in runs for line in differences(behaviour, run)))
        if any(run != runs[0] for run in runs):
            varying.append(name)
            found.append("the runs differ from each other")
        if found:
            failed.append(name)
        print(f"{'FAIL' if found else 'pass'}  {name}", flush=True)
        for line in found:
            print(f"        {line}")
    admin.close()
    return observed, failed, varying


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--repeats", type=int, default=3, help="runs of each scenario")
    arguments.add_argument("--only", metavar="ID", nargs="+", help="these scenarios alone")
    arguments.add_argument(
        "--record", action="store_true", help="write what was observed into behaviours.toml"
    )
    arguments.add_argument(
        "--install", action="store_true", help="apt-get install mariadb-server first (as root)"
    )
    given = arguments.parse_args()
    if given.install:
        subprocess.run(["apt-get", "install", "--yes", "mariadb-server"], check=True)
    if not shutil.which("mariadb-install-db"):
        sys.exit("mariadb-install-db is missing: install mariadb-server, or give --install")
    if given.record and given.only:
        sys.exit("--record writes the whole file: it cannot go with --only")
    text = TABLE.read_text()
    behaviours = tomllib.loads(text)["behaviour"]
    names = [behaviour["id"] for behaviour in behaviours]
    if len(set(names)) != len(names):
        sys.exit("two behaviours have the same id")
    if unknown := set(given.only or []) - set(names):
        sys.exit(f"there is no {sorted(unknown)}")
    behaviours = [b for b in behaviours if not given.only or b["id"] in given.only]
    try:
        with Server() as server:
            admin = Client(server)
            version = "MariaDB " + admin.ask("select version()")[0][0].split("-")[0]
            print(f"{version}, {given.repeats} runs of each of {len(behaviours)} scenarios")
            admin.close()
            observed, failed, varying = check(server, behaviours, given.repeats)
        print(f"{len(behaviours) - len(failed)} of {len(behaviours)} passed")
        if given.record:
            if varying:
                sys.exit(f"not recorded, for the runs differ: {', '.join(varying)}")
            TABLE.write_text(rewritten(text, behaviours, observed, version))
            print("recorded")
            return 0
    except Fault as fault:
        sys.exit(str(fault))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
