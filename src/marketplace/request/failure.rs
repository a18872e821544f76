//! How a request can fail.

use crate::marketplace::mysql::SqlError;

/// How the server's work, or the waiting of the client, can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Failure {
    /// HikariCP's `connection-timeout` passed.
    PoolTimeout,
    /// Tomcat's executor queue was full.
    Rejected,
    /// No TCP connection: every SYN was dropped.
    ConnectTimeout,
    /// The client's own patience ran out.
    ClientTimeout,
    /// The run ended before the answer.
    Unanswered,
    /// No instance was ready.
    NoInstance,
    /// Nobody listened at the instance: it was booting or had been told to end.
    Refused,
    /// The instance was stopped while the request was inside.
    Reset,
    /// A bug of the new version.
    BadVersion,
    /// The statement named a column that is not there.
    Schema,
    StationFull,
    StationTimeout,
    /// A described endpoint refused.
    Business,
    /// Nothing left of what was asked for.
    SoldOut,
    /// Error 1213.
    Deadlock,
    /// Error 1205.
    LockWaitTimeout,
    /// Error 1062: the user has it already.
    DuplicateKey,
    /// Error 1452: the row that a foreign key names is not there.
    NoParent,
    /// The version had changed, in every attempt that was allowed.
    OptimisticExhausted,
    /// The lock in Redis was not to be had in time.
    RedisLockTimeout,
    /// The row had seen a newer token.
    Fenced,
    /// The executor that repeats attempts was full.
    RetryRejected,
    /// The database was gone.
    DatabaseDown,
    /// The broker was gone.
    BrokerDown,
    /// The other service could not be told.
    NotifyFailed,
    /// The service's own process died on the way.
    Crashed,
    /// No server of Redis answered.
    RedisDown,
    /// A command on keys of several slots of a cluster.
    CrossSlot,
}

impl Failure {
    pub(crate) const ALL: [Failure; 28] = [
        Failure::PoolTimeout,
        Failure::Rejected,
        Failure::ConnectTimeout,
        Failure::ClientTimeout,
        Failure::Unanswered,
        Failure::NoInstance,
        Failure::Refused,
        Failure::Reset,
        Failure::BadVersion,
        Failure::Schema,
        Failure::StationFull,
        Failure::StationTimeout,
        Failure::Business,
        Failure::SoldOut,
        Failure::Deadlock,
        Failure::LockWaitTimeout,
        Failure::DuplicateKey,
        Failure::NoParent,
        Failure::OptimisticExhausted,
        Failure::RedisLockTimeout,
        Failure::Fenced,
        Failure::RetryRejected,
        Failure::DatabaseDown,
        Failure::BrokerDown,
        Failure::NotifyFailed,
        Failure::Crashed,
        Failure::RedisDown,
        Failure::CrossSlot,
    ];

    /// The label in `error_count@...`.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Failure::PoolTimeout => "pool_timeout",
            Failure::Rejected => "rejected",
            Failure::ConnectTimeout => "connect_timeout",
            Failure::ClientTimeout => "client_timeout",
            Failure::Unanswered => "unanswered",
            Failure::NoInstance => "no_instance",
            Failure::Refused => "refused",
            Failure::Reset => "reset",
            Failure::BadVersion => "bad_version",
            Failure::Schema => "schema",
            Failure::StationFull => "station_full",
            Failure::StationTimeout => "station_timeout",
            Failure::Business => "business",
            Failure::SoldOut => "sold_out",
            Failure::Deadlock => "deadlock",
            Failure::LockWaitTimeout => "lock_wait_timeout",
            Failure::DuplicateKey => "duplicate_key",
            Failure::NoParent => "no_parent",
            Failure::OptimisticExhausted => "optimistic_exhausted",
            Failure::RedisLockTimeout => "redis_lock_timeout",
            Failure::Fenced => "fenced",
            Failure::RetryRejected => "retry_rejected",
            Failure::DatabaseDown => "database_down",
            Failure::BrokerDown => "broker_down",
            Failure::NotifyFailed => "notify_failed",
            Failure::Crashed => "crashed",
            Failure::RedisDown => "redis_down",
            Failure::CrossSlot => "cross_slot",
        }
    }

    pub(crate) fn from_label(label: &str) -> Option<Failure> {
        Failure::ALL.into_iter().find(|failure| failure.label() == label)
    }

    /// An answer that trying again would not change.
    pub(crate) fn is_final(self) -> bool {
        match self {
            Failure::Business
            | Failure::SoldOut
            | Failure::DuplicateKey
            | Failure::NoParent
            | Failure::Fenced
            | Failure::CrossSlot => true,
            Failure::PoolTimeout
            | Failure::Rejected
            | Failure::ConnectTimeout
            | Failure::ClientTimeout
            | Failure::Unanswered
            | Failure::NoInstance
            | Failure::Refused
            | Failure::Reset
            | Failure::BadVersion
            | Failure::Schema
            | Failure::StationFull
            | Failure::StationTimeout
            | Failure::Deadlock
            | Failure::LockWaitTimeout
            | Failure::OptimisticExhausted
            | Failure::RedisLockTimeout
            | Failure::RetryRejected
            | Failure::DatabaseDown
            | Failure::BrokerDown
            | Failure::NotifyFailed
            | Failure::Crashed
            | Failure::RedisDown => false,
        }
    }

    /// An answer that another instance might not give.
    pub(crate) fn is_overload(self) -> bool {
        matches!(
            self,
            Failure::PoolTimeout | Failure::Rejected | Failure::NoInstance | Failure::Refused
        )
    }
}

impl From<SqlError> for Failure {
    fn from(error: SqlError) -> Failure {
        match error {
            SqlError::Deadlock => Failure::Deadlock,
            SqlError::LockWaitTimeout => Failure::LockWaitTimeout,
            SqlError::DuplicateKey => Failure::DuplicateKey,
            SqlError::NoParent => Failure::NoParent,
            SqlError::Down => Failure::DatabaseDown,
        }
    }
}
