//! Pages of a long list, newest rows first: what a page shows, and what it costs by the rows that
//! are examined for it.
//!
//! Real: which rows a page shows, by the snapshot of its statement, and that an offset is read and
//! thrown away. Not there: the locks that InnoDB takes on every row examined at SERIALIZABLE (a
//! page is always a consistent read), pages of the buffer pool, and `count(*)`.

use super::session::Transaction;
use super::statement::{Access, Found, Statement, Verb};
use super::table::TableId;
use super::{Database, SqlError};
use crate::engine::time::Nanos;
use crate::marketplace::config::{PageIndex, PageKnobs, PageMethod};

/// A page that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// Only rows with keys below this one.
    pub(crate) below: Option<u64>,
    /// Rows of those to pass over.
    pub(crate) skip: u64,
    pub(crate) size: u32,
}

impl Statement {
    /// `select ... order by id desc limit size offset skip`, `where id < below`
    pub(crate) fn page(table: TableId, page: Page) -> Statement {
        let access = Access::Page(page);
        Statement { table: Some(table), access, ..Statement::plain(Verb::Select) }
    }
}

/// What a page took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Examined {
    /// Rows and entries of an index; the look-up that belongs to an entry is not another one.
    pub(super) rows: u64,
    pub(super) cpu: Nanos,
}

impl PageKnobs {
    /// What it takes to show so many rows behind those that are skipped; `table`: rows of the table,
    /// where a sort of them all may come into question.
    pub(super) fn examined(&self, skipped: u64, shown: u64, table: u64) -> Examined {
        let price = |rows: u64, row: Nanos| rows.saturating_mul(row);
        let (passed, entry) = match (self.method, self.index) {
            // Whoever goes on behind a key reads what is shown, and the start is found in the index.
            (PageMethod::Keyset, index) => (shown, self.row(index)),
            (PageMethod::Flat, _) => (0, 0),
            (PageMethod::Offset, _) if self.sorts(skipped, table) => (table, self.sort_row.0),
            (PageMethod::Offset, index) => (skipped + shown, self.row(index)),
            // The keys are all in a secondary index, whatever else is asked for.
            (PageMethod::DeferredJoin, PageIndex::Secondary) => {
                (skipped + shown, self.row(PageIndex::Covering))
            }
            (PageMethod::DeferredJoin, index) => (skipped + shown, self.row(index)),
        };
        let joined = if self.method == PageMethod::DeferredJoin { shown } else { 0 };
        let rows = price(passed, entry).saturating_add(price(joined, self.row_lookup.0));
        Examined { rows: passed + joined, cpu: self.base.0.saturating_add(rows) }
    }

    fn row(&self, index: PageIndex) -> Nanos {
        match index {
            PageIndex::Clustered => self.row_clustered.0,
            PageIndex::Secondary => self.row_lookup.0,
            PageIndex::Covering => self.row_covering.0,
        }
    }

    fn may_sort(&self) -> bool {
        self.optimizer && self.method == PageMethod::Offset && self.index == PageIndex::Secondary
    }

    /// Whether the optimizer takes a full sort for cheaper than looking up row after row.
    fn sorts(&self, skipped: u64, table: u64) -> bool {
        self.may_sort() && skipped as f64 >= self.sort_from.0 * table as f64
    }
}

impl Database<'_> {
    /// Reads a page as of now, and spends what that takes.
    pub(super) async fn read_page(
        &self,
        transaction: Transaction,
        table: TableId,
        page: &Page,
    ) -> Result<Found, SqlError> {
        let owner = transaction.owner;
        let costs = self.page_costs;
        let (part, rows) = {
            let state = &mut *self.state.borrow_mut();
            let part = state.read_page(owner, table, page, self.isolation());
            (part, if costs.may_sort() { state.rows(table) } else { 0 })
        };
        let shown = part.keys.len() as u64;
        let examined = costs.examined(part.skipped, shown, rows);
        self.cores.run(examined.cpu).await;
        self.check(transaction)?;
        self.state.borrow_mut().open(owner).page = part.keys;
        self.cost(false, |cost| cost.cpu += examined.cpu);
        self.work(|work| {
            work.pages += 1;
            work.rows_examined += examined.rows;
        });
        Ok(Found { rows: shown, ..Found::default() })
    }

    /// The keys of the page that a transaction has read last.
    pub(crate) fn take_page(&self, transaction: Transaction) -> Vec<u64> {
        std::mem::take(&mut self.state.borrow_mut().open(transaction.owner).page)
    }
}
