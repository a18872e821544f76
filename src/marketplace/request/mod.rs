//! One request on its way through the backend, and the component API that scripts are written
//! against: compute, call out, borrow a connection, run statements in a transaction.

mod buy_now;
pub(crate) mod described;
mod list_products;
mod place_bid;
mod view_orders;
mod view_product;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::config::{Acquire, Config};
use super::hikari::{Connection, Holder};
use super::instance::Instance;
use super::mysql::{Database, Effect, Lock, Statement, Verb, Visit};
use super::probe::{Event, Stage, Unit};
use super::tomcat::Socket;
use super::{Marketplace, draw_seed};
use crate::engine::channel::Signal;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Sim;
use crate::engine::time::Nanos;
use crate::random::Stream;
use described::Op;

/// The marketplace's own endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    ViewProduct,
    ListProducts,
    ViewOrders,
    BuyNow,
    PlaceBid,
}

impl BuiltIn {
    pub(crate) const ALL: [BuiltIn; 5] = [
        BuiltIn::ViewProduct,
        BuiltIn::ListProducts,
        BuiltIn::ViewOrders,
        BuiltIn::BuyNow,
        BuiltIn::PlaceBid,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            BuiltIn::ViewProduct => "view_product",
            BuiltIn::ListProducts => "list_products",
            BuiltIn::ViewOrders => "view_orders",
            BuiltIn::BuyNow => "buy_now",
            BuiltIn::PlaceBid => "place_bid",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<BuiltIn> {
        BuiltIn::ALL.into_iter().find(|endpoint| endpoint.name() == name)
    }
}

/// An endpoint that can be mixed into a load.
pub(crate) struct Endpoint<'w> {
    pub(crate) name: &'w str,
    script: Script<'w>,
}

enum Script<'w> {
    BuiltIn(BuiltIn),
    Described(Vec<Op<'w>>),
}

impl<'w> Endpoint<'w> {
    pub(crate) fn all(config: &'w Config) -> Vec<Endpoint<'w>> {
        let described = config.described.iter().map(|(name, steps)| Endpoint {
            name,
            script: Script::Described(described::compile(steps, config)),
        });
        let built_in: &[BuiltIn] = if config.built_in { &BuiltIn::ALL } else { &[] };
        let built_in = built_in
            .iter()
            .filter(|endpoint| !config.described.contains_key(endpoint.name()))
            .map(|e| Endpoint { name: e.name(), script: Script::BuiltIn(*e) });
        described.chain(built_in).collect()
    }
}

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
    StationFull,
    StationTimeout,
    /// A described endpoint refused.
    Business,
}

impl Failure {
    pub(crate) const ALL: [Failure; 9] = [
        Failure::PoolTimeout,
        Failure::Rejected,
        Failure::ConnectTimeout,
        Failure::ClientTimeout,
        Failure::Unanswered,
        Failure::NoInstance,
        Failure::StationFull,
        Failure::StationTimeout,
        Failure::Business,
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
            Failure::StationFull => "station_full",
            Failure::StationTimeout => "station_timeout",
            Failure::Business => "business",
        }
    }
}

pub(crate) type Answer = Result<(), Failure>;

/// One request, seen by its client and by the server's work on it.
pub(crate) struct Request<'w> {
    pub(crate) market: &'w Marketplace<'w>,
    pub(crate) sim: Sim<'w>,
    /// Over all loads, in order of arrival.
    pub(crate) number: u64,
    pub(crate) load: usize,
    pub(crate) endpoint: usize,
    pub(crate) instance: &'w Instance<'w>,
    /// When the client meant to send it.
    pub(crate) intended: Nanos,
    pub(crate) answer: Signal<'w, Answer>,
    /// The client went away; whatever is still done is wasted.
    pub(crate) abandoned: Cell<bool>,
    pub(crate) stages: [Cell<Nanos>; Stage::ALL.len()],
    /// Identifies this request's draws, whatever its variant.
    draws: u64,
    drawn: Cell<u64>,
    /// The connection that open-in-view keeps between transactions.
    kept: RefCell<Option<Connection<'w>>>,
}

/// What a client knows when it sends.
pub(crate) struct Intent {
    pub(crate) load: usize,
    pub(crate) endpoint: usize,
    pub(crate) intended: Nanos,
    pub(crate) draws: u64,
}

impl<'w> Request<'w> {
    pub(crate) fn new(
        sim: &Sim<'w>,
        market: &'w Marketplace<'w>,
        instance: &'w Instance<'w>,
        intent: &Intent,
    ) -> Request<'w> {
        let number = market.next_request();
        let Intent { load, endpoint, intended, draws } = *intent;
        market.probe.tell(Event::Arrives { request: number, load, endpoint });
        Request {
            market,
            sim: sim.clone(),
            number,
            load,
            endpoint,
            instance,
            intended,
            answer: Signal::new(market.clock),
            abandoned: Cell::new(false),
            stages: Default::default(),
            draws,
            drawn: Cell::new(0),
            kept: RefCell::new(None),
        }
    }

    fn now(&self) -> Nanos {
        self.market.clock.now()
    }

    /// The next draw of this request. Draws are numbered within the request, so that each is the
    /// same in every variant that takes the same steps.
    pub(crate) fn draw(&self, distribution: &Distribution) -> Nanos {
        let purpose = self.drawn.get();
        self.drawn.set(purpose + 1);
        self.draw_for(purpose, distribution)
    }

    /// A draw that belongs to the one just made, such as the waiting of a statement beside its
    /// CPU: it does not count, so that scripts without it draw alike.
    pub(crate) fn draw_beside(&self, distribution: &Distribution) -> Nanos {
        self.draw_for(3_000 + self.drawn.get(), distribution)
    }

    /// The draw of an optional part, which must not shift the others. Purposes of optional parts
    /// start at 1,000.
    fn draw_for(&self, purpose: u64, distribution: &Distribution) -> Nanos {
        if let Distribution::Constant(span) = distribution {
            return *span;
        }
        let seed = draw_seed(self.draws, 0, purpose);
        distribution.sample(&mut Stream::from_seed(seed))
    }

    /// Begins a stage; it ends when the guard is dropped.
    pub(crate) fn enter(&self, stage: Stage) -> InStage<'_, 'w> {
        self.market.probe.tell(Event::Enters { request: self.number, stage });
        InStage { request: self, stage, since: self.now() }
    }

    fn spent(&self, stage: Stage, time: Nanos) {
        let total = &self.stages[stage as usize];
        total.set(total.get() + time);
    }

    /// Computes on a core of the instance.
    pub(crate) async fn cpu(&self, work: &Distribution) {
        let work = self.draw(work);
        if work > 0 {
            let _stage = self.enter(Stage::AppCpu);
            self.instance.cores.run(work).await;
        }
    }

    /// Waits for something outside: holds what is held.
    pub(crate) async fn remote(&self, time: &Distribution) {
        let span = self.draw(time);
        self.away(span).await;
    }

    async fn away(&self, span: Nanos) {
        if span > 0 {
            let _stage = self.enter(Stage::Remote);
            self.market.clock.sleep(span).await;
        }
    }

    /// Borrows a connection from the instance's pool.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    async fn borrow(&self) -> Result<Connection<'w>, Failure> {
        let database = &self.market.databases[0];
        let asked = self.now();
        let _stage = self.enter(Stage::PoolWait);
        let wanted = Unit::Connection { instance: self.instance.number, number: None };
        self.market.probe.tell(Event::WaitsFor { request: self.number, unit: wanted });
        let holder = Holder {
            probe: &self.market.probe,
            request: self.number,
            instance: self.instance.number,
        };
        let borrowed = self.instance.hikari.borrow(&self.sim, database, holder).await;
        self.market.recorder.pool_wait(self, self.now() - asked);
        borrowed.map_err(|_| Failure::PoolTimeout)
    }

    /// Begins a transaction, as `@Transactional` does. The connection is borrowed now or at the
    /// first statement (`spring.connection-acquire`), and taken over from the view when
    /// open-in-view kept one.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    pub(crate) async fn begin<'r>(&'r self) -> Result<Transaction<'r, 'w>, Failure> {
        let kept = self.kept.borrow_mut().take();
        self.begin_with(kept, self.market.config.spring.open_in_view).await
    }

    /// Begins a transaction of its own while another one is suspended (`REQUIRES_NEW`): the
    /// suspended one keeps its connection, so this needs a second one.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    pub(crate) async fn begin_new<'r>(&'r self) -> Result<Transaction<'r, 'w>, Failure> {
        self.begin_with(None, false).await
    }

    async fn begin_with<'r>(
        &'r self,
        kept: Option<Connection<'w>>,
        keep: bool,
    ) -> Result<Transaction<'r, 'w>, Failure> {
        let mut transaction = Transaction { request: self, connection: kept, wrote: false, keep };
        if self.market.config.spring.acquire == Acquire::Begin {
            transaction.connect().await?;
        }
        Ok(transaction)
    }

    /// Writes the response. With open-in-view a connection that was used is still held.
    pub(crate) async fn render(&self) {
        self.cpu(&self.market.config.endpoints.render).await;
    }

    /// One statement on a borrowed connection.
    pub(crate) async fn execute(&self, database: &Database<'w>, statement: &Statement<'_>) {
        let _stage = self.enter(Stage::Database);
        let (request, verb, row) = (self.number, statement.verb, statement.row);
        self.market.probe.tell(Event::Statement { request, verb, row });
        let round_trip = self.draw(database.round_trip);
        database.execute(statement, round_trip).await;
    }

    /// Makes writes durable; reading transactions have nothing to flush.
    async fn commit(&self, database: &Database<'w>, wrote: bool) {
        self.market.probe.tell(Event::Commits { request: self.number });
        if wrote {
            let span = self.draw(database.commit);
            let _stage = self.enter(Stage::Database);
            self.market.clock.sleep(span).await;
        }
    }

    /// The row that this request is about.
    pub(crate) fn row(&self) -> u64 {
        self.market.loads[self.load].row(self.draws)
    }
}

/// From construction to drop a request is in a stage.
pub(crate) struct InStage<'r, 'w> {
    request: &'r Request<'w>,
    stage: Stage,
    since: Nanos,
}

impl Drop for InStage<'_, '_> {
    fn drop(&mut self) {
        self.request.spent(self.stage, self.request.now() - self.since);
        let event = Event::Leaves { request: self.request.number, stage: self.stage };
        self.request.market.probe.tell(event);
    }
}

/// A transaction; dropping it without [`Transaction::commit`] rolls back and gives the connection
/// back at once.
pub(crate) struct Transaction<'r, 'w> {
    request: &'r Request<'w>,
    connection: Option<Connection<'w>>,
    wrote: bool,
    /// Whether the connection stays with the request after the commit.
    keep: bool,
}

impl Transaction<'_, '_> {
    async fn connect(&mut self) -> Result<(), Failure> {
        if self.connection.is_none() {
            self.connection = Some(self.request.borrow().await?);
        }
        Ok(())
    }

    /// Runs one statement.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`] when this is the first statement and the connection is borrowed
    /// only now.
    pub(crate) async fn run(&mut self, statement: Statement<'_>) -> Result<(), Failure> {
        self.connect().await?;
        self.wrote |= statement.verb.writes();
        let database = self.request.market.database_for(&statement);
        self.request.execute(database, &statement).await;
        Ok(())
    }

    /// Commits and returns the connection, unless open-in-view keeps it.
    pub(crate) async fn commit(mut self) {
        if let Some(connection) = self.connection.take() {
            self.request.commit(&self.request.market.databases[0], self.wrote).await;
            if self.keep {
                *self.request.kept.borrow_mut() = Some(connection);
            }
        }
    }
}

/// A statement of a built-in endpoint on one row of a table.
fn statement(verb: Verb, table: &str, row: u64, cpu: Nanos) -> Statement<'_> {
    Statement {
        verb,
        table: Some(table),
        row: Some(row),
        lock: Lock::None,
        effect: if verb.writes() { Effect::Write } else { Effect::Read },
        cpu,
        wait: 0,
    }
}

/// The server's work on one request, from the socket to the answer.
pub(crate) async fn serve<'w>(request: Rc<Request<'w>>, socket: Rc<Socket<'w>>) {
    let market = request.market;
    let visit = Visit::enter(market.clock, &market.recorder.server);
    socket.accepted().await;
    request.spent(Stage::Connect, request.now() - request.intended);
    let worker = Unit::Thread { instance: request.instance.number };
    let queue = request.enter(Stage::ThreadQueue);
    market.probe.tell(Event::WaitsFor { request: request.number, unit: worker });
    let thread = socket.tomcat().thread().await;
    drop(queue);
    if thread.is_ok() {
        market.probe.tell(Event::Granted { request: request.number, unit: worker });
    }
    let outcome = match &thread {
        Ok(_) => run_script(&request).await,
        Err(_) => Err(Failure::Rejected),
    };
    request.kept.borrow_mut().take();
    respond(&request, outcome);
    if thread.is_ok() {
        market.probe.tell(Event::Released { request: request.number, unit: worker });
    }
    drop(thread);
    drop(visit);
    let outstanding = &request.instance.outstanding;
    outstanding.set(outstanding.get() - 1);
    request.instance.leave_if_drained(&market.probe);
}

/// Sends the answer; only the first one counts.
fn respond(request: &Request<'_>, outcome: Answer) {
    if request.answer.given().is_some() {
        return;
    }
    request.market.probe.tell(Event::Answered { request: request.number, ok: outcome.is_ok() });
    request.answer.give(outcome);
    if request.abandoned.get() {
        request.market.recorder.wasted(request);
    }
}

async fn run_script(request: &Request<'_>) -> Answer {
    match &request.market.endpoints[request.endpoint].script {
        Script::Described(ops) => described::run(request, ops).await,
        Script::BuiltIn(BuiltIn::ViewProduct) => view_product::run(request).await,
        Script::BuiltIn(BuiltIn::ListProducts) => list_products::run(request).await,
        Script::BuiltIn(BuiltIn::ViewOrders) => view_orders::run(request).await,
        Script::BuiltIn(BuiltIn::BuyNow) => buy_now::run(request).await,
        Script::BuiltIn(BuiltIn::PlaceBid) => place_bid::run(request).await,
    }
}
