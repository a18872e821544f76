//! One request on its way through the backend, and the component API that scripts are written
//! against: compute, call out, borrow a connection, run statements in a transaction.

mod buy_now;
mod cached;
mod change_price;
pub(crate) mod described;
pub(crate) mod distributed_lock;
mod failure;
pub(crate) mod http;
mod issue_coupon;
mod list_products;
mod place_bid;
mod redeem_coupon;
mod redis_command;
mod retry;
mod routing;
mod tell;
mod transaction;
mod view_bid;
mod view_cart;
mod view_orders;
mod view_product;
mod views;
mod withdraw_bid;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::config::Config;
use super::hikari::{Connection, Holder};
use super::instance::{Instance, Version};
use super::journey::Visitor;
use super::mysql::Visit;
use super::probe::{Event, Stage, Unit};
use super::tomcat::Socket;
use super::walk::Walk;
use super::{Marketplace, draw_seed};
use crate::engine::channel::Signal;
use crate::engine::distribution::Distribution;
use crate::engine::executor::Sim;
use crate::engine::pool::Permit;
use crate::engine::time::Nanos;
use crate::random::Stream;
use described::Op;
pub(crate) use failure::Failure;
pub(crate) use retry::grown;
pub(crate) use transaction::Transaction;

/// The marketplace's own endpoints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    ViewProduct,
    ListProducts,
    ViewOrders,
    BuyNow,
    PlaceBid,
    IssueCoupon,
    RedeemCoupon,
    WithdrawBid,
    ViewBid,
    ChangePrice,
    ViewCart,
}

impl BuiltIn {
    pub(crate) const ALL: [BuiltIn; 11] = [
        BuiltIn::ViewProduct,
        BuiltIn::ListProducts,
        BuiltIn::ViewOrders,
        BuiltIn::BuyNow,
        BuiltIn::PlaceBid,
        BuiltIn::IssueCoupon,
        BuiltIn::RedeemCoupon,
        BuiltIn::WithdrawBid,
        BuiltIn::ViewBid,
        BuiltIn::ChangePrice,
        BuiltIn::ViewCart,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            BuiltIn::ViewProduct => "view_product",
            BuiltIn::ListProducts => "list_products",
            BuiltIn::ViewOrders => "view_orders",
            BuiltIn::BuyNow => "buy_now",
            BuiltIn::PlaceBid => "place_bid",
            BuiltIn::IssueCoupon => "issue_coupon",
            BuiltIn::RedeemCoupon => "redeem_coupon",
            BuiltIn::WithdrawBid => "withdraw_bid",
            BuiltIn::ViewBid => "view_bid",
            BuiltIn::ChangePrice => "change_price",
            BuiltIn::ViewCart => "view_cart",
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

pub(crate) type Answer = Result<(), Failure>;

/// Purposes of draws that do not depend on how often something else was drawn.
const ATTEMPT: u64 = 2_100;
const USER: u64 = 2_101;
const ANOTHER_ROW: u64 = 2_102;
const WITHDRAWN: u64 = 2_110;
const LEAK: u64 = 2_120;
const BUG: u64 = 2_121;
const COLUMN: u64 = 2_122;

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
    /// When its connection stood.
    pub(crate) connected: Cell<Option<Nanos>>,
    /// Identifies who asks for what, whatever the variant and the attempt.
    draws: u64,
    /// Identifies the draws of this attempt of the client.
    times: u64,
    drawn: Cell<u64>,
    /// The process of the instance stands still, as far as this request can tell.
    paused: Cell<bool>,
    /// Which stop of a journey; 0 is the first request.
    pub(crate) stop: u32,
    /// Who sends it.
    pub(crate) visitor: Rc<Visitor>,
    /// The connection that open-in-view keeps between transactions.
    kept: RefCell<Option<(usize, Connection<'w>)>>,
}

/// What a client knows when it sends.
#[derive(Clone)]
pub(crate) struct Intent {
    pub(crate) load: usize,
    /// Which user of a closed load.
    pub(crate) user: Option<u32>,
    pub(crate) endpoint: usize,
    pub(crate) intended: Nanos,
    pub(crate) draws: u64,
    /// Which stop of a journey; 0 is the first request.
    pub(crate) stop: u32,
    pub(crate) visitor: Rc<Visitor>,
}

impl<'w> Request<'w> {
    pub(crate) fn new(
        sim: &Sim<'w>,
        market: &'w Marketplace<'w>,
        instance: &'w Instance<'w>,
        intent: &Intent,
        attempt: u32,
    ) -> Request<'w> {
        let number = market.next_request();
        let Intent { load, user, endpoint, intended, draws, stop, .. } = *intent;
        market.probe.tell(Event::Arrives { request: number, load, endpoint, user });
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
            connected: Cell::new(None),
            draws,
            times: if attempt == 0 { draws } else { draw_seed(draws, u64::from(attempt), ATTEMPT) },
            drawn: Cell::new(0),
            paused: Cell::new(false),
            kept: RefCell::new(None),
            stop,
            visitor: Rc::clone(&intent.visitor),
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
        let seed = draw_seed(self.times, 0, purpose);
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
        let work = self.market.config.slow.work(self.instance.number, self.draw(work));
        if work > 0 {
            let _stage = self.enter(Stage::AppCpu);
            self.instance.cores.run(self.slowed(work)).await;
        }
    }

    /// CPU time on this instance, whose code may be cold or slow.
    fn slowed(&self, work: Nanos) -> Nanos {
        let factor = self.instance.cost_factor(self.market.config);
        if factor == 1.0 { work } else { (work as f64 * factor) as Nanos }
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

    /// Borrows a connection to a database from the instance's pool.
    ///
    /// # Errors
    /// [`Failure::PoolTimeout`].
    async fn borrow(&self, number: usize) -> Result<Connection<'w>, Failure> {
        let database = self.market.database(number);
        let asked = self.now();
        let _stage = self.enter(Stage::PoolWait);
        let wanted = Unit::Connection { instance: self.instance.number, number: None };
        self.market.probe.tell(Event::WaitsFor { request: self.number, unit: wanted });
        let holder = Holder {
            probe: &self.market.probe,
            request: self.number,
            instance: self.instance.number,
        };
        let borrowed = self.instance.pool(number).borrow(&self.sim, database, holder).await;
        self.market.recorder.pool_wait(self, self.now() - asked);
        let connection = borrowed.map_err(|_| Failure::PoolTimeout)?;
        let leaks = match self.instance.version {
            Version::Old => 0.0,
            Version::New => self.market.config.deploy.new_leak.0,
        };
        let share = leaks.max(self.market.config.app.leak.0);
        connection.leaks.set(self.happens(share, LEAK));
        Ok(connection)
    }

    /// Writes the response. With open-in-view a connection that was used is still held.
    pub(crate) async fn render(&self) {
        self.cpu(&self.market.config.endpoints.render).await;
    }

    /// The row that this request is about.
    pub(crate) fn row(&self) -> u64 {
        match self.visitor.subject() {
            Some(subject) if self.stop > 0 => subject,
            _ => {
                let row = self.market.loads[self.load].row(self.draws);
                self.visitor.set_subject(row);
                row
            }
        }
    }

    /// A further row that this request is about.
    fn another_row(&self, number: u64) -> u64 {
        self.market.loads[self.load].row(draw_seed(self.draws, number, ANOTHER_ROW))
    }

    /// The user's walk over the pages of a list, or a new one.
    fn walk(&self) -> Walk {
        let walk = self.visitor.walk.get().filter(|walk| walk.goes_on_at(self.stop));
        walk.unwrap_or_else(|| Walk::begin(self.number))
    }

    /// Which of so many things the request picks at random.
    fn pick(&self, among: u64, purpose: u64) -> u64 {
        Stream::from_seed(draw_seed(self.draws, 0, purpose)).below(among)
    }

    /// What is wrong with this version for this request, if anything.
    fn fault_of_version(&self) -> Option<Failure> {
        let version = self.instance.version;
        let knobs = &self.market.config.deploy;
        if version == Version::New && self.happens(knobs.new_errors.0, BUG) {
            return Some(Failure::BadVersion);
        }
        let misses = self.market.deployment.misses_a_column(knobs.schema, version);
        (misses && self.happens(knobs.schema_share.0, COLUMN)).then_some(Failure::Schema)
    }

    /// The user who sends it.
    fn user(&self) -> i64 {
        let users = u64::from(self.market.config.data.users);
        Stream::from_seed(draw_seed(self.draws, 0, USER)).below(users) as i64 + 1
    }

    /// Whether something happens to this request that happens to a share of them.
    fn happens(&self, share: f64, purpose: u64) -> bool {
        share > 0.0 && Stream::from_seed(draw_seed(self.times, 0, purpose)).unit() < share
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

/// The server's work on one request, from the socket to the answer, or to the end of the instance.
pub(crate) async fn serve<'w>(request: Rc<Request<'w>>, socket: Rc<Socket<'w>>) {
    let market = request.market;
    let visit = Visit::enter(market.clock, &market.recorder.server);
    let granted = Cell::new(false);
    let work = work(&request, &socket, &granted);
    let (outcome, thread) = if market.config.deploys() {
        request.instance.unless_killed(work).await.unwrap_or((Err(Failure::Reset), None))
    } else {
        work.await
    };
    request.kept.borrow_mut().take();
    respond(&request, outcome);
    if granted.get() {
        let worker = Unit::Thread { instance: request.instance.number };
        market.probe.tell(Event::Released { request: request.number, unit: worker });
    }
    drop(thread);
    drop(visit);
    request.instance.leave();
}

/// Waits to be accepted and for a thread, then runs the script.
async fn work<'w>(
    request: &Rc<Request<'w>>,
    socket: &Rc<Socket<'w>>,
    granted: &Cell<bool>,
) -> (Answer, Option<Permit<'w>>) {
    let market = request.market;
    socket.accepted().await;
    request.spent(Stage::Connect, request.now() - request.intended);
    let worker = Unit::Thread { instance: request.instance.number };
    let queue = request.enter(Stage::ThreadQueue);
    market.probe.tell(Event::WaitsFor { request: request.number, unit: worker });
    let thread = socket.tomcat().thread().await;
    drop(queue);
    let Ok(thread) = thread else { return (Err(Failure::Rejected), None) };
    granted.set(true);
    market.probe.tell(Event::Granted { request: request.number, unit: worker });
    let answer = match request.fault_of_version() {
        None => run_script(request).await,
        Some(failure) => {
            request.cpu(&market.config.endpoints.app_cpu).await;
            Err(failure)
        }
    };
    request.instance.warm_up();
    (answer, Some(thread))
}

/// Sends the answer; only the first one counts.
fn respond(request: &Request<'_>, outcome: Answer) {
    if request.answer.given().is_some() {
        return;
    }
    request.market.probe.tell(Event::Answered { request: request.number, failure: outcome.err() });
    let before =
        [Stage::Connect, Stage::ThreadQueue].map(|stage| request.stages[stage as usize].get());
    request.market.monitoring.answered(request, before.iter().sum(), outcome);
    request.answer.give(outcome);
    if request.abandoned.get() {
        request.market.recorder.wasted(request);
    }
}

async fn run_script(request: &Rc<Request<'_>>) -> Answer {
    match &request.market.endpoints[request.endpoint].script {
        Script::Described(ops) => described::run(request, ops).await,
        Script::BuiltIn(BuiltIn::ViewProduct) => view_product::run(request).await,
        Script::BuiltIn(BuiltIn::ListProducts) => list_products::run(request).await,
        Script::BuiltIn(BuiltIn::ViewOrders) => view_orders::run(request).await,
        Script::BuiltIn(BuiltIn::BuyNow) => buy_now::run(request).await,
        Script::BuiltIn(BuiltIn::PlaceBid) => place_bid::run(request).await,
        Script::BuiltIn(BuiltIn::IssueCoupon) => issue_coupon::run(request).await,
        Script::BuiltIn(BuiltIn::RedeemCoupon) => redeem_coupon::run(request).await,
        Script::BuiltIn(BuiltIn::WithdrawBid) => withdraw_bid::run(request).await,
        Script::BuiltIn(BuiltIn::ViewBid) => view_bid::run(request).await,
        Script::BuiltIn(BuiltIn::ChangePrice) => change_price::run(request).await,
        Script::BuiltIn(BuiltIn::ViewCart) => view_cart::run(request).await,
    }
}
