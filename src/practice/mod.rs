//! Quiz sessions, without an interface.
