//! An ordered JSON object as pairs, both ways.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Object;

pub(in crate::sims) fn serialize<T: Serialize, S: Serializer>(
    object: &Object<T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(object.iter().map(|(key, value)| (key, value)))
}

pub(in crate::sims) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Object<T>, D::Error> {
    struct Pairs<T>(PhantomData<T>);
    impl<'de, T: Deserialize<'de>> Visitor<'de> for Pairs<T> {
        type Value = Object<T>;

        fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
            out.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<T>, A::Error> {
            let mut object = Vec::new();
            while let Some(pair) = map.next_entry()? {
                object.push(pair);
            }
            Ok(object)
        }
    }
    deserializer.deserialize_map(Pairs(PhantomData))
}
