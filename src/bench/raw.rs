//! The yardstick: the same workloads as a bare event loop, an enum of events and a `match`. Nobody
//! would want to write a marketplace like this; it shows what the processes cost.

use std::collections::VecDeque;

use super::{Draws, MmcOut, NestedOut, NestedPools, ns};
use crate::engine::calendar::{Calendar, Entry};

const NIL: u32 = u32::MAX;

/// M/M/c: arrival and departure events only.
pub(super) fn mmc(n: u64, servers: u32, interarrival: f64, service: f64, seed: u64) -> MmcOut {
    let mut draws = Draws::new(seed);
    let (interarrival, service) = (ns(interarrival), ns(service));
    let mut calendar = Calendar::default();
    let mut queue: VecDeque<(u64, u64)> = VecDeque::new();
    let (mut sequence, mut arrived, mut busy) = (0u64, 0u64, 0u32);
    let mut out = MmcOut::default();
    // The lowest bit of a key tells departures (1) from arrivals (0).
    calendar.push(Entry { at: draws.span(interarrival), key: 0 });
    while let Some(Entry { at: now, key }) = calendar.pop() {
        if key & 1 == 0 {
            arrived += 1;
            let work = draws.span(service);
            if busy < servers {
                busy += 1;
                out.record(0);
                sequence += 1;
                calendar.push(Entry { at: now + work, key: sequence << 1 | 1 });
            } else {
                queue.push_back((now, work));
            }
            if arrived < n {
                sequence += 1;
                calendar.push(Entry { at: now + draws.span(interarrival), key: sequence << 1 });
            }
        } else if let Some((since, work)) = queue.pop_front() {
            out.record(now - since);
            sequence += 1;
            calendar.push(Entry { at: now + work, key: sequence << 1 | 1 });
        } else {
            busy -= 1;
        }
    }
    out
}

/// The hold model: `pending` events, each taken and scheduled anew.
pub(super) fn hold(n: u64, pending: u64, seed: u64) -> u64 {
    let mut draws = Draws::new(seed);
    let mut calendar = Calendar::default();
    for key in 0..pending {
        calendar.push(Entry { at: draws.span(1e9), key });
    }
    let (mut sequence, mut check) = (pending, 0u64);
    for _ in 0..n {
        let Some(Entry { at, .. }) = calendar.pop() else { break };
        check = check.wrapping_mul(31).wrapping_add(at);
        sequence += 1;
        calendar.push(Entry { at: at + draws.span(1e9), key: sequence });
    }
    check
}

#[derive(Clone, Copy)]
struct Request {
    arrived: u64,
    cpu: u64,
    db: u64,
    /// Sequence of the armed timeout, 0 when there is none.
    timer: u64,
    next: u32,
    previous: u32,
}

/// A queue of requests linked through their slab, so that a timeout leaves it at once.
struct List {
    head: u32,
    tail: u32,
    len: u32,
}

impl List {
    const EMPTY: List = List { head: NIL, tail: NIL, len: 0 };

    #[inline]
    fn push(&mut self, requests: &mut [Request], at: u32) {
        requests[at as usize].next = NIL;
        requests[at as usize].previous = self.tail;
        match self.tail {
            NIL => self.head = at,
            tail => requests[tail as usize].next = at,
        }
        self.tail = at;
        self.len += 1;
    }

    #[inline]
    fn remove(&mut self, requests: &mut [Request], at: u32) {
        let Request { previous, next, .. } = requests[at as usize];
        match previous {
            NIL => self.head = next,
            previous => requests[previous as usize].next = next,
        }
        match next {
            NIL => self.tail = previous,
            next => requests[next as usize].previous = previous,
        }
        self.len -= 1;
    }

    #[inline]
    fn pop(&mut self, requests: &mut [Request]) -> Option<u32> {
        let first = self.head;
        if first == NIL {
            return None;
        }
        self.remove(requests, first);
        Some(first)
    }
}

/// Event kinds: the two low bits of a key; 22 bits of request slot; the sequence.
const ARRIVE: u64 = 0;
const CPU_DONE: u64 = 1;
const DB_DONE: u64 = 2;

struct Loop {
    calendar: Calendar,
    now: u64,
    sequence: u64,
    requests: Vec<Request>,
    unused: Vec<u32>,
    thread_queue: List,
    cpu_queue: List,
    connection_queue: List,
    db_queue: List,
    threads: u32,
    cores: u32,
    connections: u32,
    servers: u32,
    timeout: u64,
    out: NestedOut,
}

impl Loop {
    #[inline]
    fn after(&mut self, span: u64, slot: u32, kind: u64) -> u64 {
        self.sequence += 1;
        let key = self.sequence << 24 | u64::from(slot) << 2 | kind;
        self.calendar.push(Entry { at: self.now + span, key });
        self.sequence
    }

    #[inline]
    fn want_cpu(&mut self, request: u32) {
        if self.cores == 0 {
            return self.cpu_queue.push(&mut self.requests, request);
        }
        self.cores -= 1;
        self.after(self.requests[request as usize].cpu, request, CPU_DONE);
    }

    #[inline]
    fn want_db(&mut self, request: u32) {
        self.requests[request as usize].timer = 0;
        if self.servers == 0 {
            return self.db_queue.push(&mut self.requests, request);
        }
        self.servers -= 1;
        self.after(self.requests[request as usize].db, request, DB_DONE);
    }

    #[inline]
    fn arrive(&mut self, request: Request, queue_max: u32) {
        if self.threads == 0 && self.thread_queue.len >= queue_max {
            self.out.rejected += 1;
            return;
        }
        let slot = match self.unused.pop() {
            Some(slot) => {
                self.requests[slot as usize] = request;
                slot
            }
            None => {
                self.requests.push(request);
                self.requests.len() as u32 - 1
            }
        };
        if self.threads > 0 {
            self.threads -= 1;
            self.want_cpu(slot);
        } else {
            self.thread_queue.push(&mut self.requests, slot);
        }
    }

    #[inline]
    fn cpu_done(&mut self, request: u32) {
        match self.cpu_queue.pop(&mut self.requests) {
            Some(next) => {
                self.after(self.requests[next as usize].cpu, next, CPU_DONE);
            }
            None => self.cores += 1,
        }
        if self.connections > 0 {
            self.connections -= 1;
            self.want_db(request);
        } else {
            self.connection_queue.push(&mut self.requests, request);
            self.requests[request as usize].timer = self.after(self.timeout, request, 3);
        }
    }

    #[inline]
    fn db_done(&mut self, request: u32) {
        match self.db_queue.pop(&mut self.requests) {
            Some(next) => {
                self.after(self.requests[next as usize].db, next, DB_DONE);
            }
            None => self.servers += 1,
        }
        match self.connection_queue.pop(&mut self.requests) {
            Some(next) => self.want_db(next),
            None => self.connections += 1,
        }
        self.out.record(self.now - self.requests[request as usize].arrived);
        self.leave(request);
    }

    #[inline]
    fn leave(&mut self, request: u32) {
        self.unused.push(request);
        match self.thread_queue.pop(&mut self.requests) {
            Some(next) => self.want_cpu(next),
            None => self.threads += 1,
        }
    }
}

/// W3: arrival, end of the CPU work, end of the database work and the timeout, which is nearly
/// always stale, go through the calendar; grants are direct calls.
pub(super) fn nested(n: u64, model: &NestedPools, seed: u64) -> NestedOut {
    let mut draws = Draws::new(seed);
    let mut run = Loop {
        calendar: Calendar::default(),
        now: 0,
        sequence: 0,
        requests: Vec::new(),
        unused: Vec::new(),
        thread_queue: List::EMPTY,
        cpu_queue: List::EMPTY,
        connection_queue: List::EMPTY,
        db_queue: List::EMPTY,
        threads: model.threads,
        cores: model.cores,
        connections: model.connections,
        servers: model.servers,
        timeout: ns(model.timeout) as u64,
        out: NestedOut::default(),
    };
    let (interarrival, cpu, db) = (ns(model.interarrival), ns(model.cpu), ns(model.db));
    let mut arrived = 0;
    run.after(draws.span(interarrival), 0, ARRIVE);
    while let Some(Entry { at, key }) = run.calendar.pop() {
        let request = (key >> 2 & ((1 << 22) - 1)) as u32;
        match key & 3 {
            ARRIVE => {
                run.now = at;
                arrived += 1;
                let (cpu, db) = (draws.span(cpu), draws.span(db));
                let fresh = Request { arrived: at, cpu, db, timer: 0, next: NIL, previous: NIL };
                run.arrive(fresh, model.queue_max);
                if arrived < n {
                    run.after(draws.span(interarrival), 0, ARRIVE);
                }
            }
            CPU_DONE => {
                run.now = at;
                run.cpu_done(request);
            }
            DB_DONE => {
                run.now = at;
                run.db_done(request);
            }
            _ => {
                if run.requests[request as usize].timer == key >> 24 {
                    run.now = at;
                    run.connection_queue.remove(&mut run.requests, request);
                    run.out.abandoned += 1;
                    run.leave(request);
                }
            }
        }
    }
    run.out
}
