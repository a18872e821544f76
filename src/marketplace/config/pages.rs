//! Knobs of paging through a long list: how a page is asked for, and what its rows cost.

use crate::marketplace::knobs::{Share, Span, Unit, choice, knobs};

choice! {
    /// How a page of a list is asked for.
    PageMethod {
        /// A statement of one price (`endpoints.list-statement-cpu`) that reads no rows.
        Flat = "flat",
        /// `limit n offset k`
        Offset = "offset",
        /// The keys of the page from an index first, then their rows.
        DeferredJoin = "deferred-join",
        /// `where key < last limit n`
        Keyset = "keyset",
    }
}

choice! {
    /// Which index has the order of the list.
    PageIndex {
        /// The primary key, whose entries are the rows.
        Clustered = "clustered",
        /// A secondary index; each row that is wanted is looked up by its key.
        Secondary = "secondary",
        /// A secondary index that has all columns that are asked for.
        Covering = "covering",
    }
}

knobs! {
    /// Pages of `list_products`.
    PageKnobs {
        method: PageMethod = "flat", "page.method", Unit::Choice(PageMethod::WORDS), 0..=0,
            "how list_products asks for a page; flat: one price, no rows", "list_products가 페이지를 조회하는 방법. flat은 행을 읽지 않고 정해진 비용만 든다",
            "ours";
        index: PageIndex = "clustered", "page.index", Unit::Choice(PageIndex::WORDS), 0..=0,
            "which index has the order of the list", "목록의 정렬 순서를 담은 인덱스",
            "MySQL 8.0 manual, Clustered and Secondary Indexes";
        size: u32 = "20", "page.size", Unit::Count, 1..=1_000,
            "rows on a page", "한 페이지의 행 수",
            "assumption";
        depth: u32 = "0", "page.depth", Unit::Count, 0..=1_000_000_000,
            "rows in front of the first page of a walk", "첫 페이지 앞에 있는 행 수",
            "ours";
        optimizer: bool = "true", "page.optimizer", Unit::Flag, 0..=0,
            "whether the optimizer may sort the whole table instead of looking up every row of an index; false is FORCE INDEX", "옵티마이저가 인덱스의 행을 하나씩 찾는 대신 테이블 전체를 정렬해도 되는지 여부. false는 FORCE INDEX",
            "MySQL 8.0 manual, LIMIT Query Optimization";
        sort_from: Share = "100%", "page.sort-from", Unit::Share, 0..=1,
            "offset from which it does, as a share of the table's rows", "그렇게 정렬하기 시작하는 offset(테이블 행 수에 대한 비율)",
            "ours; lab E5 created_offset_optimizer: between 10,000 and 100,000 of 1,000,000 rows";
        base: Span = "0ms", "page.base", Unit::Duration, 0..=60_000,
            "database CPU of a page besides its rows", "행을 뺀 페이지 하나의 DB CPU 시간",
            "ours; lab E5, the seven rows at offset 0";
        row_clustered: Span = "0ms", "page.row-clustered", Unit::Duration, 0..=60_000,
            "database CPU of a row read in the order of the primary key", "기본 키 순서로 읽는 행 하나의 DB CPU 시간",
            "ours; lab E5 pk_offset_k100000";
        row_covering: Span = "0ms", "page.row-covering", Unit::Duration, 0..=60_000,
            "database CPU of an entry of a secondary index", "보조 인덱스 항목 하나의 DB CPU 시간",
            "ours; lab E5 created_offset_covering_only_k100000";
        row_lookup: Span = "0ms", "page.row-lookup", Unit::Duration, 0..=60_000,
            "database CPU of such an entry with the look-up of its row", "보조 인덱스 항목 하나와 그 행을 찾는 DB CPU 시간",
            "ours; lab E5 created_offset_forceindex_lookup_k100000";
        sort_row: Span = "0ms", "page.sort-row", Unit::Duration, 0..=60_000,
            "database CPU of a full sort, for each row of the table", "전체 정렬에서 테이블 행 하나마다 드는 DB CPU 시간",
            "ours; lab E5 created_offset_optimizer_k100000";
        withdraw_among: u32 = "20", "page.withdraw-among", Unit::Count, 1..=10_000,
            "withdraw_bid takes back one of so many newest bids", "withdraw_bid가 거둬들일 입찰을 고르는 최신 입찰 수",
            "ours";
    }
}
