//! Tomcat: the connector with its connection limit and the operating system's backlog in front,
//! and the executor with its threads.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use super::config::Config;
use super::knobs::Limit;
use super::monitoring::scrape::{TomcatSeen, limit};
use super::mysql::Visit;
use crate::engine::channel::Signal;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Clock;
use crate::engine::gauge::{Census, Gauge};
use crate::engine::pool::{Occupancy, Permit, Pool};
use crate::engine::time::SECOND;
use crate::random::{Stream, Streams};

/// When a SYN that was dropped is sent again, seconds after the first: Linux doubles the interval
/// from 1 s, six times (`tcp_syn_retries`), and gives up after 127 s.
const SYN_RETRY_S: [u64; 6] = [1, 2, 4, 8, 16, 32];
const SYN_LAST_WAIT_S: u64 = 64;

pub(crate) struct Tomcat<'w> {
    clock: &'w Clock,
    threads: Pool<'w>,
    threads_max: u32,
    queue_max: u32,
    thread_creation: &'w Distribution,
    stream: RefCell<Stream>,
    /// Threads that exist; they are made on demand and kept.
    created: Cell<u32>,
    connections_max: u32,
    accept_count: u32,
    open: Cell<u32>,
    /// What Tomcat reports: its acceptor counts the next connection before it comes (seen in the
    /// lab: 9 opened, 10 reported), up to the maximum.
    reported: RefCell<Gauge>,
    backlog: RefCell<VecDeque<Rc<Signal<'w, ()>>>>,
    pub(crate) queue: RefCell<Census>,
    /// SYNs that were dropped because backlog and connections were full.
    pub(crate) dropped_syns: Cell<u64>,
}

/// An open TCP connection to this server. The client sees it as open from the handshake on; the
/// server reads it once it is accepted.
pub(crate) struct Socket<'w> {
    tomcat: &'w Tomcat<'w>,
    accepted: Option<Rc<Signal<'w, ()>>>,
    pub(crate) requests: Cell<u32>,
}

/// No answer to six repeated SYNs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ConnectTimeout;

/// The executor's queue is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rejected;

impl<'w> Tomcat<'w> {
    pub(crate) fn new(
        clock: &'w Clock,
        config: &'w Config,
        instance: u32,
        streams: Streams,
    ) -> Tomcat<'w> {
        let knobs = &config.tomcat;
        let threads = if knobs.virtual_threads { Limit::Unlimited } else { knobs.threads_max };
        Tomcat {
            clock,
            threads: Pool::new(clock, threads.count()),
            threads_max: threads.count(),
            queue_max: knobs.queue_max.count(),
            thread_creation: &knobs.thread_creation,
            stream: RefCell::new(streams.stream(&format!("instance.{instance}.threads"))),
            created: Cell::new(knobs.threads_min_spare),
            connections_max: knobs.max_connections.count(),
            accept_count: knobs.accept_count,
            open: Cell::new(0),
            reported: RefCell::default(),
            backlog: RefCell::default(),
            queue: RefCell::default(),
            dropped_syns: Cell::new(0),
        }
    }

    fn set_open(&self, open: u32) {
        self.open.set(open);
        let reported = open.saturating_add(1).min(self.connections_max);
        self.reported.borrow_mut().set(self.clock.now(), u64::from(reported));
    }

    /// Opens a connection. While `max-connections` are open a new one waits in the backlog, which
    /// the client does not notice; while the backlog is full too, the SYN is dropped and sent
    /// again after 1, 3, 7, 15, 31 and 63 s.
    ///
    /// # Errors
    /// Every SYN was dropped.
    pub(crate) async fn connect(&'w self) -> Result<Socket<'w>, ConnectTimeout> {
        for wait_s in SYN_RETRY_S {
            if let Some(socket) = self.try_connect() {
                return Ok(socket);
            }
            self.clock.sleep(wait_s * SECOND).await;
        }
        if let Some(socket) = self.try_connect() {
            return Ok(socket);
        }
        self.clock.sleep(SYN_LAST_WAIT_S * SECOND).await;
        Err(ConnectTimeout)
    }

    fn try_connect(&'w self) -> Option<Socket<'w>> {
        if self.open.get() < self.connections_max {
            self.set_open(self.open.get() + 1);
            return Some(Socket { tomcat: self, accepted: None, requests: Cell::new(0) });
        }
        let backlog = &mut *self.backlog.borrow_mut();
        // Linux queues one more than it was asked for.
        if backlog.len() as u64 > u64::from(self.accept_count) {
            super::count(&self.dropped_syns);
            return None;
        }
        let accepted = Rc::new(Signal::new(self.clock));
        backlog.push_back(Rc::clone(&accepted));
        Some(Socket { tomcat: self, accepted: Some(accepted), requests: Cell::new(0) })
    }

    /// Takes a worker thread, from the queue in order of arrival.
    ///
    /// # Errors
    /// The queue is full.
    pub(crate) async fn thread(&'w self) -> Result<Permit<'w>, Rejected> {
        if self.threads.free() == 0 && self.threads.waiting() >= self.queue_max {
            return Err(Rejected);
        }
        let visit = Visit::enter(self.clock, &self.queue);
        let thread = self.threads.acquire().await;
        drop(visit);
        self.create_if_needed().await;
        Ok(thread)
    }

    async fn create_if_needed(&self) {
        let busy = self.threads.busy();
        if busy > u64::from(self.created.get()) {
            self.created.set(self.created.get() + 1);
            if !self.thread_creation.is_zero() {
                let span = self.thread_creation.sample(&mut self.stream.borrow_mut());
                self.clock.sleep(span).await;
            }
        }
    }

    pub(crate) fn occupancy(&self) -> Occupancy {
        self.threads.occupancy()
    }

    /// What its MBeans show. Threads that are idle for long are kept, unlike in Tomcat.
    pub(crate) fn seen(&self) -> TomcatSeen {
        TomcatSeen {
            threads_busy: self.threads.busy() as u32,
            threads_current: self.created.get(),
            threads_max: limit(self.threads_max),
            connections: self.reported.borrow().level() as u32,
            connections_max: limit(self.connections_max),
        }
    }

    /// Connections as Tomcat reports them, integrated over time.
    pub(crate) fn connections_area(&self) -> u128 {
        self.reported.borrow().area(self.clock.now())
    }
}

impl<'w> Socket<'w> {
    /// Waits until the server has accepted the connection.
    pub(crate) async fn accepted(&self) {
        if let Some(signal) = &self.accepted {
            signal.wait().await;
        }
    }

    pub(crate) fn tomcat(&self) -> &'w Tomcat<'w> {
        self.tomcat
    }
}

impl Drop for Socket<'_> {
    /// Closes the connection; the acceptor takes the next one from the backlog.
    fn drop(&mut self) {
        let tomcat = self.tomcat;
        if let Some(signal) = self.accepted.as_ref().filter(|signal| signal.given().is_none()) {
            // Closed before it was accepted: it leaves the backlog.
            tomcat.backlog.borrow_mut().retain(|waiting| !Rc::ptr_eq(waiting, signal));
            return;
        }
        let next = tomcat.backlog.borrow_mut().pop_front();
        match next {
            Some(next) => next.give(()),
            None => tomcat.set_open(tomcat.open.get() - 1),
        }
    }
}
