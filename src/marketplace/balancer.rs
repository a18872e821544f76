//! The load balancer: the instances that it sends to, and how it picks one of them.

use std::cell::{Cell, RefCell};

use super::config::BalancerPolicy;
use super::instance::{Instance, Version};
use crate::random::{Stream, Streams};

pub(crate) struct Balancer<'w> {
    policy: BalancerPolicy,
    /// Whom it sends to, by number.
    members: RefCell<Vec<&'w Instance<'w>>>,
    /// Share of the requests for the new version; `None` treats all alike.
    share_new: Cell<Option<f64>>,
    next: Cell<usize>,
    stream: RefCell<Stream>,
    splitting: RefCell<Stream>,
}

impl<'w> Balancer<'w> {
    pub(crate) fn new(policy: BalancerPolicy, streams: Streams) -> Balancer<'w> {
        Balancer {
            policy,
            members: RefCell::default(),
            share_new: Cell::new(None),
            next: Cell::new(0),
            stream: RefCell::new(streams.stream("balancer")),
            splitting: RefCell::new(streams.stream("balancer.split")),
        }
    }

    /// Sends to this instance from now on.
    pub(crate) fn add(&self, instance: &'w Instance<'w>) {
        let members = &mut *self.members.borrow_mut();
        let at = members.partition_point(|member| member.number < instance.number);
        if members.get(at).is_none_or(|member| member.number != instance.number) {
            members.insert(at, instance);
        }
    }

    /// Sends nothing more to this instance.
    pub(crate) fn remove(&self, instance: &Instance<'_>) {
        self.members.borrow_mut().retain(|member| member.number != instance.number);
    }

    /// Sends this share of the requests to the new version, whatever its number of instances.
    pub(crate) fn split(&self, share_new: Option<f64>) {
        self.share_new.set(share_new);
    }

    /// An instance for a new request; `None` if it knows none.
    pub(crate) fn pick(&self) -> Option<&'w Instance<'w>> {
        let members = self.members.borrow();
        match self.share_new.get() {
            None => self.among(&members),
            Some(share) => {
                let new = self.splitting.borrow_mut().unit() < share;
                let version = if new { Version::New } else { Version::Old };
                let side: Vec<&'w Instance<'w>> =
                    members.iter().copied().filter(|member| member.version == version).collect();
                self.among(if side.is_empty() { &members } else { &side })
            }
        }
    }

    fn among(&self, members: &[&'w Instance<'w>]) -> Option<&'w Instance<'w>> {
        if members.is_empty() {
            return None;
        }
        let fewest = |a: &'w Instance<'w>, b: &'w Instance<'w>| {
            if b.outstanding.get() < a.outstanding.get() { b } else { a }
        };
        let below = || self.stream.borrow_mut().below(members.len() as u64) as usize;
        Some(match self.policy {
            BalancerPolicy::RoundRobin => {
                let turn = self.next.get();
                self.next.set(turn.wrapping_add(1));
                members[turn % members.len()]
            }
            BalancerPolicy::Random => members[below()],
            BalancerPolicy::TwoChoices => fewest(members[below()], members[below()]),
            BalancerPolicy::LeastOutstanding => members.iter().copied().reduce(fewest)?,
        })
    }
}
