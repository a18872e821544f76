//! Results as documents: `view` turns one thing into a [`document::Document`] in one language,
//! `render` turns a document into a format.

pub(crate) mod document;
pub(crate) mod number;
pub(crate) mod render;
pub(crate) mod site;
pub(crate) mod view;
