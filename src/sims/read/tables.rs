//! Reading `[table.NAME]`.

use super::Reader;
use crate::content::problem::printable;
use crate::content::text::both;
use crate::content::toml_tree::Node;
use crate::marketplace::config::{Base, Config, tables};
use crate::marketplace::mysql::table::{COLUMNS_MAX, TableId, TableSpec};

impl Reader<'_> {
    /// Declares the tables of a file. Those of the marketplace cannot be declared anew where its
    /// own endpoints use them.
    pub(super) fn tables(&mut self, node: &Node, base: Base, config: &mut Config) {
        let Some(mut declared) = self.walk.fields(node) else { return };
        // A table may name one that is declared further down.
        let declared = declared.rest();
        for (key, _) in &declared {
            if base == Base::Marketplace && tables::is_built_in(&key.name) {
                let name = printable(&key.name);
                self.walk.report_with(
                    key.span.clone(),
                    both!(
                        "`{name}` is a table of the marketplace",
                        "`{name}`은(는) 마켓플레이스의 테이블입니다"
                    ),
                    both!(
                        "set data.{name}.* or write base = \"stack\"",
                        "data.{name}.*를 설정하거나 base = \"stack\"을 쓰세요"
                    ),
                );
            }
            config.declared.push(tables::undeclared(&key.name));
        }
        for (key, node) in declared {
            if let Some(spec) = self.table(&key.name, node, config)
                && let Some(place) = config.declared.iter_mut().find(|spec| spec.name == key.name)
            {
                *place = spec;
            }
        }
    }

    fn table(&mut self, name: &str, node: &Node, config: &Config) -> Option<TableSpec> {
        let mut fields = self.walk.fields(node)?;
        let rows = fields.need(&mut self.walk, "rows");
        let rows = rows.and_then(|node| self.walk.int(node, 0..=1_000_000_000_000))? as u64;
        let mut columns = Vec::new();
        if let Some(node) = fields.take("columns") {
            for (key, node) in self.walk.fields(node)?.rest() {
                columns.push((key.name.clone(), self.walk.int(node, i64::MIN..=i64::MAX)?));
            }
            if columns.len() > COLUMNS_MAX {
                self.walk.report(
                    node.span.clone(),
                    both!(
                        "a table has {COLUMNS_MAX} columns at most",
                        "컬럼은 {COLUMNS_MAX}개까지 쓸 수 있습니다"
                    ),
                );
                return None;
            }
        }
        let spec = TableSpec { name: name.to_owned(), rows, columns, parent: None, unique: None };
        let mut parent = None;
        if let Some(node) = fields.take("parent") {
            let mut references = self.walk.fields(node)?;
            let references = references.rest();
            let found = references.first().and_then(|(key, node)| {
                let table = self.walk.str(node)?;
                let specs = config.tables();
                let at = specs.iter().position(|spec| spec.name == table)?;
                Some((spec.column(&key.name)?, TableId(at as u16)))
            });
            if found.is_none() || references.len() != 1 {
                self.walk.report(
                    node.span.clone(),
                    both!(
                        "a column and the table that it refers to were expected: {{ bid = \"bids\" }}",
                        "컬럼과 그 컬럼이 참조하는 테이블이 필요합니다: {{ bid = \"bids\" }}"
                    ),
                );
                return None;
            }
            parent = found;
        }
        let mut unique = None;
        if let Some(node) = fields.take("unique") {
            let names = self.walk.strings(node)?;
            let columns: Vec<usize> = names.iter().filter_map(|name| spec.column(name)).collect();
            let [first, second] = columns.as_slice() else {
                self.walk.report(
                    node.span.clone(),
                    both!(
                        "two columns of this table were expected: [\"coupon\", \"user\"]",
                        "이 테이블의 컬럼 두 개가 필요합니다: [\"coupon\", \"user\"]"
                    ),
                );
                return None;
            };
            unique = Some((*first, *second));
        }
        fields.finish(&mut self.walk);
        Some(TableSpec { parent, unique, ..spec })
    }
}
