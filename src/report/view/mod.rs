pub(crate) mod quiz;
