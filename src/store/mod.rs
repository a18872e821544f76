//! The record of what a person did.
