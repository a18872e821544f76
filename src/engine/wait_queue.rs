//! A first-in first-out queue of waiting processes from which any one can leave in constant time.

use super::executor::ProcessId;

const NIL: u32 = u32::MAX;

#[derive(Clone, Copy, Debug)]
struct Node<S> {
    process: ProcessId,
    previous: u32,
    next: u32,
    state: S,
}

/// Nodes live in a slab and are linked by index. A node stays allocated after it has left the
/// queue, until [`WaitQueue::free`]: its state then tells the waiter what happened.
#[derive(Debug)]
pub(super) struct WaitQueue<S> {
    nodes: Vec<Node<S>>,
    free: Vec<u32>,
    head: u32,
    tail: u32,
    len: u32,
}

impl<S> Default for WaitQueue<S> {
    fn default() -> WaitQueue<S> {
        WaitQueue { nodes: Vec::new(), free: Vec::new(), head: NIL, tail: NIL, len: 0 }
    }
}

impl<S: Copy> WaitQueue<S> {
    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    /// Joins at the tail.
    #[inline]
    pub(super) fn join(&mut self, process: ProcessId, state: S) -> u32 {
        let node = Node { process, previous: NIL, next: NIL, state };
        let at = match self.free.pop() {
            Some(at) => {
                self.nodes[at as usize] = node;
                at
            }
            None => {
                self.nodes.push(node);
                self.nodes.len() as u32 - 1
            }
        };
        self.link(at);
        at
    }

    /// Links an allocated node that is not in the queue at the tail.
    #[inline]
    pub(super) fn link(&mut self, at: u32) {
        self.nodes[at as usize].previous = self.tail;
        self.nodes[at as usize].next = NIL;
        match self.tail {
            NIL => self.head = at,
            tail => self.nodes[tail as usize].next = at,
        }
        self.tail = at;
        self.len += 1;
    }

    /// Takes the first node out of the queue; it stays allocated.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<u32> {
        let first = self.head;
        if first == NIL {
            return None;
        }
        self.unlink(first);
        Some(first)
    }

    /// Takes a queued node out of the queue; it stays allocated.
    #[inline]
    pub(super) fn unlink(&mut self, at: u32) {
        let Node { previous, next, .. } = self.nodes[at as usize];
        match previous {
            NIL => self.head = next,
            previous => self.nodes[previous as usize].next = next,
        }
        match next {
            NIL => self.tail = previous,
            next => self.nodes[next as usize].previous = previous,
        }
        self.len -= 1;
    }

    #[inline]
    pub(super) fn free(&mut self, at: u32) {
        self.free.push(at);
    }

    #[inline]
    pub(super) fn process(&self, at: u32) -> ProcessId {
        self.nodes[at as usize].process
    }

    #[inline]
    pub(super) fn state(&self, at: u32) -> S {
        self.nodes[at as usize].state
    }

    #[inline]
    pub(super) fn set_state(&mut self, at: u32, state: S) {
        self.nodes[at as usize].state = state;
    }
}
