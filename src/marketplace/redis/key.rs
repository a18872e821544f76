//! Keys: what the model keeps in Redis, and the names that real clients would give it. Only a
//! cluster looks at the names.

/// One key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Key {
    /// A cached row of `bids`.
    Bid(u64),
    /// What keeps a second client from loading the same row.
    Loading(u64),
    /// One position in the cart of a user.
    CartItem { user: u64, item: u32, tagged: bool },
    /// A lock on a row, or one that a sim file names.
    Lock(u64),
    /// A counter of places with the users that it has let in.
    Gate(u64),
    /// What a described endpoint caches: its name as a number, and the row, 0 for none.
    Described(u64, u64),
}

impl Key {
    pub(crate) fn name(self) -> String {
        match self {
            Key::Bid(bid) => format!("bid:{bid}"),
            Key::Loading(bid) => format!("loading:bid:{bid}"),
            Key::CartItem { user, item, tagged: true } => format!("cart:{{{user}}}:{item}"),
            Key::CartItem { user, item, tagged: false } => format!("cart:{user}:{item}"),
            Key::Lock(key) => format!("lock:{key}"),
            Key::Gate(coupon) => format!("coupon:{coupon}"),
            Key::Described(name, row) => format!("{name:x}:{row}"),
        }
    }
}
